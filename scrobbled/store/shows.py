"""What belongs to a film or show: seasons, episodes, names, details."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.model.details import Details
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.model.filters import Filters
    from scrobbled.store.pool import Database

#: Letters from which on the last word of a search may be a beginning.
_GOES_ON = 4

_QUERIES = sql.load("shows")


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """Another name of a title; *language* (ISO 639-1) and *region* (ISO 3166-1) in lower case."""

    name: str
    language: str | None
    region: str | None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """An episode that a text names, with how well known its show is."""

    id: int
    show_id: int
    name: str
    popularity: float


async def episodes_called(database: Database, text: str, filters: Filters, *, most: int) -> list[Named]:
    """Up to *most* episodes whose name has all the words of *text*, the whole name first."""
    goes_on = len(text.rsplit(maxsplit=1)[-1]) >= _GOES_ON
    rows = await _rows(database, "episodes_called", text, goes_on, filters.as_json(), most)
    return [Named(**dict(row)) for row in rows]


async def with_slug(database: Database, kind: str, slug: str, year: int) -> int | None:
    """The movie or show (*kind*) with *slug*, where it is of *year*."""
    return _only(await _rows(database, "with_slug", kind, slug, year))


async def seasons(database: Database, show_id: int) -> list[int]:
    """The ids of a show's seasons that have episodes, the specials first."""
    return [row["id"] for row in await _rows(database, "seasons", show_id)]


async def season_at(database: Database, show_id: int, number: int) -> int | None:
    """The id of a season."""
    return _only(await _rows(database, "season_at", show_id, number))


async def episodes(database: Database, show_id: int, season: int | None = None) -> list[tuple[int, int]]:
    """(id, season) of a show's episodes, or of a season's, in their order."""
    return [(row["id"], row["season"]) for row in await _rows(database, "episodes", show_id, season)]


async def episode_at(database: Database, show_id: int, season: int, number: int) -> int | None:
    """The id of an episode."""
    return _only(await _rows(database, "episode_at", show_id, season, number))


async def next_episode(database: Database, show_id: int, now: datetime) -> int | None:
    """The first regular episode to come after *now*."""
    return _only(await _rows(database, "next_episode", show_id, now))


async def last_episode(database: Database, show_id: int, now: datetime) -> int | None:
    """The latest regular episode that has aired by *now*."""
    return _only(await _rows(database, "last_episode", show_id, now))


async def names(database: Database, title_id: int) -> list[Name]:
    """The names of a title beside its main one."""
    return [Name(**dict(row)) for row in await _rows(database, "names", title_id)]


async def details(database: Database, title_id: int) -> Details:
    """What is known of a title for people to read."""
    rows = await _rows(database, "details", title_id)
    return msgspec.convert(rows[0]["details"] if rows else {}, Details)


async def with_id(database: Database, source: str, value: str, number: int | None) -> list[tuple[str, int]]:
    """
    (kind, id) of the movies, shows and episodes that are *value* at *source*; at trakt, where
    none is, the one with our own id *number*.
    """
    rows = await _rows(database, "by_external_id", source, value)
    if not rows and source == "trakt" and number is not None:
        rows = await _rows(database, "by_own_id", number)
    return [(row["kind"], row["entity_id"]) for row in rows]


async def _rows(database: Database, name: str, *arguments: Any) -> list[Any]:
    async with asking(database, name) as connection:
        return list(await connection.fetch(_QUERIES[name], *arguments))


def _only(rows: list[Any]) -> int | None:
    return rows[0]["id"] if rows else None
