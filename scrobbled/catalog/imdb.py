"""
The importer of IMDb's public dumps: titles, other names, episodes and votes.

The files are joined while they are read. The ids that are wanted are found first; then
titles and their names are read side by side, which works because both files are in one order (names
that are not are added afterwards); then the episodes. Memory holds numbers only, see *imdb_tables*.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.catalog import imdb_files
from scrobbled.catalog.imdb_files import NAMES, NULL, Dump, Meter, number_of
from scrobbled.catalog.imdb_rows import Chunk
from scrobbled.catalog.imdb_tables import Episodes, Votes, Wanted
from scrobbled.catalog.loading import Listener, Summary, load_chunks
from scrobbled.catalog.staging import CHUNK
from scrobbled.errors import PayloadError
from scrobbled.store.catalog_load import Staged

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

SOURCE: Final = "imdb"

#: IMDb's types by what they are here. Episodes are none of them, games are not watched.
KINDS: Final = {
    "movie": "movie",
    "tvMovie": "movie",
    "tvSpecial": "movie",
    "video": "movie",
    "short": "movie",
    "tvShort": "movie",
    "tvSeries": "show",
    "tvMiniSeries": "show",
}
_EPISODE: Final = b"tvEpisode"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """
    Which part of the dumps is wanted: titles of *kinds* (keys of *KINDS*) with at least *votes*
    votes; other names of *languages* or *regions* (none: all), the original one always.
    """

    kinds: Sequence[str] = tuple(KINDS)
    votes: int = 0
    languages: Sequence[str] = ()
    regions: Sequence[str] = ()
    episodes: bool = True
    adult: bool = False


async def import_imdb(
    connection: Connection,
    files: Sequence[Path],
    options: Options = Options(),  # noqa: B008  # frozen
    *,
    listener: Listener = Listener(),  # noqa: B008  # frozen
    meter: Meter | None = None,
) -> Summary:
    """
    Merge the dumps in *files* into the catalogue; title.basics must be among them. *meter* tells how
    far reading is. Raises *PayloadError* for files that are damaged or something else.
    """
    summary = Summary()
    reader = _Reader(imdb_files.recognise(files, meter or Meter()), options, summary)
    listener = msgspec.structs.replace(listener, place="tt{:07}".format)
    await load_chunks(connection, SOURCE, reader.chunks(), summary, listener=listener)
    return summary


class _Reader:
    """Reads the dumps, pass by pass, and makes chunks of them."""

    def __init__(self, dumps: dict[str, Dump], options: Options, summary: Summary) -> None:
        self._basics, self._akas = dumps["basics"], dumps.get("akas")
        self._ratings, self._episode = dumps.get("ratings"), dumps.get("episode")
        self._options, self._summary = options, summary
        self._kinds = {kind.encode(): KINDS[kind] for kind in options.kinds}
        self._dumps = dumps.values()
        if options.votes and self._ratings is None:
            raise PayloadError(f"{NAMES['ratings']} is missing: titles are to be chosen by their votes")
        passes = 3 if options.episodes and self._episode is not None else 2
        for dump in dumps.values():
            dump.meter.total += dump.size * (passes if dump is self._basics else 1)

    def chunks(self) -> Iterator[Staged]:
        """All that is wanted. A title comes before its episodes."""
        votes = Votes(self._ratings)
        episodes = Episodes(self._episode)
        self._summary.read += votes.read + episodes.read
        wanted = self._find_wanted(votes)
        yield from self._titles(wanted, votes, episodes)
        if self._options.episodes and self._episode is not None:
            yield from self._episodes(wanted, episodes)
        for dump in self._dumps:
            self._summary.bad += dump.bad
            if dump.bad:
                self._summary.note(dump.path.name, f"lines that have not {dump.columns} fields: {dump.bad:,}")

    def _find_wanted(self, votes: Votes) -> Wanted:
        numbers, shows = array("I"), bytearray()
        tabs = self._basics.columns - 1
        for block in self._basics.blocks():
            self._basics.bad += sum(line.count(b"\t") != tabs for line in block)
            found = [row for row in map(self._wanted_row, block) if row is not None]
            if self._options.votes:
                counted = votes.of([number_of(row[0]) for row in found])
                found = [
                    row
                    for row, count in zip(found, counted, strict=True)
                    if (count or 0) >= self._options.votes
                ]
            for row in found:
                numbers.append(number_of(row[0]))
                shows.append(self._kinds[row[1]] == "show")
        return Wanted(numbers, shows)

    def _wanted_row(self, line: bytes) -> list[bytes] | None:
        kind = line.split(b"\t", 2)[1:2]
        if not kind or kind[0] not in self._kinds:
            return None
        row = line.split(b"\t")
        if len(row) != self._basics.columns or number_of(row[0]) < 0 or row[2].strip() in {NULL, b""}:
            return None
        return row if self._options.adult or row[4] != b"1" else None

    def _titles(self, wanted: Wanted, votes: Votes, episodes: Episodes) -> Iterator[Staged]:
        """Titles with their names; at the end the names that did not stand where their titles do."""
        akas = _Waiting(self._names(wanted))
        counts = episodes.counts()
        chunk, late = Chunk(), Chunk()
        for block in self._basics.blocks():
            self._summary.read += len(block)
            rows = self._take(block, wanted)
            names: dict[int, list[list[bytes]]] = {position: [] for position, _ in rows}
            for position, aka in akas.before(max(names, default=-1) + 1):
                if position in names:
                    names[position].append(aka)
                else:
                    late.add_name(aka, wanted.kind(position))
            numbers = [number_of(row[0]) for _, row in rows]
            voted = zip(votes.of(numbers), votes.ratings(numbers), strict=True)
            for (position, row), number, (count, rating) in zip(rows, numbers, voted, strict=True):
                chunk.add_title(
                    number,
                    wanted.kind(position),
                    row,
                    votes=count,
                    rating=rating,
                    counts=counts.get(number),
                    akas=names[position],
                )
            if len(chunk) >= CHUNK or len(late) >= CHUNK:
                yield from (chunk.staged, late.staged)  # in this order: late names need their titles
                chunk, late = Chunk(), Chunk()
        yield chunk.staged
        for position, aka in akas.before(len(wanted)):
            late.add_name(aka, wanted.kind(position))
            if len(late) >= CHUNK:
                yield late.staged
                late = Chunk()
        yield late.staged

    def _take(self, block: list[bytes], wanted: Wanted) -> list[tuple[int, list[bytes]]]:
        """The wanted titles of *block* with their positions, each once."""
        rows = [row for row in map(self._wanted_row, block) if row is not None]
        positions = wanted.positions([number_of(row[0]) for row in rows])
        return [
            (place, row)
            for place, row in zip(positions, rows, strict=True)
            if place >= 0 and wanted.take(place)
        ]

    def _names(self, wanted: Wanted) -> Iterator[tuple[int, list[bytes]]]:
        """Other names of wanted titles, with the positions of these."""
        if self._akas is None:
            return
        languages = {each.encode() for each in self._options.languages}
        regions = {each.encode() for each in self._options.regions}
        everything = not languages and not regions
        for block in self._akas.blocks():
            self._summary.read += len(block)
            owners = [line[: line.find(b"\t")] for line in block]
            distinct = list(dict.fromkeys(owners))  # a title has many names, which stand together
            places = wanted.positions([number_of(owner) for owner in distinct])
            positions = dict(zip(distinct, places, strict=True))
            for owner, line in zip(owners, block, strict=True):
                if (position := positions[owner]) < 0:
                    continue
                row = line.split(b"\t")
                if len(row) != self._akas.columns:
                    self._akas.bad += 1
                elif everything or row[3] in regions or row[4] in languages or row[7] == b"1":
                    yield position, row

    def _episodes(self, wanted: Wanted, episodes: Episodes) -> Iterator[Staged]:
        """The episodes of wanted shows."""
        chunk = Chunk()
        for block in self._basics.blocks():
            rows = [line.split(b"\t") for line in block if _EPISODE in line]
            rows = [row for row in rows if len(row) == self._basics.columns and row[1] == _EPISODE]
            places = episodes.places([number_of(row[0]) for row in rows])
            shows = wanted.positions([-1 if place is None else place[0] for place in places])
            for row, place, show in zip(rows, places, shows, strict=True):
                if place is not None and show >= 0:
                    chunk.add_episode(row, *place)
            if len(chunk) >= CHUNK:
                yield chunk.staged
                chunk = chunk.following()
        while len(chunk):
            yield chunk.staged
            chunk = chunk.following()


class _Waiting:
    """Other names, read no further than asked."""

    def __init__(self, names: Iterator[tuple[int, list[bytes]]]) -> None:
        self._names = names
        self._next = next(names, None)

    def before(self, end: int) -> Iterator[tuple[int, list[bytes]]]:
        """The next ones, up to one of a title that stands at *end* or behind it."""
        while self._next is not None and self._next[0] < end:
            yield self._next
            self._next = next(self._names, None)
