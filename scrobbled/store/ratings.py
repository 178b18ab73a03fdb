"""What users think of films, shows, seasons and episodes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scrobbled.model.wanted import ThingKind
from scrobbled.store import activities, sql, timeline
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("ratings")


class Rating(msgspec.Struct, frozen=True, gc=False):
    """A rating, 1 to 10."""

    item_id: int
    rating: int
    rated_at: datetime


class Given(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A rating that somebody gives, 1 to 10; *title_id* is the film or the show."""

    item_id: int
    title_id: int
    kind: ThingKind
    rating: int
    rated_at: datetime


async def ratings(
    database: Database,
    user_id: int,
    kinds: Collection[ThingKind],
    numbers: Collection[int] | None,
    *,
    offset: int,
    limit: int | None,
) -> tuple[list[Rating], int]:
    """A page of a user's ratings, the newest first, and how many there are; *numbers* None is all."""
    asked = [kind.value for kind in kinds], None if numbers is None else list(numbers)
    async with asking(database, "ratings") as connection:
        rows = await connection.fetch(_QUERIES["ratings"], user_id, *asked, limit, offset)
        total = offset + len(rows)
        if limit is not None and (len(rows) == limit or (offset and not rows)):
            total = await connection.fetchval(_QUERIES["count_ratings"], user_id, *asked)
    return [Rating(*row) for row in rows], total


async def rate(database: Database, user_id: int, given: Sequence[Given], source: str) -> list[Given]:
    """Keep ratings, each in place of the one before it; of one thing the last. Returns what was kept."""
    kept = list({each.item_id: each for each in given}.values())
    if not kept:
        return []
    columns = sql.columns(
        ((each.item_id, each.title_id, each.kind.value, each.rating, each.rated_at) for each in kept),
        5,
    )
    async with asking(database, "rate") as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        await connection.execute(_QUERIES["rate"], user_id, *columns, source)
        await activities.moved_of(connection, user_id, (each.kind.value for each in kept), "rated_at")
    return kept


async def unrate(database: Database, user_id: int, item_ids: Collection[int]) -> list[ThingKind]:
    """Take ratings back; returns what of each was rated."""
    async with asking(database, "unrate") as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        kinds = [row["kind"] for row in await connection.fetch(_QUERIES["unrate"], user_id, list(item_ids))]
        await activities.moved_of(connection, user_id, kinds, "rated_at")
    return [ThingKind(kind) for kind in kinds]
