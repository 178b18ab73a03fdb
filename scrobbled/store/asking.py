"""One question to PostgreSQL: on one connection, timed, and never waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from scrobbled.errors import Unavailable
from scrobbled.store.pool import TRANSIENT, timed

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

#: Seconds a question may take, the wait for a free connection included.
PATIENCE = 5.0


@asynccontextmanager
async def asking(
    database: Database, operation: str, *, patience: float = PATIENCE
) -> AsyncIterator[Connection]:
    """
    A connection for one question, measured as *operation*; of a pool it is borrowed once,
    however many statements the question takes. *patience*: seconds it may take.

    Raises *Unavailable* when PostgreSQL is away, or answers too late for anybody
    who waits.
    """
    try:
        with timed(operation):
            async with asyncio.timeout(patience):
                if isinstance(database, asyncpg.Pool):
                    async with database.acquire() as connection:
                        yield connection
                else:
                    yield database
    except TRANSIENT as error:
        if isinstance(error, ValueError):  # asyncpg's word for a wrong argument: ours to repair
            raise
        raise Unavailable("the database does not answer at the moment; try again soon") from error
