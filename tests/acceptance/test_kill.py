"""kill -9 under load: what got its 2xx is applied once, whoever dies.

``KILL_ROUNDS=20`` is the long form; by itself it is short.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.acceptance.instance import Instance
from tests.acceptance.load import Person, Storm, people
from tests.faults.checker import Found, compare, look

ROUNDS = int(os.environ.get("KILL_ROUNDS", "6"))
PEOPLE, RATE = 40, 300.0


async def test_killed_processes(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill -9 of the worker and of the front door, again and again: 0 lost, 0 doubled."""

    victims = ("worker", "front door")
    await survive(instance, [victims[number % 2] for number in range(ROUNDS)], capsys)


async def test_killed_workers(own_instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill -9 of one of several workers, whose users the others take over: 0 lost, 0 doubled."""

    own_instance.environment["SCROBBLED_WORKERS"] = "3"
    await asyncio.to_thread(own_instance.start)
    await survive(own_instance, ["worker"] * (ROUNDS // 2), capsys)


async def test_killed_servers(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill -9 of Valkey and of PostgreSQL: 0 lost, 0 doubled, and the log tells both in sentences."""

    before = len(instance.log())
    await survive(instance, ["valkey", "postgres"], capsys)
    said = instance.log()[before:]

    events = {line["event"] for line in said}
    assert {"stream_away", "stream_back", "database_away", "database_back"} <= events
    assert [] == [line for line in said if "exception" in line]


def test_a_worker_that_hangs(instance: Instance) -> None:
    """A call whose worker does not answer is 503 with Retry-After, and its event is still applied, once."""

    film = {"title": "The Long Wait", "year": 1954, "ids": {"tmdb": 950_000}}
    worker = instance.parts()["worker"]
    os.kill(worker, signal.SIGSTOP)
    try:
        reply = instance.call("POST", "/trakt/scrobble/stop", {"movie": film, "progress": 95})
    finally:
        os.kill(worker, signal.SIGCONT)
    instance.drain()
    again = instance.call("POST", "/trakt/scrobble/stop", {"movie": film, "progress": 95})

    assert (503, True) == (reply.status, int(reply.headers["Retry-After"]) > 0)
    assert 409 == again.status
    assert 1 == len([play for play in instance.history() if play["item"]["title"] == film["title"]])


async def survive(instance: Instance, victims: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Kill *victims* one after the other under load, let everything settle, and compare."""

    seed = random.randrange(2**32)
    everybody = await people(instance.places.database_url, PEOPLE)
    storm = Storm(instance.port, everybody, RATE, seed)
    began = time.monotonic()
    await storm.during(lambda: attack(instance, victims, random.Random(seed)))
    seconds = time.monotonic() - began
    await asyncio.to_thread(instance.drain, 300)
    found = await look(instance.places.database_url, everybody)
    compared = compare(everybody, found)
    with capsys.disabled():
        sys.stdout.write(
            table(victims, seed, seconds, everybody, found)
            + f"  lost events {len(compared.lost)}, events nobody sent {len(compared.strange)}, "
            f"wrong {len(compared.wrong)}\n"
            f"  plays {compared.plays}, lost {compared.missing.total()}, doubled {compared.doubled.total()}\n"
        )

    assert set() == compared.lost
    assert set() == compared.strange
    assert Counter() == compared.missing
    assert Counter() == compared.doubled
    assert [] == compared.wrong
    assert 0 == instance.metric("scrobbled_stream_dead")


async def attack(instance: Instance, victims: Sequence[str], chance: random.Random) -> None:
    """Kill -9 each of *victims* at a random moment; the next one only when all of them live again."""

    await asyncio.sleep(2)
    for name in victims:
        await asyncio.sleep(chance.uniform(0.2, 1.8))
        old = instance.kill(name)
        end = time.monotonic() + 60
        while instance.parts().get(name) in {None, old} or not await asyncio.to_thread(instance.ready):
            assert time.monotonic() < end, f"{name} did not come back"
            await asyncio.sleep(0.05)


def table(
    victims: Sequence[str], seed: int, seconds: float, everybody: Sequence[Person], found: Found
) -> str:
    """What happened, for people."""

    sent = [event for person in everybody for event in person.sent.values()]
    outcomes = Counter(row["outcome"] for row in found.events.values())
    refused, broken = sum(each.refused for each in everybody), sum(each.broken for each in everybody)
    counts = ", ".join(f"{name} {number}" for name, number in outcomes.most_common())
    killed = ", ".join(f"{name} {number}x" for name, number in Counter(victims).items())
    return (
        f"\nkilled {killed} in {seconds:.0f} s (seed {seed})\n"
        f"  sent {len(sent)}, accepted {sum(event.accepted for event in sent)}, "
        f"answers 503 {refused}, connections broken {broken}\n"
        f"  outcomes {sum(outcomes.values())}: {counts}\n"
    )
