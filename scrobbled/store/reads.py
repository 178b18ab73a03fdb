"""What people and their apps read: history, positions, what is on, why a play is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.match.normalize import normalize
from scrobbled.model.filters import Filters
from scrobbled.model.media import Item, Kind
from scrobbled.store import activities, sql
from scrobbled.store.asking import asking
from scrobbled.store.catalog import items

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("reads")

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)
#: In lists of events that run newest first, the place (when, the id) before all of them.
NEWEST = (END, UUID(int=2**128 - 1))

#: Letters from which on a part of a name finds it: nearly every name holds a shorter one.
_PART = 3


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time: from *since* (in it) to *until* (not in it), UTC."""

    since: datetime = BEGINNING
    until: datetime = END


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """
    What plays are asked for: of one kind, of some films and shows (*titles*), of some
    films and episodes (*items*); None leaves it open.
    """

    kind: Kind | None = None
    titles: Sequence[int] | None = None
    items: Sequence[int] | None = None


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A play, with what was played; *item* is None when the catalogue lost it."""

    id: int
    kind: Kind
    watched_at: datetime
    cause: str
    source: str
    event_id: UUID
    item: Item | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """
    A place to continue from. *progress* in percent. *id* is the film's or episode's own: a user has one
    position in each, and clients read no more than 31 bits of it (Jellyfin).
    """

    id: int
    progress: float
    paused_at: datetime
    item: Item | None


class WatchingNow(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a user is watching. *action* is scrobble or checkin, *progress* the last known
    percent, *event_id* the last event that said so.
    """

    action: str
    source: str
    event_id: UUID
    progress: float | None
    started_at: datetime
    expires_at: datetime
    items: list[Item]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An event nobody could match, as it came, and what it could be."""

    event_id: UUID
    event: dict[str, Any]
    candidates: list[Any]
    occurred_at: datetime


async def history(
    database: Database,
    user_id: int,
    *,
    after: tuple[datetime, int],
    since: datetime = BEGINNING,
    subject: Subject = Subject(),  # noqa: B008  # frozen
    limit: int,
) -> list[HistoryEntry]:
    """Up to *limit* plays of *subject*, newest first, that come after the place *after*."""
    async with asking(database, "history") as connection:
        rows = await _plays(connection, user_id, after, since, subject, limit=limit)
        return await _entries(connection, rows)


async def titles_called(database: Database, user_id: int, normalized: str) -> list[int]:
    """
    The titles in a user's history whose name holds *normalized*, which is in the
    matcher's spelling; of one or two letters it must be the whole name.
    """
    async with asking(database, "titles_called") as connection:
        rows = await connection.fetch(_QUERIES["names_in_history"], user_id)
    part = len(normalized) >= _PART
    return list(
        {
            row["title_id"]: None
            for row in rows
            if (spelling := normalize(row["name"])) == normalized or (part and normalized in spelling)
        }
    )


async def played_titles(database: Database, user_id: int, filters: Filters) -> list[int]:
    """The titles in a user's history that fit *filters*."""
    async with asking(database, "played_titles") as connection:
        rows = await connection.fetch(_QUERIES["played_titles"], user_id, filters.as_json())
    return [row["id"] for row in rows]


async def entity_named(database: Database, kind: str, word: str, number: int | None) -> int | None:
    """
    The movie, show, season or episode (*kind*) that a client of Trakt's API calls
    *word* (*number*, where it is one): its id at Trakt, at IMDb, or here, or its slug.
    """
    async with asking(database, "entity_named") as connection:
        found: int | None = await connection.fetchval(_QUERIES["entity_named"], kind, word, number)
    return found


async def episodes_of_season(database: Database, season_id: int) -> list[int]:
    """The ids of a season's episodes."""
    async with asking(database, "episodes_of_season") as connection:
        return [row["id"] for row in await connection.fetch(_QUERIES["episodes_of_season"], season_id)]


