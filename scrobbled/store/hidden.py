"""What users do not want to be shown, and where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scrobbled.model.wanted import Found, ThingKind
from scrobbled.store import activities, sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("hidden")

DROPPED = "dropped"


class Hidden(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A film, show or season that is hidden."""

    item_id: int
    hidden_at: datetime


async def hidden(
    database: Database, user_id: int, section: str, kinds: Collection[ThingKind] | None
) -> list[Hidden]:
    """What a user hides in a section, the newest first; *kinds* None is all."""
    words = None if kinds is None else [kind.value for kind in kinds]
    async with asking(database, "hidden") as connection:
        rows = await connection.fetch(_QUERIES["hidden"], user_id, section, words)
    return [Hidden(**row) for row in rows]


async def hide(database: Database, user_id: int, section: str, things: Sequence[Found]) -> list[ThingKind]:
    """Hide *things*; returns what each was that had not been hidden."""
    once = sorted({each.id: each for each in things}.items())
    columns = sql.columns(((own, each.title_id, each.kind.value) for own, each in once), 3)
    return await _write(database, user_id, section, "hide", columns)


async def show(database: Database, user_id: int, section: str, ids: Collection[int]) -> list[ThingKind]:
    """Hide these no longer; returns what each was that had been hidden."""
    return await _write(database, user_id, section, "show", [list(ids)])


async def hidden_shows(database: Database, user_id: int, sections: Collection[str]) -> frozenset[int]:
    """The shows that a user hides in any of *sections*."""
    rows = await database.fetch(_QUERIES["hidden_shows"], user_id, list(sections))
    return frozenset(row["title_id"] for row in rows)


async def hidden_seasons(database: Database, user_id: int, section: str, show_id: int) -> frozenset[int]:
    """The numbers of the seasons of a show that a user hides in a section."""
    rows = await database.fetch(_QUERIES["hidden_seasons"], user_id, section, [show_id])
    return frozenset(row["number"] for row in rows)


async def _write(
    database: Database, user_id: int, section: str, query: str, columns: list[list[object]]
) -> list[ThingKind]:
    async with asking(database, query) as connection, connection.transaction():
        rows = await connection.fetch(_QUERIES[query], user_id, section, *columns)
        kinds = [row["kind"] for row in rows]
        leaf = "dropped_at" if section == DROPPED else "hidden_at"
        await activities.moved_of(connection, user_id, kinds, leaf)
    return [ThingKind(kind) for kind in kinds]
