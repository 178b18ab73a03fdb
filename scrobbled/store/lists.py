"""Lists of users: their names and settings. What is on them is in *store.list_items*."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

import asyncpg
import msgspec

from scrobbled.errors import LimitReached
from scrobbled.model.listing import ListHead, ListSettings
from scrobbled.store import activities, sql, timeline
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("lists")

#: Everybody's watchlist and favorites have these ids.
WATCHLIST, FAVORITES = 1, 2

_SPECIAL = {WATCHLIST: ("watchlist", "Watchlist"), FAVORITES: ("favorites", "Favorites")}

#: Words that no list's slug is: they stand in its place in addresses.
RESERVED = ("watchlist", "favorites", "recommendations", "collaborations", "reorder")

#: Lists that a user may have.
MOST = 1000

#: Ids lie here: ours, in what 32 bits hold, and too far apart to be guessed.
_FIRST_ID, _LAST_ID = 1_000_000_000, 2**31 - 1

_UPDATED = "lists.updated_at"


async def special(database: Database, user_id: int, list_id: int) -> ListHead | None:
    """A user's watchlist or favorites; None before they are first used."""
    async with asking(database, "list") as connection:
        row = await connection.fetchrow(_QUERIES["special"], user_id, list_id)
    return None if row is None else _head(row)


async def heads(database: Database, user_id: int) -> list[ListHead]:
    """All own lists of a user, in their order."""
    async with asking(database, "lists") as connection:
        rows = await connection.fetch(_QUERIES["heads"], user_id, None, None)
    return [_head(row) for row in rows]


async def head(
    database: Database, user_id: int, *, list_id: int | None = None, slug: str | None = None
) -> ListHead | None:
    """A user's own list with the id or the slug."""
    async with asking(database, "list") as connection:
        row = await connection.fetchrow(_QUERIES["heads"], user_id, list_id, slug)
    return None if row is None else _head(row)


async def owner(database: Database, list_id: int) -> int | None:
    """The id of the user who has the list."""
    async with asking(database, "list_owner") as connection:
        found: int | None = await connection.fetchval(_QUERIES["owner"], list_id)
    return found


async def create(database: Database, user_id: int, settings: ListSettings, slug: str) -> int:
    """
    A new list; returns its id. It is called *slug* in addresses, with a number where another list has
    that. Raises *LimitReached*.
    """
    async with asking(database, "create_list") as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        if await connection.fetchval(_QUERIES["count_lists"], user_id) >= MOST:
            message = f"you have {MOST} lists, and more cannot be"
            raise LimitReached(message, MOST)
        free = await _free_slug(connection, user_id, slug)
        list_id: int | None = None
        while list_id is None:  # somebody else's list has the id: nearly never
            guess = _FIRST_ID + secrets.randbelow(_LAST_ID - _FIRST_ID)
            list_id = await connection.fetchval(
                _QUERIES["create"], user_id, guess, free, *msgspec.structs.astuple(settings)
            )
        await activities.moved(connection, [(user_id, _UPDATED)])
    return list_id


async def edit(database: Database, user_id: int, list_id: int, settings: ListSettings) -> None:
    """Change what is said of a list, the watchlist and the favorites too; its slug stays."""
    async with asking(database, "edit_list") as connection, connection.transaction():
        await ensure(connection, user_id, list_id)
        await connection.execute(_QUERIES["edit"], user_id, list_id, *msgspec.structs.astuple(settings))
        word = {WATCHLIST: activities.WATCHLIST, FAVORITES: "favorites.updated_at"}.get(list_id, _UPDATED)
        await activities.moved(connection, [(user_id, word)])


async def delete(database: Database, user_id: int, list_id: int) -> bool:
    """Remove a list with all that is on it; whether there was one."""
    async with asking(database, "delete_list") as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        gone = await connection.fetchval(_QUERIES["delete"], user_id, list_id) is not None
        if gone:
            await activities.moved(connection, [(user_id, _UPDATED)])
    return gone


async def reorder(database: Database, user_id: int, named: Sequence[int]) -> set[int]:
    """Put the lists *named* first, in that order; returns those of them that there are."""
    async with asking(database, "reorder_lists") as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        rows = await connection.fetch(_QUERIES["reorder_lists"], user_id, list(named))
        if rows:
            await activities.moved(connection, [(user_id, _UPDATED)])
    return {row["id"] for row in rows}


async def ensure(connection: Connection, user_id: int, list_id: int) -> None:
    """Make a user's watchlist or favorites where they have none yet."""
    if list_id in _SPECIAL:
        await connection.execute(_QUERIES["ensure_special"], user_id, list_id, *_SPECIAL[list_id])


async def _free_slug(connection: Connection, user_id: int, slug: str) -> str:
    wishes = [slug, *(f"{slug}-{number}" for number in range(2, MOST + len(RESERVED) + 2))]
    rows = await connection.fetch(_QUERIES["taken_slugs"], user_id, wishes)
    taken = {*RESERVED, *(row["slug"] for row in rows)}
    return next(wish for wish in wishes if wish not in taken)


def _head(row: asyncpg.Record) -> ListHead:
    return ListHead(
        user_id=row["user_id"],
        id=row["id"],
        slug=row["slug"],
        settings=ListSettings(**{name: row[name] for name in ListSettings.__struct_fields__}),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        item_count=row["item_count"],
    )
