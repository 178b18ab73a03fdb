"""What a user has seen, however often: films, episodes, and shows with what was seen of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scrobbled.model.media import Kind
from scrobbled.store import sql
from scrobbled.store.asking import asking
from scrobbled.store.places import places

if TYPE_CHECKING:
    from scrobbled.model.places import Places
    from scrobbled.store.pool import Database

_QUERIES = sql.load("watched")


class WatchedItem(msgspec.Struct, frozen=True, gc=False):
    """A film or episode that was seen *plays* times."""

    item_id: int
    plays: int
    last_watched_at: datetime
    last_updated_at: datetime


class WatchedShow(msgspec.Struct, frozen=True, kw_only=True):
    """
    A show of which something was seen, and its episodes. *items* and *dates* are parallel, one element for
    each play, the newest last: ids with commas between, and a JSON array of ``2014-09-01T09:10:11.123456`` in
    UTC.
    """

    title_id: int
    last_updated_at: datetime
    reset_at: datetime | None
    items: str
    dates: str
    listed: Places


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """Every time that a film or episode was seen, newest first."""

    item_id: int
    title_id: int
    dates: list[datetime]


class SeasonPlace(msgspec.Struct, frozen=True, kw_only=True):
    """The season of an episode: its number, and its id where it is listed."""

    season: int
    season_id: int | None


async def items(database: Database, user_id: int, kind: Kind) -> list[WatchedItem]:
    """The films or episodes that a user has seen, most recently watched first."""
    async with asking(database, "watched_items") as connection:
        rows = await connection.fetch(_QUERIES["watched_items"], user_id, kind.value)
    return [WatchedItem(*row) for row in rows]


async def shows(database: Database, user_id: int, now: datetime, *, specials: bool) -> list[WatchedShow]:
    """The shows that a user has seen something of, and that have episodes."""
    async with asking(database, "watched_shows") as connection:
        rows = await connection.fetch(_QUERIES["watched_shows"], user_id)
        listed = await places(connection, [row["title_id"] for row in rows], now, specials=specials)
    return [
        WatchedShow(
            title_id=title_id,
            last_updated_at=updated_at,
            reset_at=reset_at,
            items=items,
            dates=dates,
            listed=listed[title_id],
        )
        for title_id, updated_at, reset_at, items, dates in rows
        if title_id in listed
    ]


async def dates(database: Database, user_id: int, kind: Kind) -> list[Dates]:
    """Every time that each film or episode was seen."""
    async with asking(database, "watched_dates") as connection:
        rows = await connection.fetch(_QUERIES["dates_of_items"], user_id, kind.value)
    return [Dates(**row) for row in rows]


async def ids_of(database: Database, own_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """By id of a title, season or episode, its external ids."""
    return {row["id"]: row["ids"] for row in await database.fetch(_QUERIES["ids_of"], list(set(own_ids)))}


async def season_places(database: Database, episode_ids: Iterable[int]) -> dict[int, SeasonPlace]:
    """By episode, its season."""
    rows = await database.fetch(_QUERIES["season_places"], list(set(episode_ids)))
    return {row["id"]: SeasonPlace(season=row["season"], season_id=row["season_id"]) for row in rows}
