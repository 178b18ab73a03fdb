"""What is on the lists of users, the watchlist and the favorites among them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from scrobbled.errors import LimitReached, NotFound
from scrobbled.model.filters import Filters
from scrobbled.model.wanted import ThingKind
from scrobbled.store import activities, lists, sql, timeline
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("list_items")

#: Items that one list may have.
MOST = 100_000

#: Seconds that thousands of items may take.
PATIENCE = 25.0

#: Which list: its user's id and its own.
Key: TypeAlias = tuple[int, int]

#: Puts the ids of all items of a list, which are in order, into another order.
Arrange: TypeAlias = Callable[[Sequence[int]], Sequence[int]]


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A thing on a list. *rank* is its place among all, from 1."""

    id: int
    item_id: int
    rank: int
    notes: str | None
    listed_at: datetime


class NewEntry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A thing to be put on a list; *title_id* is the film or the show."""

    item_id: int
    title_id: int
    kind: ThingKind
    notes: str | None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is after a change."""

    updated_at: datetime
    item_count: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """New *notes* (None for none any more) and another order for items, *named* by their ids on the list."""

    named: Collection[int]
    notes: Mapping[int, str | None]
    into: Arrange


async def entries(
    database: Database,
    key: Key,
    kinds: Collection[ThingKind],
    sort: tuple[str, str],
    filters: Filters,
    *,
    offset: int,
    limit: int | None,
) -> tuple[list[Entry], int]:
    """
    A page of what is on a list by *sort* (a word, asc or desc), and how many there are of the *kinds*
    that fit *filters*.
    """
    asked, fitting = [kind.value for kind in kinds], filters.as_json()
    async with asking(database, "list_items") as connection:
        rows = await connection.fetch(_QUERIES["entries"], *key, asked, *sort, limit, offset, fitting)
        if rows:
            total = rows[0]["total"]
        else:
            total = (
                await connection.fetchval(_QUERIES["count_entries"], *key, asked, fitting) if offset else 0
            )
    names = Entry.__struct_fields__
    return [Entry(**{name: row[name] for name in names}) for row in rows], total


async def add(
    database: Database, key: Key, new: Sequence[NewEntry]
) -> tuple[list[ThingKind], list[ThingKind], State]:
    """
    Put things at the end of a list, all or none; returns what was added, what was there already, and
    the list after it. Raises *LimitReached*.
    """
    once = list({each.item_id: each for each in new}.values())
    columns = sql.columns(((each.item_id, each.title_id, each.kind.value, each.notes) for each in once), 4)
    async with _writing(database, key) as connection:
        rows = await connection.fetch(_QUERIES["add"], *key, *columns)
        added = [row["kind"] for row in rows if not row["is_known"]]
        noted = any(row["is_noted"] for row in rows)
        state = await _changed(connection, key, added, force=noted)
        if added and state.item_count > MOST:
            message = f"a list holds at most {MOST} items"
            raise LimitReached(message, MOST)
    known = [ThingKind(row["kind"]) for row in rows if row["is_known"]]
    return [ThingKind(kind) for kind in added], known, state


async def remove(database: Database, key: Key, item_ids: Collection[int]) -> tuple[list[ThingKind], State]:
    """Take things off a list; returns what they were, and the list after it."""
    async with _writing(database, key) as connection:
        rows = await connection.fetch(_QUERIES["remove"], *key, list(item_ids))
        kinds = [row["kind"] for row in rows]
        state = await _changed(connection, key, kinds)
    return [ThingKind(kind) for kind in kinds], state


async def arrange(database: Database, key: Key, into: Arrange) -> tuple[set[int], State]:
    """Put a list into another order; returns the ids of all that is on it, and the list after it."""
    async with _writing(database, key) as connection:
        order = await _arrange(connection, key, into)
        return set(order), await _changed(connection, key, (), force=True)


async def change(database: Database, key: Key, wanted: Change) -> State:
    """Change notes and order of items on a list. Raises *NotFound* where one of them is not on it."""
    async with _writing(database, key) as connection:
        known = set(await _arrange(connection, key, wanted.into))
        if not known.issuperset(wanted.named):
            raise NotFound
        await connection.execute(_QUERIES["note"], *key, *sql.columns(wanted.notes.items(), 2))
        return await _changed(connection, key, (), force=True)


async def ids_of(database: Database, key: Key, item_ids: Collection[int]) -> dict[int, int]:
    """By item, the ids on a list of those that are on it."""
    async with asking(database, "list_items") as connection:
        rows = await connection.fetch(_QUERIES["ids_of"], *key, list(item_ids))
    return {row["item_id"]: row["id"] for row in rows}


@asynccontextmanager
async def _writing(database: Database, key: Key) -> AsyncIterator[Connection]:
    """A transaction in which nobody else changes lists of the user; workers take watched titles off one."""
    async with asking(database, "change_list", patience=PATIENCE) as connection, connection.transaction():
        await timeline.lock_users(connection, key[:1])
        await lists.ensure(connection, *key)
        yield connection


async def _arrange(connection: Connection, key: Key, into: Arrange) -> list[int]:
    """The order as it was."""
    order = [row["id"] for row in await connection.fetch(_QUERIES["in_order"], *key)]
    wanted = into(order)
    if list(wanted) != order:
        await connection.execute(_QUERIES["arrange"], *key, wanted)
    return order


async def _changed(connection: Connection, key: Key, kinds: Collection[str], *, force: bool = False) -> State:
    """Note that things of some *kinds* came or went, or with *force* that the list changed otherwise."""
    user_id, list_id = key
    row = await connection.fetchrow(_QUERIES["touch"], *key, bool(kinds) or force)
    if row is None:
        raise NotFound
    if kinds or force:
        whole, part = _WORDS.get(list_id, ("lists.updated_at", None))
        words = {whole} | {activities.of(kind, part) for kind in kinds if part is not None}
        await activities.moved(connection, sorted((user_id, word) for word in words))
    return State(**row)


#: The words that tell when a list, and things on it, last changed.
_WORDS = {
    lists.WATCHLIST: (activities.WATCHLIST, "watchlisted_at"),
    lists.FAVORITES: ("favorites.updated_at", "favorited_at"),
}
