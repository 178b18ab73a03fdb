"""What all users together did: numbers for charts and statistics, counted anew now and then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database, Pool

_QUERIES = sql.load("totals")

#: Days of a day, a week, a month and a year.
_PERIODS = (1, 7, 30, 365)

#: Seconds that counting may take.
_PATIENCE = 900.0


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """
    How many users played something (*watchers*) and how often, have it, of how much of it copies are
    *collected*, how many favour it, and in how many lists it stands.
    """

    watchers: int
    plays: int
    collectors: int
    collected: int
    favorited: int
    listed: int


async def refresh(pool: Pool, now: datetime) -> bool:
    """Count everything anew, up to *now*; False when somebody else is at it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_QUERIES["settings"])
        if not await connection.fetchval(_QUERIES["lock"]):
            return False
        since = [now - timedelta(days=days) for days in _PERIODS]
        await connection.execute(_QUERIES["refresh_titles"], now, *since, timeout=_PATIENCE)
        await connection.execute(_QUERIES["refresh_items"], timeout=_PATIENCE)
        return True


async def of_title(database: Database, title_id: int) -> Totals:
    """Of a film, or of a show with all its episodes."""
    async with asking(database, "totals_of_title") as connection:
        row = await connection.fetchrow(_QUERIES["of_title"], title_id)
    return Totals(**dict(row or {}))


async def of_items(database: Database, item_ids: Sequence[int]) -> Totals:
    """Of episodes taken together; nobody is counted twice, but not everybody may be."""
    async with asking(database, "totals_of_items") as connection:
        row = await connection.fetchrow(_QUERIES["of_items"], list(item_ids))
    return Totals(**dict(row or {}))


async def votes(database: Database, item_id: int) -> list[int]:
    """How many users gave 1, 2, … 10."""
    async with asking(database, "votes") as connection:
        found: list[int] | None = await connection.fetchval(_QUERIES["votes"], item_id)
    return found or [0] * 10
