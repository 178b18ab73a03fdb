"""
The life of one worker: take leases, read, apply, acknowledge, answer; stop cleanly.

Everything that touches a batch happens in one task, one batch at a time, so what is
unacknowledged and not in that task's hands was left behind by somebody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TYPE_CHECKING, TypeVar

import structlog

from scrobbled import metrics
from scrobbled.errors import plainly
from scrobbled.store.pool import TRANSIENT as STORE_TRANSIENT
from scrobbled.stream import consumer, leases
from scrobbled.stream.connection import TRANSIENT as STREAM_TRANSIENT
from scrobbled.stream.connection import RedisError, end
from scrobbled.worker import retry
from scrobbled.worker.applying import Applier
from scrobbled.worker.chores import Chores
from scrobbled.worker.inbox import Inbox, complete_until, in_order
from scrobbled.worker.limits import Limits
from scrobbled.worker.matching import Matcher
from scrobbled.worker.rest import Rest

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.catalog.live import Names
    from scrobbled.rules.policy import Policy
    from scrobbled.store.pool import Pool
    from scrobbled.stream.consumer import Delivery

log = structlog.get_logger(stage="worker")

T = TypeVar("T")

#: Seconds a failed event rests before it is tried again.
_REST = 2.0

#: An event handed out this often is tried on its own: it may be what killed a worker.
_SUSPECT = 3


class Worker:
    """Applies the events of the partitions it holds, until *stop* is called."""

    def __init__(
        self, client: redis.asyncio.Redis, pool: Pool, policy: Policy, limits: Limits, names: Names
    ) -> None:
        self._limits = limits
        self._rest = Rest()
        self._leases = leases.Leases(client, limits.name, limits.partitions)
        self._consumer = consumer.Consumer(client, limits.name, self._leases, limits.batch_size)
        matcher = Matcher(names)
        self._inbox = Inbox(pool, self._consumer, limits)
        self._applier = Applier(
            client,
            pool,
            policy,
            limits,
            matcher=matcher,
            consumer=self._consumer,
            inbox=self._inbox,
            rest=self._rest,
        )
        self._chores = Chores(client, pool, policy, limits, leases=self._leases, names=names, matcher=matcher)
        self._inherited: set[int] = set()

    def stop(self) -> None:
        """Finish the batch at hand, acknowledge it, and leave."""
        self._rest.stop()

    async def run(self) -> None:
        """Work until *stop*; raises what no retry can mend."""
        await self._patiently(lambda: self._consumer.prepare(self._limits.partitions))
        await self._patiently(self._renew)
        async with asyncio.TaskGroup() as tasks:
            side = [
                tasks.create_task(self._every(1.5, self._renew), name="leases"),
                tasks.create_task(self._every(1.0, self._chores.run_out), name="timers"),
                tasks.create_task(self._every(3600.0, self._chores.forget), name="housekeeping"),
                tasks.create_task(self._every(0.5, self._chores.try_waiting), name="waiting"),
                tasks.create_task(self._every(5.0, self._chores.count), name="counting"),
                tasks.create_task(self._chores.listen(), name="listening"),
                tasks.create_task(self._every(0.5, self._chores.refresh_names), name="names"),
                tasks.create_task(self._every(2.0, self._chores.build_names), name="building"),
            ]
            try:
                await self._work()
            finally:
                await end(side)
        await self._leases.release()

    # The main loop -----------------------------------------------------------

    async def _work(self) -> None:
        next_look = 0.0
        failures, away_since = 0, 0.0
        clock = asyncio.get_running_loop().time
        while not self._rest.over:
            try:
                if self._inherited or clock() >= next_look:
                    await self._take_over()
                    next_look = clock() + _REST
                deliveries = await self._consumer.read(0.5)
                if held := self._leases.held:
                    await self._process(deliveries, held, full=self._limits.batch_size)
                else:
                    await asyncio.sleep(0.2)
                if failures:
                    log.info("stream_back", seconds=round(clock() - away_since, 3))
                failures = 0
            except (RedisError, *STREAM_TRANSIENT) as error:
                if not failures:
                    log.warning("stream_away", action="waiting", error=plainly(error))
                    away_since = clock()
                await self._rest.sleep(retry.pause(failures))
                failures += 1
                await self._begin_again()

    async def _process(
        self, deliveries: Sequence[Delivery], partitions: Collection[int], *, full: int
    ) -> None:
        """
        Apply *deliveries* and, before what came later, what the inbox holds for *partitions*. Of
        a partition of which *full* entries are here the stream may have more.
        """
        if await self._answered(self._inbox.is_empty, instead=True):  # as good as always
            await self._applier.process(deliveries)
            return
        began, drained = asyncio.get_running_loop().time(), 0
        received = in_order(deliveries)
        until = complete_until(received, full)
        nothing: list[Delivery] = []
        while kept := await self._answered(lambda: self._inbox.take(partitions, until), instead=nothing):
            newest = max(at for at, _ in in_order(kept))
            ripe = [each for at, each in received if at <= newest]
            received = received[len(ripe) :]
            await self._applier.process([each for _, each in in_order([*ripe, *kept])])
            drained += len(kept)
        if drained:
            seconds = round(asyncio.get_running_loop().time() - began, 3)
            log.info("inbox_drained", events=drained, seconds=seconds)
        if not self._rest.over:
            await self._applier.process([each for _, each in received])

    async def _take_over(self) -> None:
        """Apply what others left in partitions that are mine now, and what failed before."""
        inherited, self._inherited = self._inherited, set()
        for partition in sorted(self._leases.held):
            idle = 0.0 if partition in inherited else _REST
            deliveries = await self._consumer.left_behind(partition, idle)
            while deliveries and not self._rest.over:
                metrics.retries.labels("redelivered").inc(len(deliveries))
                fit = [each for each in deliveries if each.tries < _SUSPECT]
                if fit:
                    await self._process(fit, {partition}, full=1)
                for suspect in deliveries:
                    if suspect.tries >= _SUSPECT:
                        await self._applier.process([suspect])
                deliveries = await self._consumer.left_behind(partition, _REST)

    # Beside the main loop ----------------------------------------------------

    async def _renew(self) -> None:
        self._inherited |= await self._leases.renew()

    async def _every(self, seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
        failed = False
        while True:
            try:
                await chore()
                failed = False
            except (RedisError, *STREAM_TRANSIENT, *STORE_TRANSIENT) as error:
                if not failed:  # a second line of the same outage says no more
                    task = asyncio.current_task()
                    name = task.get_name() if task else None
                    log.warning("chore_failed", chore=name, action="trying again", error=plainly(error))
                failed = True
            await asyncio.sleep(seconds)

    async def _patiently(self, step: Callable[[], Awaitable[None]], *, told: bool = False) -> None:
        for attempt in range(1_000_000):
            try:
                await step()
            except (RedisError, *STREAM_TRANSIENT) as error:
                if attempt == 0 and not told:
                    log.warning("stream_away", action="waiting", error=plainly(error))
                await self._rest.sleep(retry.pause(attempt))
            else:
                return
            if self._rest.over:
                return

    async def _answered(self, question: Callable[[], Awaitable[T]], *, instead: T) -> T:
        """What the database says, once it is there; *instead* when the worker stops before."""
        for attempt in range(1_000_000):
            try:
                found = await question()
            except STORE_TRANSIENT as error:
                await self._applier.wait(attempt, error)
            else:
                self._applier.answered()
                return found
            if self._rest.over:
                break
        return instead

    async def _begin_again(self) -> None:
        """The stream server is back: perhaps empty, and others may have my partitions by now."""
        await self._patiently(lambda: self._consumer.prepare(self._limits.partitions), told=True)
        await self._patiently(self._renew, told=True)
        # What it had handed out when it went away comes before everything new.
        self._inherited |= self._leases.held
