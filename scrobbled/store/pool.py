"""Connections to PostgreSQL, set up the one way all of scrobbled expects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import orjson

from scrobbled import metrics
from scrobbled.errors import NoAnswer, plainly

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
    Database: TypeAlias = Pool | Connection

#: What going wrong means that the same statement may work later.
TRANSIENT = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg's word for a connection that broke at an odd moment
    asyncpg.TransactionRollbackError,  # deadlock, serialisation failure
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.OperatorInterventionError,  # shutting down, starting up, cancelled
    asyncpg.QueryCanceledError,
    asyncpg.exceptions.PostgresSystemError,  # its disk fails
    asyncpg.ReadOnlySQLTransactionError,  # a standby, until somebody promotes it
    # It takes no connections, not ours, or has no such database while it is restored.
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


class _Connection(asyncpg.Connection):
    """A connection that is handed back as it is: none of ours changes its session."""

    def get_reset_query(self) -> str:
        """No round trip each time a connection goes back to its pool."""
        return ""


def _encode(value: Any) -> str:
    return orjson.dumps(value).decode()


#: For workers: every statement of theirs is a number of index look-ups, planned once. Left
#: to itself the planner scans tables that are still new and small, and keeps doing so
#: until the next ANALYZE; and it plans each batch over a partitioned table anew.
LOOK_UPS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


#: For all: the estimates of a busy year must not have a question of milliseconds compiled first.
_SETTINGS = {"jit": "off"}


async def _set_up(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode, decoder=orjson.loads)


async def connect(database_url: str) -> asyncpg.Connection[asyncpg.Record]:
    """One connection of its own; raises *NoAnswer* when the server does not answer."""
    try:
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            database_url, timeout=10, server_settings={"application_name": "scrobbled"}
        )
    except TRANSIENT as error:
        message = f"PostgreSQL does not answer: {plainly(error)}"
        raise NoAnswer(message) from error
    await _set_up(connection)
    return connection


@asynccontextmanager
async def open_pool(
    database_url: str, *, size: int, name: str, settings: dict[str, str] | None = None
) -> AsyncIterator[Pool]:
    """
    A pool of up to *size* connections that shows up as *name* in
    ``pg_stat_activity``, with further session *settings*; closed on leaving, raises
    *Unavailable* when the server does not answer.
    """
    try:
        pool = await asyncpg.create_pool(
            database_url,
            min_size=1,
            max_size=size,
            init=_set_up,
            connection_class=_Connection,
            command_timeout=30,
            max_inactive_connection_lifetime=0,
            max_cached_statement_lifetime=0,  # planned once, not again every few minutes
            server_settings={"application_name": f"scrobbled {name}", **_SETTINGS, **(settings or {})},
        )
    except TRANSIENT as error:
        message = f"PostgreSQL does not answer: {plainly(error)}"
        raise NoAnswer(message) from error
    try:
        yield pool
    finally:
        try:
            await asyncio.wait_for(pool.close(), timeout=5)
        except TimeoutError:
            pool.terminate()


def timed(operation: str) -> Any:
    """A context manager that records how long PostgreSQL took for *operation*."""
    return metrics.store_seconds.labels(operation).time()
