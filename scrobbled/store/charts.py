"""Lists of titles for everybody: trending, popular, most watched, updated. They tell of no single user."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.model.filters import Filters
from scrobbled.model.media import TitleKind
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("charts")

#: Entries of a list that goes through the whole catalogue that are counted.
MOST_COUNTED = 10_000


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """
    A title on a chart, and the numbers that brought it there: *lately* is who watched this week what others
    are watching now, *popularity* that of the catalogue; *updated_at* for what changed.
    """

    title_id: int
    watchers: int = 0
    lately: int = 0
    popularity: float = 0.0
    plays: int = 0
    collectors: int = 0
    collected: int = 0
    favorited: int = 0
    listed: int = 0
    updated_at: datetime | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a chart: of one *kind*, what fits *filters*, *limit* entries after *offset*."""

    kind: TitleKind
    filters: Filters = Filters()
    offset: int = 0
    limit: int = 10


#: What is on the page, and how many there are in all.
Chart = tuple[list[Place], int]


async def ranked(database: Database, asked: Asked, period: str, by: str) -> Chart:
    """*by*: watchers, plays, collected, favorited or listed; *period*: daily to yearly, or all."""
    return await _counted(database, "ranked", asked, period, by)


async def trending(database: Database, asked: Asked, now: datetime) -> Chart:
    """What is being watched at *now*, then what was watched this week."""
    return await _counted(database, "trending", asked, now)


async def watching(database: Database, kind: TitleKind, now: datetime) -> int:
    """How many users are watching a film, or a show, at *now*."""
    async with asking(database, "watching_now") as connection:
        count: int = await connection.fetchval(_QUERIES["watching"], kind.value, now)
    return count


async def anticipated(database: Database, asked: Asked, now: datetime) -> Chart:
    """What stands in lists and is yet to come."""
    return await _counted(database, "anticipated", asked, now.date().isoformat(), now.year)


async def popular(database: Database, asked: Asked) -> Chart:
    """The best known of the catalogue; at most *MOST_COUNTED* are counted."""
    return await _uncounted(database, "popular", asked, asked.filters.as_json())


async def updated(database: Database, asked: Asked, since: datetime) -> Chart:
    """What changed from *since* on, the latest first; at most *MOST_COUNTED* are counted."""
    return await _uncounted(database, "updated", asked, since)


async def related(database: Database, title_id: int, *, offset: int, limit: int) -> Chart:
    """Titles of the same genres."""
    async with asking(database, "related") as connection:
        rows = await connection.fetch(_QUERIES["related"], title_id, offset, limit)
    return _chart(rows, offset)


async def fitting(
    database: Database, title_ids: Sequence[int], filters: Filters, *, everybody: bool = True
) -> set[int]:
    """Those of *title_ids* that fit *filters* and, for *everybody*, are not one user's own words alone."""
    async with asking(database, "fitting") as connection:
        rows = await connection.fetch(_QUERIES["fitting"], list(title_ids), filters.as_json(), everybody)
    return {row["id"] for row in rows}


async def hot(database: Database, title_ids: Collection[int]) -> set[int]:
    """Those of *title_ids* that somebody watched this week or has in a list."""
    async with asking(database, "hot") as connection:
        rows = await connection.fetch(_QUERIES["hot"], list(title_ids))
    return {row["title_id"] for row in rows}


async def _counted(database: Database, name: str, asked: Asked, *more: Any) -> Chart:
    """A chart whose rows say how many there are in all."""
    before = asked.kind.value, asked.filters.as_json(), *more
    async with asking(database, name) as connection:
        rows = await connection.fetch(_QUERIES[name], *before, asked.offset, asked.limit)
        if not rows and asked.offset:  # behind the end: nothing says where that is
            first = await connection.fetch(_QUERIES[name], *before, 0, 1)
            return [], first[0]["total"] if first else 0
    return _chart(rows, asked.offset)


async def _uncounted(database: Database, name: str, asked: Asked, argument: Any) -> Chart:
    kind = asked.kind.value
    async with asking(database, name) as connection:
        rows = await connection.fetch(_QUERIES[name], kind, argument, asked.offset, asked.limit)
        if len(rows) < asked.limit and (rows or not asked.offset):
            total = asked.offset + len(rows)
        else:
            total = await connection.fetchval(_QUERIES[f"count_{name}"], kind, argument, MOST_COUNTED)
    return [Place(**dict(row)) for row in rows], total


def _chart(rows: Sequence[Any], offset: int) -> Chart:
    if not rows:
        return [], offset
    places = [Place(**{name: value for name, value in row.items() if name != "total"}) for row in rows]
    return places, rows[0]["total"]
