"""A worker at work, in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from scrobbled.rules.policy import Policy
from scrobbled.stream import names
from scrobbled.worker.limits import Limits
from scrobbled.worker.loop import Worker
from tests.integration.conftest import catalogue_names

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.store.pool import Pool
    from scrobbled.stream.producer import Producer

PARTITIONS = 2

USUAL = Limits(
    name="worker", partitions=PARTITIONS, batch_size=100, max_tries=2, heartbeats_kept=timedelta(days=2),
    events_kept=timedelta(days=30), positions_kept=timedelta(days=180), webhooks_kept=timedelta(days=14),
    webhooks_size=10**6,
)  # fmt: skip


@asynccontextmanager
async def working(
    stream: redis.asyncio.Redis, pool: Pool, *, policy: Policy | None = None, **limits: Any
) -> AsyncIterator[None]:
    """A worker runs as long as the block does; *limits* are those that are not the usual ones."""
    worker = Worker(stream, pool, policy or Policy(), replace(USUAL, **limits), catalogue_names())
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, 60)


async def all_done(
    stream: redis.asyncio.Redis,
    pool: Pool,
    *,
    least: float,
    until: Callable[[], Awaitable[object]] | None = None,
    most: float = 60.0,
) -> None:
    """
    Return when stream and inbox are empty and *until* gives something, after *least* seconds and before
    *most*: a busy machine takes as long as it takes.
    """
    end = asyncio.get_running_loop().time() + most
    await asyncio.sleep(least)
    while True:
        waiting = [await stream.xlen(names.events(partition)) for partition in range(PARTITIONS)]
        kept = await pool.fetchval("select count(*) from inbox")
        if not sum(waiting) + kept and (until is None or await until()):
            return
        assert asyncio.get_running_loop().time() < end, f"not within {most} s: {sum(waiting)} + {kept} to do"
        await asyncio.sleep(0.05)


async def connected(sender: Producer) -> None:
    """Wait until *sender*, which runs, has a stream; then it takes events."""
    async with asyncio.timeout(60):
        while sender._pipe is None:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.01)
