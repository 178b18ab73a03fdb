"""What people add to their histories by hand, and take out: thousands at once, all or none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from scrobbled.model.media import Kind
from scrobbled.model.play import Play
from scrobbled.model.selection import Selection
from scrobbled.store import activities, sql, timeline, verdicts
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("plays")


#: Seconds that thousands of plays may take.
PATIENCE = 25.0


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A play that was removed."""

    id: int
    kind: Kind


async def add(database: Database, user_id: int, plays: Sequence[Play]) -> None:
    """
    Add *plays* to a user's history, all or none. They leave the watchlist, and positions saved before
    them are left behind. It waits for a worker that decides about the user.
    """
    if not plays:
        return
    async with _writing(database, user_id, "add_plays") as connection:
        await _add(connection, user_id, plays)


async def _add(connection: Connection, user_id: int, plays: Sequence[Play]) -> None:
    await verdicts.insert_plays(connection, plays)
    newest: dict[int, Play] = {}
    for play in plays:
        if play.item_id not in newest or newest[play.item_id].watched_at < play.watched_at:
            newest[play.item_id] = play
    columns = sql.columns(
        (
            (play.item_id, play.title_id, play.kind.value, play.item_id, play.watched_at)
            for _, play in sorted(newest.items())
        ),
        5,
    )
    left_behind = await connection.fetch(_QUERIES["note_plays"], user_id, *columns)
    if left_behind:
        await connection.execute(_QUERIES["leave_positions"], user_id, columns[0], columns[4])
    changes = {(user_id, activities.of(play.kind, "watched_at")) for play in newest.values()}
    changes |= {(user_id, activities.of(row["kind"], "paused_at")) for row in left_behind}
    await activities.moved(connection, sorted(changes))


async def remove(database: Database, user_id: int, selection: Selection, ids: Collection[int]) -> list[Gone]:
    """
    Take all plays of the *selection*, and those with the *ids*, out of a user's history for good; returns
    them. Duplicates are judged by what is left.
    """
    async with _writing(database, user_id, "remove_plays") as connection:
        return await _remove(connection, user_id, selection, ids)


@asynccontextmanager
async def _writing(database: Database, user_id: int, operation: str) -> AsyncIterator[Connection]:
    """A transaction in which nobody else decides about the user."""
    async with asking(database, operation, patience=PATIENCE) as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        yield connection


async def _remove(
    connection: Connection, user_id: int, selection: Selection, ids: Collection[int]
) -> list[Gone]:
    rows = await connection.fetch(
        _QUERIES["remove_plays"],
        user_id,
        list(ids),
        list(selection.items),
        list(selection.shows),
        *sql.columns(selection.seasons, 2),
    )
    if not rows:
        return []
    items = sorted({row["item_id"] for row in rows})
    await connection.execute(_QUERIES["note_removals"], user_id, items)
    await connection.execute(_QUERIES["forget_blank"], user_id, items)
    gone = [Gone(id=row["id"], kind=Kind(row["kind"])) for row in rows]
    changes = {(user_id, activities.of(play.kind, "watched_at")) for play in gone}
    await activities.moved(connection, sorted(changes))
    return gone
