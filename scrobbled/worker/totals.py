"""Keeping the numbers of all users together fresh, for charts: one worker does it, in its own time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from scrobbled.store import totals

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

#: Seconds between two counts at least, and how many times what the last one took.
_REST: Final = 300.0
_SHARE: Final = 50.0


class Counting:
    """Counts now and then, however often it is asked to."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._next = 0.0

    async def count(self) -> bool:
        """Count when it is time again; whether it was. Raises asyncpg's errors."""
        clock = asyncio.get_running_loop().time
        started = clock()
        if started < self._next:
            return False
        counted = await totals.refresh(self._pool, datetime.now(UTC))
        self._next = clock() + max(_REST, _SHARE * (clock() - started))
        return counted
