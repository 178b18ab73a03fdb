"""What people and their apps read: history, positions, what is on, why a play is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.media import Item, Kind
from scrobbled.model.play import play_id
from scrobbled.store import sql
from scrobbled.store.catalog import items
from scrobbled.store.pool import timed

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("reads")

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)

#: After every id there is.
LAST_ID = 2**63 - 1


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time: from *since* (in it) to *until* (not in it), UTC."""

    since: datetime = BEGINNING
    until: datetime = END


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A play, with what was played; *item* is None when the catalogue lost it."""

    id: int
    watched_at: datetime
    cause: str
    source: str
    event_id: UUID
    item: Item | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place to continue from. *progress* in percent."""

    id: int
    progress: float
    paused_at: datetime
    item: Item | None


class WatchingNow(msgspec.Struct, frozen=True, kw_only=True):
    """What a user is watching. *action* is scrobble or checkin."""

    action: str
    source: str
    started_at: datetime
    expires_at: datetime
    items: list[Item]


async def history(
    database: Database,
    user_id: int,
    *,
    after: tuple[datetime, int],
    since: datetime = BEGINNING,
    kind: Kind | None = None,
    title_ids: Sequence[int] | None = None,
    item_id: int | None = None,
    limit: int,
) -> list[HistoryEntry]:
    """
    Up to *limit* plays, newest first, that come after the place *after*; of some
    titles, of one item, or of everything.
    """
    arguments: list[Any] = [user_id, *after, since, kind and kind.value, limit]
    name = "history"
    if item_id is not None:
        name, arguments = "history_of_item", [*arguments, [item_id]]
    elif title_ids is not None:
        name, arguments = "history_of_titles", [*arguments, list(title_ids)]
    with timed("history"):
        rows = await database.fetch(_QUERIES[name], *arguments)
        return await _entries(database, rows)


async def history_page(
    database: Database,
    user_id: int,
    span: Span,
    *,
    kind: Kind | None,
    subject: int | None,
    offset: int,
    limit: int,
) -> tuple[list[HistoryEntry], int]:
    """
    One page and the number of all entries, for protocols that count pages. *subject* is
    the id of a film, show or episode.
    """
    word = kind and kind.value
    with timed("history_page"):
        rows = await database.fetch(
            _QUERIES["history_page"], user_id, span.until, span.since, word, offset, limit, subject
        )
        total: int = await database.fetchval(
            _QUERIES["history_count"], user_id, span.until, span.since, word, subject
        )
        return await _entries(database, rows), total


async def titles_called(database: Database, normalized: str) -> list[int]:
    """The ids of titles with that name, in the matcher's spelling."""
    return [row["title_id"] for row in await database.fetch(_QUERIES["titles_called"], normalized)]


async def positions(
    database: Database, user_id: int, span: Span, *, kind: Kind | None, offset: int = 0, limit: int = 10_000
) -> tuple[list[Position], int]:
    """Saved positions, most recently paused first, and how many there are."""
    word = kind and kind.value
    rows = await database.fetch(
        _QUERIES["saved_positions"], user_id, span.until, span.since, word, offset, limit
    )
    total: int = await database.fetchval(_QUERIES["count_positions"], user_id, span.until, span.since, word)
    found = await items(database, [row["item_id"] for row in rows])
    return [
        Position(
            id=row["id"], progress=row["progress"], paused_at=row["paused_at"], item=found.get(row["item_id"])
        )
        for row in rows
    ], total


async def forget_position(database: Database, user_id: int, playback_id: int) -> bool:
    """Remove a saved position; False when there is none of that id."""
    return await database.fetchval(_QUERIES["forget_position"], user_id, playback_id) is not None


async def watching(database: Database, user_id: int, now: datetime) -> WatchingNow | None:
    """What a user is watching at *now*, if anything."""
    row = await database.fetchrow(_QUERIES["watching"], user_id, now)
    if row is None:
        return None
    found = await items(database, row["item_ids"])
    return WatchingNow(
        action=row["action"],
        source=row["source"],
        started_at=row["started_at"],
        expires_at=row["expires_at"],
        items=[found[item] for item in row["item_ids"] if item in found],
    )


async def unmatched(
    database: Database, user_id: int, *, after: tuple[datetime, UUID], limit: int
) -> list[Mapping[str, Any]]:
    """Events that wait for a title (event_id, event, candidates, occurred_at), newest first."""
    return list(await database.fetch(_QUERIES["unmatched"], user_id, *after, limit))


async def event(database: Database, user_id: int, event_id: UUID) -> dict[str, Any] | None:
    """How an event of a user ended, with the ids of the plays it made; None while unknown."""
    row = await database.fetchrow(_QUERIES["event"], user_id, event_id)
    if row is None:
        return None
    ids = [play_id(event_id, item) for item in row["item_ids"]]
    made = {found["id"] for found in await database.fetch(
        _QUERIES["plays_of_event"], user_id, event_id, row["item_ids"]
    )} if ids else set()
    found = await items(database, row["item_ids"])
    return {
        **dict(row),
        "play_ids": [each for each in ids if each in made],
        "items": [found[item] for item in row["item_ids"] if item in found],
    }


async def _entries(database: Database, rows: Sequence[Mapping[str, Any]]) -> list[HistoryEntry]:
    found = await items(database, list({row["item_id"] for row in rows}))
    return [
        HistoryEntry(
            id=row["id"],
            watched_at=row["watched_at"],
            cause=row["cause"],
            source=row["source"],
            event_id=row["event_id"],
            item=found.get(row["item_id"]),
        )
        for row in rows
    ]
