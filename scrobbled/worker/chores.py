"""What a worker does beside its batches: timers, the index of names, what waits, housekeeping."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from scrobbled.catalog.rebuild import build_beside
from scrobbled.store import corrections, listening, timeline, verdicts, waiting, webhooks
from scrobbled.store.accounts import overlooked
from scrobbled.stream import producer
from scrobbled.worker import batch
from scrobbled.worker.report import report_plays
from scrobbled.worker.totals import Counting
from scrobbled.worker.waiting import WaitingEvents

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.catalog.live import Names
    from scrobbled.rules.policy import Policy
    from scrobbled.store.pool import Pool
    from scrobbled.stream.leases import Leases
    from scrobbled.worker.limits import Limits
    from scrobbled.worker.matching import Matcher

log = structlog.get_logger(stage="worker")


class Chores:
    """
    Each chore does one round of its work; *leases* say whose users are mine, and the
    holder of partition 0 does what one worker does for all.
    """

    def __init__(
        self,
        client: redis.asyncio.Redis,
        pool: Pool,
        policy: Policy,
        limits: Limits,
        *,
        leases: Leases,
        names: Names,
        matcher: Matcher,
    ) -> None:
        self._client = client
        self._pool = pool
        self._policy = policy
        self._limits = limits
        self._leases = leases
        self._names = names
        self._matcher = matcher
        self._waiting = WaitingEvents(pool, client, matcher, limits.partitions)
        self._counting = Counting(pool)

    async def run_out(self) -> None:
        """Complete check-ins and end silent viewings of the users in my partitions."""
        while True:
            now = datetime.now(UTC)
            users = await timeline.expired(
                self._pool, now, partitions=self._limits.partitions, held=self._leases.held, limit=500
            )
            if not users:
                return
            async with self._pool.acquire() as connection, connection.transaction():
                plays = await batch.run_out(connection, users, self._policy, now)
            report_plays(plays)

    async def count(self) -> None:
        """Keep the numbers of charts fresh; one worker does it."""
        if 0 in self._leases.held:
            await self._counting.count()

    async def try_waiting(self) -> None:
        """Let what waits for a title be tried again, when something changed; one worker does it."""
        if 0 in self._leases.held:
            await self._waiting.try_again()
        else:
            self._waiting.hand_over()

    async def refresh_names(self) -> None:
        """Match by the catalogue as it is."""
        if await self._names.refresh(self._pool):
            self._waiting.change()

    async def build_names(self) -> None:
        """Have a new index of names built when too much has changed for the old one."""
        if not self._names.needs_a_build:
            return
        waiting, started = self._names.waiting, asyncio.get_running_loop().time()
        status = await build_beside(self._names.path)
        seconds = round(asyncio.get_running_loop().time() - started, 3)
        if status is None:
            return
        if status:
            log.error("index_not_built", status=status, action="the old one is used; tried again soon")
        else:
            await self._names.take(self._pool)
            self._waiting.change()
            log.info("index_built", titles=self._names.count, changed=waiting, seconds=seconds)

    async def listen(self) -> None:
        """Hear what people teach and when the catalogue changes."""
        channels = corrections.CHANGED, waiting.CATALOG_CHANGED
        await listening.listen(self._pool, channels, self._hear, self._begin_listening)

    async def _begin_listening(self) -> None:
        users, aliases = await corrections.taught(self._pool)
        self._matcher.corrections.know(users, aliases=aliases)
        self._waiting.change()

    def _hear(self, channel: str, payload: str) -> None:
        if channel == corrections.CHANGED:
            self._matcher.corrections.hear(payload)
            self._waiting.change(int(payload) if payload else None)
        else:
            self._waiting.change()

    async def forget(self) -> None:
        """Remove what is beyond its days; one worker does it."""
        if 0 not in self._leases.held:
            return
        await producer.put_back(self._client, await overlooked(self._pool), self._limits.partitions)
        now = datetime.now(UTC)
        gone = await verdicts.forget(
            self._pool,
            heartbeats_before=now - self._limits.heartbeats_kept,
            events_before=now - self._limits.events_kept,
            positions_before=now - self._limits.positions_kept,
        )
        # Without its outcome a webhook explains nothing.
        kept = min(self._limits.webhooks_kept, self._limits.events_kept)
        webhooks_gone = await webhooks.forget(
            self._pool,
            before=now - kept,
            heartbeats_before=now - min(self._limits.heartbeats_kept, kept),
            size=self._limits.webhooks_size,
        )
        if gone or webhooks_gone:
            log.info("forgotten", events=gone, webhooks=webhooks_gone)
