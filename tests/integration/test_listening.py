"""Hearing what others tell through PostgreSQL, also after the connection broke."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

from scrobbled.store.listening import listen

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool


async def test_notices_are_heard_again_after_a_break(pool: Pool) -> None:
    """Whoever listens is told that it begins anew, and hears what is told from then on."""
    channel = f"test_{uuid4().hex}"
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    begun: asyncio.Queue[None] = asyncio.Queue()

    async def begin() -> None:
        """It listens."""
        await begun.put(None)

    task = asyncio.create_task(listen(pool, [channel], lambda *notice: heard.put_nowait(notice), begin))
    try:
        notices = []
        for payload in ("first", "second"):
            await asyncio.wait_for(begun.get(), 10)
            await pool.execute("select pg_notify($1, $2)", channel, payload)
            notices.append(await asyncio.wait_for(heard.get(), 10))
            await pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where query like $1 and pid <> pg_backend_pid()",
                f"LISTEN%{channel}%",
            )
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    assert [(channel, "first"), (channel, "second")] == notices
