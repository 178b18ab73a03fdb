"""Where accepted events are kept while the stream is away; bytes in, the same bytes out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scrobbled.errors import StreamFull, Unavailable
from scrobbled.store import sql
from scrobbled.store.pool import TRANSIENT, timed

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database, Pool

_QUERIES = sql.load("inbox")

#: Seconds one write may take before its connection counts as dead.
PATIENCE = 2.0


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """
    An event in a worker's hands, and what it came in (b"": no webhook), both as the stream
    has them. *number* is its place; *tries* counts how often it was taken, this time included.
    """

    user_id: int
    number: int
    received_at: datetime
    event: bytes
    webhook: bytes
    tries: int


async def put(pool: Pool, rows: Sequence[tuple[int, datetime, bytes, bytes]], *, most: int) -> int:
    """
    Keep *rows* (user, received at, event, webhook) in their order; durable on return. Returns
    about how many there are now. Raises *StreamFull* when *most* are kept already, *Unavailable*
    when the database does not take them.

    A connection that does not answer is dropped and not cancelled: cancelling would wait
    for the same server.
    """
    try:
        with timed("inbox"):
            connection = await pool.acquire(timeout=PATIENCE)
            try:
                async with asyncio.timeout(PATIENCE):
                    done = await connection.fetchrow(_QUERIES["put"], *sql.columns(rows, 4), most)
            except BaseException:
                connection.terminate()
                raise
            finally:
                await pool.release(connection)
    except TRANSIENT as error:
        message = f"the inbox does not take events at the moment: {error}"
        raise Unavailable(message) from error
    assert done is not None  # it has one row, always
    if done["added"] < len(rows):
        raise StreamFull("the inbox is full: the stream has been away for too long; try again soon")
    return int(done["events"] + done["added"])


async def is_empty(database: Database) -> bool:
    """Whether nothing is kept for anybody."""
    some: bool = await database.fetchval(_QUERIES["some"])
    return not some


async def take(database: Database, until: Sequence[datetime | None], limit: int) -> list[Taken]:
    """
    The oldest *limit* entries, in the order they came in: of each partition those received
    *until* its time, none where that is None. They stay until *remove*.
    """
    rows = await database.fetch(_QUERIES["take"], list(until), len(until), limit)
    taken = [Taken(**{**row, "webhook": row["webhook"] or b""}) for row in rows]
    return sorted(taken, key=lambda each: each.number)


async def remove(connection: Connection, entries: Iterable[tuple[int, int]]) -> None:
    """These (user, number) are applied, or are in the stream now."""
    await connection.execute(_QUERIES["remove"], *sql.columns(entries, 2))


async def gauges(database: Database) -> dict[str, float]:
    """By metric name: how many wait, and for how many seconds the oldest does."""
    row = await database.fetchrow(_QUERIES["gauges"])
    assert row is not None  # an aggregate has one row
    return {"scrobbled_inbox_depth": row["depth"], "scrobbled_inbox_oldest_seconds": row["oldest"]}
