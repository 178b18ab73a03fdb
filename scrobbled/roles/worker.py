"""The worker process."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
import uvloop

from scrobbled.catalog.live import Names
from scrobbled.roles.memory import settle
from scrobbled.rules.policy import Policy
from scrobbled.store.migrate import require_current
from scrobbled.store.pool import LOOK_UPS, open_pool
from scrobbled.stream.connection import durability_doubts, open_redis
from scrobbled.worker.limits import Limits
from scrobbled.worker.loop import Worker

if TYPE_CHECKING:
    from scrobbled.config import Settings

log = structlog.get_logger(stage="worker")


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; the batch at hand is finished first."""
    if settings.metrics_port:
        from prometheus_client import start_http_server  # noqa: PLC0415  # only where there is no front door

        start_http_server(settings.metrics_port, addr=settings.host)
    uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    async with (
        open_pool(settings.database_url or "", size=4, name="worker", settings=LOOK_UPS) as pool,
        open_redis(settings.redis_url or "") as client,
    ):
        await require_current(pool)
        for doubt in await durability_doubts(client):
            log.warning("stream_not_durable", doubt=doubt)
        names = Names(settings.names_path)
        await names.refresh(pool)
        worker = Worker(client, pool, policy(settings), limits(settings), names)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stop)
        settle()
        log.info("ready", worker=settings.worker_name, partitions=settings.partitions)
        await worker.run()
        log.info("stopped", worker=settings.worker_name)


def policy(settings: Settings) -> Policy:
    """The server's rules, for users who have none of their own."""
    return Policy(
        threshold=settings.watched_threshold,
        duplicate_window=timedelta(seconds=settings.duplicate_window),
        lost_stop=settings.lost_stop,
    )


def limits(settings: Settings) -> Limits:
    """How much at once, and for how long things are kept."""
    return Limits(
        name=settings.worker_name,
        partitions=settings.partitions,
        batch_size=settings.batch_size,
        max_tries=settings.max_tries,
        heartbeats_kept=timedelta(days=settings.heartbeat_days),
        events_kept=timedelta(days=settings.event_days),
        positions_kept=timedelta(days=settings.playback_days),
        webhooks_kept=timedelta(days=settings.webhook_days),
        webhooks_size=settings.webhook_size,
    )
