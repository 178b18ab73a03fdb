"""IMDb's dumps of a made-up world, in the exact public format."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from benchmarks.titles import Made, titles
from scrobbled.catalog.imdb_files import HEADERS, NAMES

_MOVIES = ("movie", "movie", "movie", "tvMovie", "short", "video", "tvSpecial")
_SHOWS = ("tvSeries", "tvSeries", "tvSeries", "tvMiniSeries")
_GENRES = ("Drama", "Comedy", "Documentary", "Action", "Crime", "Sci-Fi", "Horror", "Romance")


class Dumps:
    """The four files in *folder*, and how many rows of each sort they hold."""

    def __init__(self, folder: Path, count: int, episodes: int, akas: int) -> None:
        self.folder, self.titles, self.episodes, self.akas = folder, count, episodes, akas

    @property
    def files(self) -> list[Path]:
        """The paths of the files."""
        return [self.folder / name for name in NAMES.values()]


def make(folder: Path, *, count: int, episodes: int, akas: int) -> Dumps:
    """Write the dumps to a folder of their own in *folder*, or use the ones an earlier run made."""
    own = folder / f"imdb-{count}-{episodes}-{akas}"
    done = own / "counts"
    if not done.exists():
        own.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            files = {
                name: stack.enter_context(gzip.open(own / file, "wb", compresslevel=1))
                for name, file in NAMES.items()
            }
            writer = _Writer(files, random.Random(2))  # type: ignore[arg-type]  # a GzipFile will do
            for made in titles(count, akas=akas / count):
                writer.title(made, episodes / count * 5)
            writer.finish()
        done.write_text(f"{writer.titles} {writer.episodes} {writer.akas}")
    return Dumps(own, *map(int, done.read_text().split()))


class _Writer:
    """
    Writes title by title, each with the next number. The episodes of a show mostly follow it; the rest comes
    later, as it does where seasons are added over years.
    """

    def __init__(self, files: dict[str, BinaryIO], rng: random.Random) -> None:
        self._files, self._rng = files, rng
        self._number = self.titles = self.episodes = self.akas = 0
        self._later: list[tuple[int, int, int, int]] = []
        for name, header in HEADERS.items():
            files[name].write(header + b"\n")

    def title(self, made: Made, episodes: float) -> None:
        """A title with its names and votes; a show with about *episodes* episodes."""
        identity = self._next()
        self.titles += 1
        rng = self._rng
        kind = rng.choice(_SHOWS if made.kind == "show" else _MOVIES)
        end = made.year + 3 if made.kind == "show" and rng.random() < 0.6 else None
        self._write(
            "basics", identity, kind, made.title, made.title, 0, made.year, end, rng.choice((None, 24, 45, 90, 110)),
            ",".join(rng.sample(_GENRES, 2)),
        )  # fmt: skip
        for ordering, aka in enumerate(made.akas, start=1):
            self.akas += 1
            self._write(
                "akas", identity, ordering, aka.name, aka.region, aka.language, "imdbDisplay", None, 0
            )
        if made.popularity > 1:
            self._write("ratings", identity, "6.7", made.popularity)
        if made.kind == "show":
            self._show(self._number, made.year, min(int(rng.expovariate(1 / episodes)), 2_000))

    def finish(self) -> None:
        """The episodes that are left."""
        while self._later:
            self._episode(*self._later.pop())

    def _show(self, show: int, year: int, episodes: int) -> None:
        for index in range(episodes):
            season, number = divmod(index, 12)
            place = (show, season + 1, number + 1, year + season)
            if self._rng.random() < 0.7:
                self._episode(*place)
            else:
                self._later.append(place)
        while len(self._later) > 20_000:
            index = self._rng.randrange(len(self._later))
            self._later[index], self._later[-1] = self._later[-1], self._later[index]
            self._episode(*self._later.pop())

    def _episode(self, show: int, season: int, number: int, year: int) -> None:
        identity = self._next()
        self.episodes += 1
        name = f"Episode #{season}.{number}" if self._rng.random() < 0.3 else next(_NAMES)
        self._write("basics", identity, "tvEpisode", name, name, 0, year, None, 45, "Drama")
        self._write("episode", identity, f"tt{show:07}", season, number)
        if self._rng.random() < 0.1:
            self._write("ratings", identity, "7.1", self._rng.randrange(5, 500))

    def _next(self) -> str:
        self._number += 1
        return f"tt{self._number:07}"

    def _write(self, file: str, *values: object) -> None:
        line = "\t".join("\\N" if value is None else str(value) for value in values)
        self._files[file].write(f"{line}\n".encode())


def _episode_names() -> Iterator[str]:
    """Names for episodes, for ever."""
    made = [each.title for each in titles(50_000, akas=0, seed=3)]
    rng = random.Random(4)
    while True:
        yield f"{rng.choice(made)} {rng.randrange(100)}" if rng.random() < 0.2 else rng.choice(made)


_NAMES = _episode_names()
