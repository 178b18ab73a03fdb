"""Events that wait for a title: one by one for whoever resolves them, by the page for the next try."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.store import sql
from scrobbled.store.asking import asking
from scrobbled.store.reads import Waiting

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("waiting")

#: The channel on which changes of titles are told.
CATALOG_CHANGED = "catalog_changed"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a show lists around an episode; None: nothing that is sure."""

    listed: bool
    last_season: int | None
    last_number: int | None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is to be tried again, as it was kept."""

    user_id: int
    event_id: UUID
    event: dict[str, Any]


async def one(database: Database, user_id: int, event_id: UUID) -> Waiting | None:
    """An event of a user that waits for its title, None when none of that id does."""
    async with asking(database, "waiting") as connection:
        row = await connection.fetchrow(_QUERIES["one"], user_id, event_id)
    return None if row is None else Waiting(**dict(row))


async def owners(database: Database, event_id: UUID) -> list[int]:
    """The users, two at most, that have an event of this id."""
    async with asking(database, "owners_of_event") as connection:
        return [row["id"] for row in await connection.fetch(_QUERIES["owners"], event_id)]


async def still(database: Database, user_id: int, event_ids: Iterable[UUID]) -> set[UUID]:
    """Those of a user's events that wait now."""
    async with asking(database, "still_waiting") as connection:
        rows = await connection.fetch(_QUERIES["still"], user_id, list(event_ids))
    return {UUID(bytes=row["event_id"].bytes) for row in rows}


async def clock(database: Database) -> datetime:
    """The database's own time, with which *due* compares."""
    now: datetime = await database.fetchval(_QUERIES["clock"])
    return now


async def due(
    database: Database, before: datetime, limit: int, users: Sequence[int] | None = None
) -> list[Due]:
    """Up to *limit* events (of *users*, else of everybody) that were last tried before *before*."""
    if users is None:
        rows = await database.fetch(_QUERIES["due"], before, limit)
    else:
        rows = await database.fetch(_QUERIES["due_of"], before, limit, list(users))
    return [Due(**dict(row)) for row in rows]


async def tried(database: Database, rows: Iterable[tuple[Due, list[dict[str, Any]] | None]]) -> None:
    """Note that these events were looked up, and what they could be (None: as it was)."""
    values = [
        (row.user_id, row.event_id, None if candidates is None else msgspec.json.encode(candidates).decode())
        for row, candidates in rows
    ]
    await database.execute(_QUERIES["tried"], *sql.columns(values, 3))


async def make_due(database: Database, user_id: int) -> int:
    """Let all that a user has waiting be tried again; returns how many those are."""
    async with asking(database, "make_due") as connection:
        count: int = await connection.fetchval(_QUERIES["make_due"], user_id)
    return count


async def place(database: Database, show_id: int, season: int, number: int) -> Place:
    """What the catalogue knows around an episode of a show."""
    async with asking(database, "place") as connection:
        row = await connection.fetchrow(_QUERIES["place"], show_id, season, number)
    assert row is not None  # an aggregate has one row
    return Place(**dict(row))


def event_of(kept: dict[str, Any]) -> PlaybackEvent:
    """The event that was kept whole; nobody waits for its answer any more."""
    return msgspec.structs.replace(msgspec.convert(kept, PlaybackEvent), reply_to=None)