async def positions(
    database: Database,
    user_id: int,
    span: Span,
    *,
    kind: Kind | None,
    filters: Filters = Filters(),  # noqa: B008  # frozen
    offset: int = 0,
    limit: int = 10_000,
) -> tuple[list[Position], int]:
    """Saved positions, most recently paused first, and how many there are."""
    word, fitting = kind and kind.value, filters.as_json()
    async with asking(database, "positions") as connection:
        rows = await connection.fetch(
            _QUERIES["saved_positions"], user_id, span.until, span.since, word, offset, limit, fitting
        )
        total = offset + len(rows)
        if len(rows) == limit or (offset and not rows):
            total = await connection.fetchval(
                _QUERIES["count_positions"], user_id, span.until, span.since, word, fitting
            )
        found = await items(connection, [row["item_id"] for row in rows])
    return [
        Position(
            id=row["item_id"],
            progress=row["progress"],
            paused_at=row["paused_at"],
            item=found.get(row["item_id"]),
        )
        for row in rows
    ], total


async def forget_position(database: Database, user_id: int, item_id: int) -> bool:
    """Remove the saved position in a film or episode; False when there is none."""
    async with asking(database, "forget_position") as connection, connection.transaction():
        kind = await connection.fetchval(_QUERIES["forget_position"], user_id, item_id)
        if kind is not None:
            await activities.moved_of(connection, user_id, [kind], "paused_at")
    return kind is not None


async def watching(database: Database, user_id: int, now: datetime) -> WatchingNow | None:
    """What a user is watching at *now*, if anything."""
    async with asking(database, "watching") as connection:
        row = await connection.fetchrow(_QUERIES["watching"], user_id, now)
        if row is None:
            return None
        found = await items(connection, row["item_ids"])
    return WatchingNow(
        action=row["action"],
        source=row["source"],
        event_id=row["event_id"],
        progress=row["progress"],
        started_at=row["started_at"],
        expires_at=row["expires_at"],
        items=[found[item] for item in row["item_ids"] if item in found],
    )


async def unmatched(
    database: Database, user_id: int, *, after: tuple[datetime, UUID], limit: int
) -> list[Waiting]:
    """Events that wait for a title, newest first, that come after the place *after*."""
    async with asking(database, "unmatched") as connection:
        rows = await connection.fetch(_QUERIES["unmatched"], user_id, *after, limit)
    return [Waiting(**dict(row)) for row in rows]


async def event(database: Database, user_id: int, event_id: UUID) -> dict[str, Any] | None:
    """How an event of a user ended, with its items and the ids of the plays it made; None while unknown."""
    async with asking(database, "event") as connection:
        row = await connection.fetchrow(_QUERIES["event"], user_id, event_id)
        if row is None:
            return None
        made = await connection.fetch(_QUERIES["plays_of_event"], user_id, event_id, row["item_ids"])
        found = await items(connection, row["item_ids"])
    facts = dict(row)
    item_ids = facts.pop("item_ids")
    facts["play_ids"] = [each["id"] for each in made]
    facts["items"] = [found[item] for item in item_ids if item in found]
    return facts


def put_for(subject: Subject, name: str) -> tuple[str, list[list[int]]]:
    """The query *name* as it is put for *subject*, and what it needs more."""
    if subject.items is not None:
        return f"{name}_of_items", [list(subject.items)]
    if subject.titles is not None:
        return f"{name}_of_titles", [list(subject.titles)]
    return name, []


async def _plays(
    connection: Connection,
    user_id: int,
    after: tuple[datetime, int],
    since: datetime,
    subject: Subject,
    *,
    limit: int,
    offset: int = 0,
) -> list[asyncpg.Record]:
    name, asked = put_for(subject, "history")
    word = subject.kind and subject.kind.value
    return await connection.fetch(_QUERIES[name], user_id, *after, since, word, limit, offset, *asked)


async def _entries(connection: Connection, rows: list[asyncpg.Record]) -> list[HistoryEntry]:
    found = await items(connection, {row["item_id"] for row in rows})
    return [
        HistoryEntry(
            id=row["id"],
            kind=Kind(row["kind"]),
            watched_at=row["watched_at"],
            cause=row["cause"],
            source=row["source"],
            event_id=row["event_id"],
            item=found.get(row["item_id"]),
        )
        for row in rows
    ]
