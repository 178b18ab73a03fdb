"""Hearing what others tell through PostgreSQL (LISTEN and NOTIFY)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from scrobbled.store.pool import TRANSIENT

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

#: Seconds after which a silent connection is asked whether it is still one.
_SILENCE = 30.0

#: Seconds before the next try after a connection was lost.
_REST = 1.0


async def listen(
    pool: Pool,
    channels: Iterable[str],
    hear: Callable[[str, str], None],
    connected: Callable[[], Awaitable[None]],
    lost: Callable[[], None] = lambda: None,
) -> None:
    """
    Call *hear* with channel and payload of every notice, until cancelled.

    *connected* is awaited whenever listening begins, also after a break: what was told in
    between is lost, so it must look for itself. *lost* is called when such a break begins. One
    connection of *pool* is kept all the time.
    """
    while True:
        with suppress(*TRANSIENT):
            await _listen_once(pool, list(channels), hear, connected)
        lost()
        await asyncio.sleep(_REST)


async def _listen_once(
    pool: Pool,
    channels: list[str],
    hear: Callable[[str, str], None],
    connected: Callable[[], Awaitable[None]],
) -> None:
    lost = asyncio.Event()

    def heard(_connection: Any, _pid: int, channel: str, payload: object) -> None:
        hear(channel, str(payload))

    def gone(_connection: Any) -> None:
        lost.set()

    async with pool.acquire() as connection:
        connection.add_termination_listener(gone)
        try:
            for channel in channels:
                await connection.add_listener(channel, heard)
            await connected()
            while not lost.is_set():
                # Not wait_for: before Python 3.12 it swallows a cancellation that comes with the event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_SILENCE):
                        await lost.wait()
                        return
                await connection.execute("select 1")
        finally:
            with suppress(*TRANSIENT):  # it broke already; raised here, that would hide a cancellation
                connection.terminate()  # nobody else may have one that listens
