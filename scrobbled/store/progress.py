"""How far people are in shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from msgspec.structs import replace

from scrobbled.model.media import Season, Title
from scrobbled.model.progress import Part, Show
from scrobbled.store import activities, sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("progress")


async def watched(
    database: Database,
    user_id: int,
    show_ids: Collection[int] | None,
    now: datetime,
    *,
    lifetime: bool = False,
) -> dict[int, Show]:
    """
    By id, shows with what a user watched of them since they began again, or in their *lifetime*; *show_ids*
    None: all that the user ever began.
    """
    async with asking(database, "progress") as connection:
        asked = await _begun(connection, user_id) if show_ids is None else list(show_ids)
        done = await connection.fetch(_QUERIES["watched"], user_id, asked, lifetime)
        parts = await connection.fetch(_QUERIES["parts"], user_id, asked, now)
    return _shows(parts, done)


async def collected(
    database: Database, user_id: int, show_ids: Collection[int], now: datetime
) -> dict[int, Show]:
    """By id, shows with what a user has of them."""
    async with asking(database, "progress") as connection:
        done = await connection.fetch(_QUERIES["collected"], user_id, list(show_ids))
        parts = await connection.fetch(_QUERIES["parts"], user_id, list(show_ids), now)
    return {own: replace(show, reset_at=None) for own, show in _shows(parts, done).items()}


async def _begun(connection: Connection, user_id: int) -> list[int]:
    return [row["title_id"] for row in await connection.fetch(_QUERIES["begun"], user_id)]


async def seasons(database: Database, title: Title) -> list[Season]:
    """The seasons of a show, in order."""
    rows = await database.fetch(_QUERIES["seasons"], title.id)
    return [
        Season(id=row["id"], number=row["number"], title=title, name=row["name"], ids=row["ids"])
        for row in rows
    ]


async def to_start(database: Database, user_id: int) -> list[int]:
    """The shows on a user's watchlist of which they watched nothing yet."""
    async with asking(database, "to_start") as connection:
        return [row["title_id"] for row in await connection.fetch(_QUERIES["to_start"], user_id)]


async def reset(database: Database, user_id: int, title_id: int, at: datetime | None) -> None:
    """Count a user's progress in a show from *at* on; None: from the beginning again."""
    async with asking(database, "reset") as connection, connection.transaction():
        if at is None:
            await connection.execute(_QUERIES["undo_reset"], user_id, title_id)
        else:
            await connection.execute(_QUERIES["reset"], user_id, title_id, at)
        await activities.moved_of(connection, user_id, ["episode"], "watched_at")


def _shows(parts: Sequence[asyncpg.Record], done: Sequence[asyncpg.Record]) -> dict[int, Show]:
    """By id, the shows of *parts* with what is *done* of them."""
    told = {row["title_id"]: row for row in done}
    return {row["title_id"]: _show(row, told.get(row["title_id"])) for row in parts}


def _show(row: asyncpg.Record, done: asyncpg.Record | None) -> Show:
    """
    A row as a show. An episode has aired by its date; without one when it was watched, or when no
    episode of the show has a date.
    """
    times: dict[int, int] = {}
    dates: dict[int, str] = {}
    if done is not None:
        times = dict(zip(done["items"], done["times"], strict=True))
        dates = dict(zip(done["items"], orjson.loads(done["dates"]), strict=True))
    title_id, reset_at, *columns = row
    undated = all(aired is None for aired in row["aired"])
    parts = [
        Part(
            own,
            season,
            number,
            (undated or own in times) if aired is None else aired,
            times.get(own, 0),
            datetime.fromisoformat(dates[own]) if own in dates else None,
            runtime,
        )
        for own, season, number, aired, runtime in zip(*columns, strict=True)
    ]
    return Show(id=title_id, reset_at=reset_at, parts=parts)
