"""
Merging into the catalogue thousands of titles at a time, for the importers.

A chunk (*Staged*) is copied to temporary tables and merged from there by
queries/catalog_load.sql: as sets, in one transaction, writing only what differs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from scrobbled.store import catalog, sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

_QUERIES = sql.load("catalog_load")

#: The tables a chunk is copied to.
_TABLES: Final = (
    "titles", "ids", "names", "episodes", "episode_ids", "parts", "part_ids", "part_names",
)  # fmt: skip

#: Characters of an alternative name that are kept: the key they are part of has a limit.
LONGEST_NAME: Final = 400

#: Bytes handed to COPY at once.
_PIECE: Final = 1 << 20


class Staged(msgspec.Struct, kw_only=True):
    """
    What a chunk says: rows of the ``load_…`` table of the same name in COPY's text format,
    each with its newline. A record has exactly one row in *titles*. In *names* each name of
    a record stands once whatever its case, and without the record's main name.
    """

    titles: list[bytes] = []
    ids: list[bytes] = []
    names: list[bytes] = []
    episodes: list[bytes] = []
    episode_ids: list[bytes] = []
    parts: list[bytes] = []
    part_ids: list[bytes] = []
    part_names: list[bytes] = []

    def __len__(self) -> int:
        """The number of rows that may enter the catalogue."""
        return (
            len(self.titles) + len(self.names) + len(self.episodes) + len(self.parts) + len(self.part_names)
        )


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who describes titles: *source* is one of *trust*, all sources with the most trusted
    first; *single* are those id sources that know a title under one id.
    """

    source: str
    trust: Sequence[str]
    single: Sequence[str]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """
    An id that was not given: *record*'s title (*season* and *number*: its episode) goes
    by another one at *source*, or, with *owner*, the id is that title's or episode's.
    """

    record: int
    kind: str
    title: str | None
    season: int | None
    number: int | None
    source: str
    value: str
    owner: int | None
    owner_name: str | None
    owner_season: int | None
    owner_number: int | None


class Merged(msgspec.Struct, kw_only=True):
    """
    What a chunk did. Records that describe a title made a *new* one, *updated* one or left it
    *unchanged*; *unknown* are those that would only add to a title, which is not there.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    unknown: int = 0
    episodes_new: int = 0
    episodes_updated: int = 0
    names: int = 0
    ids: int = 0
    conflicts: list[Conflict] = []


@asynccontextmanager
async def session(connection: Connection) -> AsyncIterator[None]:
    """Set *connection* up for a run, with its temporary tables; afterwards it is as before."""
    await connection.execute(_QUERIES["settings"])
    await connection.execute(_QUERIES["prepare"])
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(_QUERIES["reset"])


async def analyze(connection: Connection) -> None:
    """Let the planner know what is there now."""
    await connection.execute(_QUERIES["analyze"])


async def merge(connection: Connection, staged: Staged, speaker: Speaker) -> Merged:
    """
    Merge a chunk in one transaction. Records that share an id, or turn out to be one title, are
    merged one after the other.
    """
    merged = Merged()
    async with connection.transaction():
        await catalog.lock(connection)
        for table in _TABLES:
            await _copy(connection, table, getattr(staged, table))
        await connection.execute(_QUERIES["analyze_chunk"])
        while await _merge_round(connection, staged, speaker, merged):
            await connection.execute(_QUERIES["next_round"])
    return merged


async def import_known(connection: Connection, source: str, digest: str) -> datetime | None:
    """When exactly these files were imported with these options, None when they never were."""
    known: datetime | None = await connection.fetchval(_QUERIES["import_known"], source, digest)
    return known


async def remember_import(
    connection: Connection, source: str, digest: str, *, files: Any, options: Any, counts: Any
) -> None:
    """Note that an import ran to its end."""
    await connection.execute(_QUERIES["remember_import"], source, digest, files, options, counts)


async def _merge_round(connection: Connection, staged: Staged, speaker: Speaker, merged: Merged) -> bool:
    """Merge what need not wait; whether something waits."""
    run = _Runner(connection)
    known, new = await _link(run, speaker)
    await _merge_ids(run, speaker)
    if new:
        for step in ("name_slugs", "year_slugs", "counted_slugs"):
            await run(step)
        await run("insert_titles", speaker.source)
        if staged.names:
            merged.names += await run("insert_names")
    changed = new
    if known:
        changed += await run("update_titles", speaker.source, LONGEST_NAME)
        changed += (names := await run("add_names", LONGEST_NAME))
        changed += await run("show_ids")
        merged.names += names
    await run("mark_seen")
    if staged.episodes:
        await _merge_episodes(run, merged)
    if staged.parts:
        changed += await _merge_parts(run, speaker, merged)
    merged.ids += await run("insert_ids")
    if changed:
        await connection.execute(_QUERIES["announce"])
    await _count(connection, merged)
    return bool(await connection.fetchval("select exists (select from load_waiting)"))


async def _link(run: _Runner, speaker: Speaker) -> tuple[int, int]:
    """Find or make the title of each record; how many were known and how many are new."""
    await run("find_owners")
    await run("wait")
    known = await run("link", speaker.trust, speaker.source)
    known += await run("link_without_ids", speaker.trust, speaker.source)
    return known, await run("link_new")


async def _merge_ids(run: _Runner, speaker: Speaker) -> None:
    await run("give_title_ids", speaker.single)
    await run("note_title_conflicts")


async def _merge_episodes(run: _Runner, merged: Merged) -> None:
    await run("place_episodes")
    await run("find_episode_owners")
    await run("give_episode_ids")
    await run("note_episode_conflicts")
    await run("insert_seasons")
    merged.episodes_new += await run("insert_episodes")
    merged.episodes_updated += await run("update_episodes")
    await run("show_episode_ids")
    await run("touch_shows")


async def _merge_parts(run: _Runner, speaker: Speaker, merged: Merged) -> int:
    """The parts of the shows; how many shows have others now."""
    await run("find_part_owners")
    await run("link_parts", speaker.trust, speaker.source)
    await run("link_new_parts")
    await run("give_part_ids")
    await run("note_part_conflicts")
    await run("insert_parts", speaker.source)
    await run("update_parts", speaker.source)
    merged.names += await run("add_part_names")
    await run("touch_parts")
    await run("mark_seen_parts")
    return await run("tell_parts")


async def _count(connection: Connection, merged: Merged) -> None:
    counts = await connection.fetchrow(_QUERIES["count"])
    assert counts is not None  # an aggregate has a row
    merged.new += counts["new"]
    merged.updated += counts["updated"]
    merged.unchanged += counts["unchanged"]
    merged.unknown += counts["unknown"]
    rows = await connection.fetch(_QUERIES["conflicts"])
    merged.conflicts += [Conflict(**dict(row)) for row in rows]


class _Runner:
    """Runs named statements; each answers how many rows it wrote."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __call__(self, name: str, *arguments: Any) -> int:
        """Without arguments the statement is planned anew, for the chunk at hand."""
        status = await self._connection.execute(_QUERIES[name], *arguments)
        return int(status.rsplit(" ", 1)[-1])


async def _copy(connection: Connection, table: str, rows: list[bytes]) -> None:
    if rows:
        await connection.copy_to_table(f"load_{table}", source=_pieces(rows), format="text")


async def _pieces(rows: list[bytes]) -> AsyncIterator[bytes]:
    start, size = 0, 0
    for end, row in enumerate(rows, start=1):
        size += len(row)
        if size >= _PIECE:
            yield b"".join(rows[start:end])
            start, size = end, 0
    yield b"".join(rows[start:])
