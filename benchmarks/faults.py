"""Faults on purpose, counted: what got its 2xx, what became of it, and how soon all was well again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import orjson

from tests.acceptance.load import people
from tests.faults.kinds import KINDS, impossible
from tests.faults.outage import Outage, endure
from tests.faults.rounds import Round, play
from tests.faults.stack import Stack, running

#: Events of one request while a backlog is made, and users they are of.
_AT_ONCE, _USERS = 500, 40


def measure(*, rounds: int, outage: float, backlog: int, seed: int | None = None) -> list[str]:
    """Rows of tables: *rounds* of every kind, *outage* seconds without each server, draining *backlog* events."""
    seed = random.randrange(2**32) if seed is None else seed
    return asyncio.run(_measure(rounds, outage, backlog, seed))


async def _measure(rounds: int, outage: float, backlog: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    rows = [
        f"Seed {seed}; 20 people, 200 events a second, one fault a round at a random moment.",
        "",
        "| fault | rounds | events with a 2xx | with exactly one outcome | lost | doubled | wrong | 503 |"
        " slowest 503, s | accepting again: median, s | worst, s | queue empty: worst, s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    everything: list[Round] = []
    for kind in KINDS:
        done, why = await _rounds(kind, rounds, chance)
        everything += done
        rows.append(_row(kind, done) if done else f"| {kind} | left out: {why} | | | | | | | | | | |")
    rows += [_row("**all**", everything), ""]
    rows += [str(await _outage(server, outage, seed)) for server in ("valkey", "postgres")]
    rows.append("")
    return rows + await _speeds(backlog)


async def _rounds(kind: str, rounds: int, chance: random.Random) -> tuple[list[Round], str | None]:
    done = []
    async with running() as stack:
        if (why := impossible(stack, kind)) is not None:
            return [], why
        for _ in range(rounds):
            done.append(await play(stack, kind, chance.randrange(2**32)))
            print(done[-1], file=sys.stderr, flush=True)
    return done, None


def _row(name: str, done: Sequence[Round]) -> str:
    accepted = sum(each.compared.accepted for each in done)
    lost = sum(len(each.compared.lost) + each.dead for each in done)
    doubled = sum(each.compared.doubled.total() for each in done)
    wrong = sum(
        len(each.compared.wrong) + len(each.compared.strange) + each.compared.missing.total() for each in done
    )
    again = [each.accepting_after for each in done]
    return (
        f"| {name} | {len(done)} | {accepted:,} | {accepted - lost:,} | {lost} | {doubled} | {wrong} |"
        f" {sum(each.refused for each in done):,} | {max(each.slowest_refusal for each in done):.2f} |"
        f" {statistics.median(again):.2f} | {max(again):.2f} | {max(each.drained_after for each in done):.1f} |"
    )


async def _outage(server: str, seconds: float, seed: int) -> Outage:
    async with running() as stack:
        return await endure(stack, server, seconds, seed)


async def _speeds(backlog: int) -> list[str]:
    """How fast a worker applies what waits in the stream, and what waits in the inbox, in turn."""
    rows = [
        "| events that wait | from the stream, events/s | from the inbox, events/s | ratio | bar |"
        " worker's processor, µs an event: stream | inbox | ratio |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    ratios, costs = [], []
    async with running() as stack:
        for _ in range(3):
            usual = await _drained(stack, backlog, stream=True)
            kept = await _drained(stack, backlog, stream=False)
            ratios.append(kept[0] / usual[0])
            costs.append(kept[1] / usual[1])
            rows.append(
                f"| {backlog:,} | {usual[0]:,.0f} | {kept[0]:,.0f} | {ratios[-1]:.2f} | |"
                f" {usual[1]:.0f} | {kept[1]:.0f} | {costs[-1]:.2f} |"
            )
    middle, cost = statistics.median(ratios), statistics.median(costs)
    return [*rows, f"| median | | | **{middle:.2f}** | ≥ 0.80 | | | {cost:.2f} |"]


async def _drained(stack: Stack, count: int, *, stream: bool) -> tuple[float, float]:
    """Events a second, and µs of the worker's processor time each, from a tenth of *count* to nine tenths."""
    everybody = await people(stack.database_url, _USERS)
    worker = stack.instance.parts()["worker"]
    if stream:
        os.kill(worker, signal.SIGSTOP)
    else:
        stack.kill("valkey")
        await asyncio.sleep(0.5)
    try:
        for number in range(count // _AT_ONCE):
            token = everybody[number % _USERS].token
            body = orjson.dumps([_event(number * _AT_ONCE + each) for each in range(_AT_ONCE)])
            reply = await asyncio.to_thread(stack.instance.call, "POST", "/v1/events", body, token=token)
            assert reply.status == 202, reply
    finally:
        os.kill(worker, signal.SIGCONT)
        stack.revive("valkey")
    return await _speed(stack, worker, [each.user_id for each in everybody], count)


async def _speed(stack: Stack, worker: int, users: list[int], count: int) -> tuple[float, float]:
    connection = await asyncpg.connect(stack.database_url)
    began: tuple[float, int, float] | None = None
    try:
        while True:
            done = await connection.fetchval("select count(*) from events where user_id = any($1)", users)
            now = time.monotonic()
            if began is None and done >= count * 0.1:
                began = now, done, _cpu_seconds(worker)
            if began is not None and done >= count * 0.9:
                applied = max(done - began[1], 1)
                used = _cpu_seconds(worker) - began[2]
                return applied / max(now - began[0], 1e-3), used / applied * 1e6
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _event(number: int) -> dict[str, object]:
    return {
        "id": f"e{number}",
        "action": "progress",
        "progress": number % 100,
        "runtime": 6000,
        "movie": {"title": "Film", "year": 1990, "ids": {"tmdb": 900_000}},
    }
