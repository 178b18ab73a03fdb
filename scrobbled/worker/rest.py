"""Pauses that end when the worker is asked to stop."""

from __future__ import annotations

import asyncio


class Rest:
    """Whoever waits in a worker waits here, so that *stop* wakes all of them."""

    def __init__(self) -> None:
        self._stopping = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether the worker was asked to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """No rest any more."""
        self._stopping.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but not through a stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
