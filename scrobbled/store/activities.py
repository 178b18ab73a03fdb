"""When users last changed what, for clients that ask whether to read it again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from scrobbled.errors import NotFound
from scrobbled.model.media import Kind
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("activities")

WATCHLIST = "watchlist.updated_at"


def of(kind: Kind | str, what: str) -> str:
    """The word for *what* (``watched_at``) of a *kind* of thing: ``movies.watched_at``."""
    return f"{kind}s.{what}"


async def moved(connection: Connection, changes: Collection[tuple[int, str]]) -> None:
    """Note that these (user id, word) changed just now, inside the transaction that did it; each once."""
    if changes:
        await connection.execute(_QUERIES["moved"], *sql.columns(changes, 2))


async def moved_of(connection: Connection, user_id: int, kinds: Iterable[str], what: str) -> None:
    """The same of *what* (``rated_at``) of one user's things of some *kinds*."""
    await moved(connection, sorted((user_id, of(kind, what)) for kind in set(kinds)))


async def read(database: Database, user_id: int) -> tuple[datetime, dict[str, datetime]]:
    """
    When the user was added, and by its word when each thing last changed; what never did is left out.
    Raises *NotFound* for a user who has gone.
    """
    async with asking(database, "activities") as connection:
        rows = await connection.fetch(_QUERIES["activities"], user_id)
    found = {row["what"]: row["at"] for row in rows}
    joined_at = found.pop(None, None)
    if joined_at is None:
        raise NotFound
    return joined_at, found
