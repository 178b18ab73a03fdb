"""The catalogue's names for the index: all of them once, then what has changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.match.layout import Listed
from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("names")

#: Rows fetched at a time while everything is read.
_AT_ONCE = 5_000

#: Rows taken over before others have their turn.
_IN_ONE_GO = 250


class Horizon(msgspec.Struct, frozen=True):
    """
    What a reading of the catalogue holds: everything of *database* that transactions
    before *transaction* did.
    """

    database: str
    transaction: int


async def horizon(database: Database) -> Horizon:
    """The horizon of what is read from now on."""
    row = await database.fetchrow(_QUERIES["horizon"])
    assert row is not None
    return Horizon(row["database"], row["horizon"])


async def everything(connection: Connection) -> AsyncIterator[list[Listed]]:
    """All titles with their names, in pieces; inside a transaction of *connection*."""
    cursor = await connection.cursor(_QUERIES["all"])
    while rows := await cursor.fetch(_AT_ONCE):
        yield [_listed(row) for row in rows]


async def changed(database: Database, since: int, most: int) -> list[Listed]:
    """Titles that changed in transactions from *since* on, the earliest *most* of them."""
    rows = await database.fetch(_QUERIES["changed"], since, most)
    found: list[Listed] = []
    while len(found) < len(rows):
        found += map(_listed, rows[len(found) : len(found) + _IN_ONE_GO])
        await asyncio.sleep(0)  # who matches meanwhile shall not wait for thousands of rows
    return found


def _listed(row: Any) -> Listed:
    return Listed(
        id=row["id"],
        kind=row["kind"],
        names=(row["name"], *row["names"]),
        year=row["year"],
        runtime=row["runtime"],
        popularity=row["popularity"],
        seasons=row["season_count"],
        country=row["country"],
    )
