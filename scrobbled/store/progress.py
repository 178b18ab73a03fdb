"""How far people are in shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from scrobbled.model.media import Season, Title
from scrobbled.model.progress import Part, Show
from scrobbled.store import activities, sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.pool import Database

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
    asked = None if show_ids is None else list(show_ids)
    async with asking(database, "progress") as connection:
        rows = await connection.fetch(_QUERIES["watched_shows"], user_id, asked, lifetime)
    return {row["title_id"]: _show(row, now) for row in rows}


async def collected(
    database: Database, user_id: int, show_ids: Collection[int], now: datetime
) -> dict[int, Show]:
    """By id, shows with what a user has of them."""
    async with asking(database, "progress") as connection:
        rows = await connection.fetch(_QUERIES["collected_shows"], user_id, list(show_ids))
    return {row["title_id"]: _show(row, now) for row in rows}


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


def _show(row: asyncpg.Record, now: datetime) -> Show:
    """
    A row as a show. An episode has aired by its date; without one when it was watched, or when no
    episode of the show has a date.
    """
    undated = not any(row["aired"])
    columns = zip(
        row["ids"],
        row["seasons"],
        row["numbers"],
        row["aired"],
        row["times"],
        row["dates"],
        row["runtimes"],
        strict=True,
    )
    parts = [
        Part(
            own, season, number, (undated or times > 0) if aired is None else aired <= now, times, at, runtime
        )
        for own, season, number, aired, times, at, runtime in columns
    ]
    return Show(id=row["title_id"], reset_at=row["reset_at"], parts=parts)
