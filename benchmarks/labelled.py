"""The labelled queries and the real catalogue they are about, outside the repository."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from scrobbled.catalog.names import write
from scrobbled.match.layout import Header, Listed
from scrobbled.match.query import Query


class Titled(msgspec.Struct, frozen=True):
    """A line of the catalogue; *id* is only a label. *runtime* is minutes."""

    id: str
    type: str
    title: str
    year: int | None = None
    runtime: float | None = None
    aka: tuple[str, ...] = ()
    popularity: float = 0.0
    seasons: int | None = None
    country: str | None = None


class Labelled(msgspec.Struct, frozen=True, rename={"words": "query", "group": "class"}):
    """A query with its hints, and what it must find: *expect* or one of *accept*, or nothing (None)."""

    words: str
    group: str
    kind_hint: str | None = None
    year: int | None = None
    season: int | None = None
    episode: int | None = None
    expect: str | None = None
    accept: tuple[str, ...] | None = None

    @property
    def right(self) -> frozenset[str]:
        """The labels that are right; none of them for a negative."""
        return frozenset((self.expect, *(self.accept or ()))) if self.expect else frozenset()

    @property
    def asked(self) -> Query:
        """The question as the matcher takes it."""
        return Query(self.words, self.kind_hint, self.year, self.season, self.episode)


def folder() -> Path | None:
    """Where the material lies, None when it is not there."""
    place = os.environ.get("SCROBBLED_EVALUATION_DIR")
    found = Path(place) / "matching" if place else None
    return found if found is not None and (found / "queries.jsonl").exists() else None


def queries(place: Path) -> list[Labelled]:
    """All labelled queries."""
    decode = msgspec.json.Decoder(Labelled).decode
    return [decode(line) for line in (place / "queries.jsonl").read_bytes().splitlines()]


def labels(place: Path) -> list[str]:
    """The label of each title; its number in the index is its place here."""
    return [titled.id for titled in _lines(place)]


def runtimes(place: Path) -> dict[str, float]:
    """Minutes, by label."""
    return {titled.id: titled.runtime for titled in _lines(place) if titled.runtime}


def build(place: Path, path: Path) -> tuple[Header, float]:
    """Write the index of the catalogue to *path*; its header, and the seconds it took."""
    listed = [
        Listed(
            id=number,
            kind=each.type,
            names=(each.title, *each.aka),
            year=each.year,
            runtime=int(each.runtime) if each.runtime else None,
            popularity=each.popularity,
            seasons=each.seasons,
            country=each.country,
        )
        for number, each in enumerate(_lines(place))
    ]
    started = time.perf_counter()
    return write(path, listed), time.perf_counter() - started


def _lines(place: Path) -> Iterator[Titled]:
    decode = msgspec.json.Decoder(Titled).decode
    with gzip.open(place / "catalog.jsonl.gz") as file:
        yield from map(decode, file)
