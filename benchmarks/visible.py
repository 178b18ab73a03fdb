"""From a change of the catalogue to a match by it, in every process, and what its event loop feels of it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO, NamedTuple

import asyncpg
import msgspec

from benchmarks.stack import Stack
from benchmarks.titles import Made, titles
from benchmarks.watching import Seen, probe
from scrobbled.catalog.rebuild import build
from scrobbled.store.pool import connect

_PROCESSES = 2
_AKAS = 2.0

_RENAME = """
update titles set name = renamed.name, year = 2001, kind = 'movie', popularity = 5000, changed = pg_current_xact_id()
from unnest($1::bigint[], $2::text[]) as renamed (id, name) where titles.id = renamed.id
"""


class Change(NamedTuple):
    """How many titles changed, the seconds until each process matched by it, their longest pauses in ms."""

    titles: int
    seconds: list[float]
    pauses: list[float]


def measure(stack: Stack, *, count: int, changed: int, turns: int) -> list[str]:
    """Rows of a table: a catalogue of *count* titles of which *changed*, or one, are renamed, *turns* times each."""
    with tempfile.TemporaryDirectory() as folder, stack.worker_asleep():
        path = Path(folder) / "index"
        made = list(titles(count, akas=_AKAS))
        ids = asyncio.run(_fill(stack, made, path))
        changes = asyncio.run(_change(stack, path, ids[:changed], made, turns))
    rows = [
        f"{count:,} titles, {_PROCESSES} processes, {turns} changes of each size, load average {os.getloadavg()[0]:.1f}"
        f" on {os.cpu_count()} cores",
        "",
        "| titles changed at once | visible in every process: median, s | slowest, s | bar | longest pause: median, ms |"
        " worst, ms | bar |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for size in sorted({each.titles for each in changes}):
        slowest = [max(each.seconds) for each in changes if each.titles == size]
        pauses = [max(each.pauses) for each in changes if each.titles == size]
        rows.append(
            f"| {size:,} | {median(slowest):.2f} | {max(slowest):.2f} | ≤ 2 | {median(pauses):.0f} | {max(pauses):.0f} | ≤ 20 |"
        )
    return rows


async def _fill(stack: Stack, made: list[Made], path: Path) -> list[int]:
    """Put *made* into the catalogue and build its index; their ids."""
    connection = await connect(stack.places.database_url)
    try:
        rows = [
            (number, each.kind, each.title, f"bench-{number}", each.year, float(each.popularity))
            for number, each in enumerate(made, start=2_000_000_000)
        ]
        columns = ["id", "kind", "name", "slug", "year", "popularity"]
        await connection.copy_records_to_table("titles", records=rows, columns=columns)
        names = [
            (row[0], name)
            for row, each in zip(rows, made, strict=True)
            for name in {aka.name for aka in each.akas}
        ]
        await connection.copy_records_to_table("title_names", records=names, columns=["title_id", "name"])
        await connection.execute("vacuum analyze titles, title_names")
        await build(connection, path)
        return [row[0] for row in rows]
    finally:
        await connection.close()


async def _change(stack: Stack, path: Path, ids: list[int], made: list[Made], turns: int) -> list[Change]:
    """Rename many, then one, in turn; wait for all processes each time."""
    connection = await asyncpg.connect(stack.places.database_url)
    found: list[Change] = []
    try:
        with _watching(stack, path) as outputs:
            for turn in range(2 * turns):
                some = ids if turn % 2 == 0 else ids[:1]
                names = [probe(turn), *(made[-(number + turn)].title for number in range(1, len(some)))]
                await connection.execute(_RENAME, some, names)
                committed = time.monotonic()
                seen = await asyncio.gather(*(asyncio.to_thread(_next, output) for output in outputs))
                assert {each.turn for each in seen} == {turn}
                if turn:  # the first holds the pauses of starting
                    seconds = [each.at - committed for each in seen]
                    found.append(Change(len(some), seconds, [each.pause for each in seen]))
                await asyncio.sleep(0.3 + turn * 0.37 % 1)  # not in step with the looks
        return found
    finally:
        await connection.close()


@contextmanager
def _watching(stack: Stack, path: Path) -> Iterator[list[IO[bytes]]]:
    command = [sys.executable, "-m", "benchmarks.watching", stack.places.database_url, str(path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(_PROCESSES)]
    try:
        yield [process.stdout for process in processes if process.stdout is not None]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _next(output: IO[bytes]) -> Seen:
    return msgspec.json.decode(output.readline(), type=Seen)
