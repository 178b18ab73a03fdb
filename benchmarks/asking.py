"""
A process that matches and does nothing else: ``python -m benchmarks.asking INDEX QUERIES STARTED``.

It says as JSON how long it took to be ready, how fast it answers, and what memory is its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from scrobbled.catalog.live import Names
from scrobbled.match.decide import decide
from scrobbled.match.index import NameIndex
from scrobbled.match.normalize import normalize
from scrobbled.match.query import Query

_ROUNDS = 3
_FIRST = 1_000


class Told(msgspec.Struct, frozen=True):
    """Seconds, milliseconds, MiB; of *rounds* the median. *matched* is the part of the queries that was."""

    ready: float
    rate: float
    p50: float
    p99: float
    cached: float
    private: float
    shared: float
    matched: float


def ask(index: Path, queries: Sequence[Query]) -> Told:
    """Start such a process and hear what it says."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(msgspec.json.encode(queries))
        file.flush()
        command = [sys.executable, "-m", "benchmarks.asking", str(index), file.name, str(time.monotonic())]
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(said, type=Told)


def main() -> None:
    """Answer, then tell."""
    path, asked, started = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    names = Names(path)
    names._open("")  # noqa: SLF001  # what refresh does, without a database to ask what has changed
    names.decide(Query("The Office"))
    ready = time.monotonic() - started
    queries = msgspec.json.decode(asked.read_bytes(), type=list[Query])
    for query in queries[:_FIRST]:
        names.decide(query)
    private, shared = _memory(path)
    index = names._base  # noqa: SLF001  # past the memory of decisions
    assert index is not None
    rounds = [_round(index, queries) for _ in range(_ROUNDS)]
    rate, p50, p99, matched = (median(each) for each in zip(*rounds, strict=True))
    told = Told(ready, rate, p50, p99, _cached(names, queries[:_FIRST]), private, shared, matched)
    sys.stdout.buffer.write(msgspec.json.encode(told))


def _round(index: NameIndex, queries: Sequence[Query]) -> tuple[float, float, float, float]:
    """Queries a second, p50 and p99 in ms, and the part that was matched; nothing is remembered before."""
    normalize.cache_clear()
    times, matched = [], 0
    for query in queries:
        started = time.perf_counter()
        matched += decide(query, [index]).title_id is not None
        times.append(time.perf_counter() - started)
    times.sort()
    count = len(times)
    return count / sum(times), times[count // 2] * 1e3, times[int(count * 0.99)] * 1e3, matched / count


def _cached(names: Names, queries: Sequence[Query]) -> float:
    """Answers a second to what was asked before."""
    queries = msgspec.json.decode(msgspec.json.encode(queries), type=list[Query])  # equal, not the same
    repeats = max(200_000 // len(queries), 1)
    started = time.perf_counter()
    for _ in range(repeats):
        for query in queries:
            names.decide(query)
    return repeats * len(queries) / (time.perf_counter() - started)


def _memory(path: Path) -> tuple[float, float]:
    """MiB that are this process's alone, and those of the file it has in memory."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    private = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))
    mapped = alone = 0
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(":")[0].split(" ")[0]:
            inside = line.endswith(str(path))
        elif inside and line.startswith("Rss:"):
            mapped += int(line.split()[1])
        elif inside and line.startswith("Private_"):  # nobody else has it in memory just now
            alone += int(line.split()[1])
    return (private - alone) / 1024, mapped / 1024


if __name__ == "__main__":
    main()
