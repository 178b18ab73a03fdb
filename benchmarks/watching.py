"""
A process that sees the catalogue as a worker does: ``python -m benchmarks.watching DATABASE_URL INDEX``.

It looks at what has changed as often as a worker, and says when it sees the next of the titles called as `probe`
has it. Beside that it measures how long its event loop is away.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvloop

from scrobbled.catalog.live import Names
from scrobbled.match.query import Query
from scrobbled.roles.memory import settle
from scrobbled.store.pool import LOOK_UPS, open_pool

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

#: Seconds between two looks, as in `scrobbled.worker.loop`.
_BETWEEN = 0.5
_TICK = 0.001


class Seen(msgspec.Struct, frozen=True):
    """At *at* (monotonic, the same for all processes) the title of *turn* was matched; *pause* in ms."""

    turn: int
    at: float
    pause: float


def probe(turn: int) -> str:
    """The name of the title to be seen at *turn*."""
    return f"Quixotic Lighthouse of Zanzibar {turn}"


async def main() -> None:
    """Watch until killed."""
    names = Names(Path(sys.argv[2]))
    async with open_pool(sys.argv[1], size=2, name="watching", settings=LOOK_UPS) as pool:
        await names.refresh(pool)
        settle()
        clock = _Clock()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(clock.run())
            tasks.create_task(_watch(names, pool, clock))


async def _watch(names: Names, pool: Pool, clock: _Clock) -> None:
    turn = 0
    while True:
        if names.decide(Query(probe(turn), "movie")).title_id is not None:
            _say(Seen(turn, time.monotonic(), clock.longest * 1e3))
            clock.longest = 0.0
            turn += 1
        await asyncio.sleep(_BETWEEN)
        await names.refresh(pool)


class _Clock:
    """Notices how late the loop comes back: *longest*, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.longest = max(self.longest, time.perf_counter() - before - _TICK)


def _say(seen: Seen) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(main())
