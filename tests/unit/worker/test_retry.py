"""What becomes of what failed."""

from __future__ import annotations

import asyncpg
import pytest

from scrobbled.errors import Unavailable
from scrobbled.worker.retry import Remedy, pause, remedy


@pytest.mark.parametrize(
    "error",
    [
        OSError(),
        TimeoutError(),
        Unavailable(),
        asyncpg.CannotConnectNowError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.ObjectNotInPrerequisiteStateError("the database is not accepting connections"),
        asyncpg.InvalidAuthorizationSpecificationError("no pg_hba.conf entry"),
        asyncpg.InvalidPasswordError(),
        asyncpg.InvalidCatalogNameError("while it is restored"),
        asyncpg.ReadOnlySQLTransactionError("after a failover"),
        asyncpg.exceptions.PostgresIOError(),
        asyncpg.InternalClientError("a connection that broke while it was made"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_nobodys_fault_is_waited_for(error: Exception) -> None:
    """A database that is away, refuses or fails buries nothing, however often an event was tried."""
    assert Remedy.WAIT is remedy(error, size=1, tries=99, max_tries=1)


def test_poison_is_found_and_buried_at_last() -> None:
    """What else fails is halved, then tried again, then given up."""
    error = ValueError()

    assert Remedy.SPLIT is remedy(error, size=2, tries=99, max_tries=3)
    assert Remedy.LATER is remedy(error, size=1, tries=2, max_tries=3)
    assert Remedy.BURY is remedy(error, size=1, tries=3, max_tries=3)


def test_pauses_grow_apart() -> None:
    """Workers that wait for the same server come back at different times, and at most seconds later."""
    assert len({pause(6) for _ in range(20)}) > 10
    assert all(0.05 <= pause(attempt) <= 5 for attempt in range(2000))
