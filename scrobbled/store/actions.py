"""What people ticked by hand: a season at once is one action."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.pool import Database

_QUERIES = sql.load("actions")

#: Servers tell of each episode of a ticked season, all within seconds (webhooks fact sheet §2, §4).
_TOGETHER = timedelta(seconds=10)


class TickedPlay(msgspec.Struct, frozen=True, kw_only=True):
    """A play that a tick made, and the event that told of it."""

    id: int
    event_id: UUID
    item_id: int
    watched_at: datetime


class TickAction(msgspec.Struct, frozen=True, kw_only=True):
    """Ticks that belong together. *id* is that of the first event, *made_at* when that was received."""

    id: UUID
    source: str
    title_id: int
    made_at: datetime
    plays: list[TickedPlay]


async def newest(database: Database, user_id: int, *, limit: int) -> list[TickAction]:
    """A user's actions whose plays are in the history, as far back as events are kept; newest first."""
    async with asking(database, "actions") as connection:
        rows = await connection.fetch(_QUERIES["actions"], user_id, _TOGETHER, None, limit)
    return [_action(row) for row in rows]


async def holding(database: Database, user_id: int, event_id: UUID) -> TickAction | None:
    """The action that an event belongs to; None where there is none with a play left."""
    async with asking(database, "action") as connection:
        row = await connection.fetchrow(_QUERIES["actions"], user_id, _TOGETHER, event_id, 1)
    return None if row is None else _action(row)


def _action(row: asyncpg.Record) -> TickAction:
    parts = zip(row["play_ids"], row["event_ids"], row["item_ids"], row["watched_at"], strict=True)
    return TickAction(
        id=row["id"],
        source=row["source"],
        title_id=row["title_id"],
        made_at=row["made_at"],
        plays=[
            TickedPlay(id=play, event_id=event, item_id=item, watched_at=at)
            for play, event, item, at in parts
        ],
    )
