"""What comes out when: for everybody, or of what a user follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("calendars")

#: What films are dated by -> the query, each with an index of its own.
_DATED = {"released": "films", "on_disc": "discs", "streamed": "streams"}


async def films(
    database: Database, since: date, until: date, *, user_id: int | None, by: str
) -> list[tuple[int, str]]:
    """
    (film, day) of what comes out from *since* on and before *until*, *by* released, on_disc or
    streamed; of all films, or of those that a user follows.
    """
    days = since.isoformat(), until.isoformat()
    async with asking(database, "calendar_films") as connection:
        if user_id is None:
            rows = await connection.fetch(_QUERIES[_DATED[by]], *days)
        else:
            mine = await _mine(connection, user_id)
            rows = await connection.fetch(_QUERIES["films_of"], *days, mine, by)
    return [(row["item_id"], row["day"]) for row in rows]


async def episodes(
    database: Database, since: date, until: date, *, user_id: int | None, which: str
) -> list[tuple[int, datetime]]:
    """(episode, when it airs, UTC); *which* is all, new, premieres or finales."""
    span = datetime.combine(since, time(), UTC), datetime.combine(until, time(), UTC)
    async with asking(database, "calendar_episodes") as connection:
        if user_id is None:
            rows = await connection.fetch(_QUERIES["episodes"], *span, which)
        else:
            mine = await _mine(connection, user_id)
            rows = await connection.fetch(_QUERIES["episodes_of"], *span, which, mine, user_id)
    return [(row["item_id"], row["first_aired"]) for row in rows]


async def _mine(connection: Connection, user_id: int) -> list[int]:
    return [row["title_id"] for row in await connection.fetch(_QUERIES["mine"], user_id)]
