"""What matching costs as the catalogue grows: made-up worlds of 100 thousand to 10 million names."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.asking import ask
from benchmarks.titles import Made, titles
from scrobbled.catalog.names import write
from scrobbled.match.layout import Listed
from scrobbled.match.query import Query

#: Other names of a title, beside its own.
_AKAS: Final = 9.0
_QUERIES: Final = 3_000
_SUFFIXES: Final = ("1080p.WEB-DL.x264-GROUP.mkv", "720p.BluRay.x265", "2160p.HDR.HEVC-TEAM")


def measure(sizes: tuple[int, ...]) -> list[str]:
    """Rows of a table: one for each number of names in *sizes*."""
    rows = [
        "| names | entries | index, MiB | built in, s | peak of the builder, MiB | uncached/s | p50 ms | p99 ms |"
        " private, MiB | of the file in memory, MiB | ready in, s | matched |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_row(Path(folder) / "index", size))
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _row(path: Path, size: int) -> str:
    _reset_peak()
    sample = Sample(size)
    started = time.perf_counter()
    header = write(path, sample)
    built = time.perf_counter() - started
    told = ask(path, sample.queries())
    return (
        f"| {sample.names:,} | {header.names:,} | {path.stat().st_size / 2**20:,.0f} | {built:.0f} | {_peak():,.0f} |"
        f" {told.rate:,.0f} | {told.p50:.2f} | {told.p99:.2f} | {told.private:.0f} | {told.shared:,.0f} |"
        f" {told.ready:.2f} | {told.matched:.0%} |"
    )


class Sample:
    """The titles of a world with about *size* names, and some of them kept to ask for."""

    def __init__(self, size: int) -> None:
        self._count = int(size / (_AKAS + 1))
        self._kept: list[Made] = []
        self.names = 0

    def __iter__(self) -> Iterator[Listed]:
        every = max(self._count // _QUERIES, 1)
        for number, made in enumerate(titles(self._count, akas=_AKAS), start=1):
            if number % every == 0:
                self._kept.append(made)
            names = (made.title, *(aka.name for aka in made.akas))
            self.names += len(names)
            yield Listed(
                id=number, kind=made.kind, names=names, year=made.year, popularity=float(made.popularity)
            )

    def queries(self) -> list[Query]:
        """As many of each: a name as it is, with a slip, in a file's name, with less at its end, and unknown."""
        rng = random.Random(3)
        unknown = titles(len(self._kept), akas=0, seed=4)
        ways = (_as_it_is, _with_slips, _of_a_file, _shortened)
        found = []
        for number, (made, other) in enumerate(zip(self._kept, unknown, strict=True)):
            way = number % (len(ways) + 1)
            found.append(
                Query(other.title, other.kind, other.year) if way == len(ways) else ways[way](rng, made)
            )
        return found


def _as_it_is(rng: random.Random, made: Made) -> Query:
    name = rng.choice([made.title, *(aka.name for aka in made.akas)])
    return Query(name, made.kind, made.year if rng.random() < 0.5 else None)


def _with_slips(rng: random.Random, made: Made) -> Query:
    letters = list(rng.choice([made.title, *(aka.name for aka in made.akas)]))
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(letters))
        match rng.randrange(3):
            case 0 if len(letters) > 1:
                del letters[place]
            case 1:
                letters.insert(place, rng.choice("abcdefghijklmnopqrstuvwxyz"))
            case _:
                letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return Query("".join(letters), made.kind, made.year if rng.random() < 0.5 else None)


def _of_a_file(rng: random.Random, made: Made) -> Query:
    dotted = made.title.replace(":", "").replace(" ", ".")
    place = f"S{rng.randint(1, 9):02}E{rng.randint(1, 20):02}" if made.kind == "show" else str(made.year)
    return Query(f"{dotted}.{place}.{rng.choice(_SUFFIXES)}")


def _shortened(_: random.Random, made: Made) -> Query:
    shorter = made.title.partition(":")[0] if ":" in made.title else made.title.rpartition(" ")[0]
    return Query(shorter or made.title, made.kind, made.year)


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """MiB this process has had in memory at most, the generator's words included."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
