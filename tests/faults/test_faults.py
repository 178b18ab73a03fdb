"""
Faults on purpose: what got its 2xx is applied once, whatever fails.

``FAULT_ROUNDS=20`` makes as many rounds of every kind; by itself some kinds, chosen at
random, have one round each. The seed is printed, also when a round fails by an exception:
``SCROBBLED_FAULT_SEED`` repeats a run, kinds included. ``FAULT_KINDS=disk`` takes the kinds
with that word, ``FAULT_OUTAGE=60`` keeps a server down for so many seconds.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time

import pytest

from tests.acceptance.instance import Reply, eventually
from tests.faults.kinds import KINDS, impossible
from tests.faults.outage import PLAYERS, endure
from tests.faults.rounds import play
from tests.faults.stack import Stack, running

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "0"))
NAME = "SCROBBLED_FAULT_SEED"
SEED = int(os.environ.get(NAME, "0")) or random.randrange(1, 2**32)
#: Seconds without a server.
OUTAGE = float(os.environ.get("FAULT_OUTAGE", "5"))
CHOSEN = [kind for kind in KINDS if os.environ.get("FAULT_KINDS", "") in kind]
#: Rounds of the short form.
FEW = 6
EVENT = {
    "action": "start",
    "progress": 5,
    "movie": {"title": "Film 0", "year": 1990, "ids": {"tmdb": 900_000}},
}

if sys.platform != "linux":
    pytest.skip("processes are looked up in /proc", allow_module_level=True)


async def test_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault, at random moments under load: 0 lost, 0 doubled, every outcome and position right."""

    chance = random.Random(SEED)
    kinds = CHOSEN * ROUNDS if ROUNDS else chance.sample(CHOSEN, min(FEW, len(CHOSEN)))
    failed = []
    async with running() as stack:
        _say(capsys, f"\n{NAME}={SEED}")
        for kind in kinds:
            if (why := impossible(stack, kind)) is not None:
                _say(capsys, f"  {kind}: left out, {why}")
                continue
            done = await play(stack, kind, chance.randrange(2**32))
            _say(capsys, f"  {done}")
            failed += [] if done.good else [done]

    assert [] == failed


@pytest.mark.parametrize("server", ["valkey", "postgres"])
async def test_a_server_is_down(capsys: pytest.CaptureFixture[str], server: str) -> None:
    """
    Without a stream, or without a database, nobody is refused: the inbox keeps what comes, or the token
    cache answers and the stream keeps it. Each user's events are applied in their order, once.
    """

    async with running() as stack:
        found = await endure(stack, server, OUTAGE, SEED)
        _say(capsys, f"\n{NAME}={SEED} {found}")

    assert found.compared.good
    assert found.webhooks > PLAYERS * OUTAGE
    assert (0, 0, 0, []) == (found.refused, found.broken, found.unheard, found.disordered)


async def test_both_servers_are_down(capsys: pytest.CaptureFixture[str]) -> None:
    """Without either, every event is refused with 503 and Retry-After, and none is lost or hangs."""

    async with running() as stack:
        known = await asyncio.to_thread(_webhook, stack)
        stack.kill("valkey")
        stack.kill("postgres")
        replies, slowest = await asyncio.to_thread(_without_servers, stack)
        stack.revive("postgres")
        stack.revive("valkey")
        await asyncio.to_thread(eventually, lambda: _webhook(stack).status == 200, "accepting again")
        await asyncio.to_thread(eventually, stack.instance.ready, "both servers back", seconds=120)
        again = await asyncio.to_thread(_webhook, stack)
        await asyncio.to_thread(stack.instance.outcome, again.json["id"])
        _say(capsys, f"\nwithout both servers: {len(replies)} refused, the slowest after {slowest:.2f} s")

    assert 200 == known.status
    assert {503} == {reply.status for reply in replies}
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in replies)


def _webhook(stack: Stack) -> Reply:
    path = f"/webhooks/generic/{stack.instance.token}"
    return stack.instance.call("POST", path, {"event": "stop", **EVENT}, token=None)


def _without_servers(stack: Stack) -> tuple[list[Reply], float]:
    """What senders of every kind are told, and the most seconds that takes."""

    token = stack.instance.token
    replies, slowest = [], 0.0
    for number in range(12):
        for path, sender in (
            (f"/webhooks/generic/{token}", None),
            ("/v1/events", token),
            ("/trakt/scrobble/start", token),
            ("/v1/events", f"scr_pat_unknown{number}"),
        ):
            began = time.monotonic()
            replies.append(stack.instance.call("POST", path, EVENT, token=sender, timeout=30))
            slowest = max(slowest, time.monotonic() - began)
    return replies, slowest


def _say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
