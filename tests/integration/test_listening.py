"""Hearing what others tell through PostgreSQL, also after the connection broke."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from scrobbled.store.listening import listen
from scrobbled.store.pool import open_pool

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers


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
            await asyncio.wait_for(begun.get(), 60)
            await pool.execute("select pg_notify($1, $2)", channel, payload)
            notices.append(await asyncio.wait_for(heard.get(), 60))
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


@pytest.mark.parametrize("turns", range(5))
async def test_whoever_is_stopped_as_the_connection_breaks_stops(servers: Servers, turns: int) -> None:
    """A stop that comes some turns of the loop after a break is heard."""
    begun = asyncio.Event()

    async def begin() -> None:
        """It listens."""
        begun.set()

    async with open_pool(servers.database_url, size=1, name="test") as pool:
        task = asyncio.create_task(listen(pool, ["test"], lambda *_: None, begin))
        await asyncio.wait_for(begun.wait(), 60)
        pool._holders[0]._con.terminate()  # type: ignore[attr-defined]  # not for others
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=20)
        task.cancel()

    assert {task} == done
