"""
The life of one worker: take leases, read, apply, acknowledge, answer; stop cleanly.

Everything that touches a batch happens in one task, one batch at a time, so what is
unacknowledged and not in that task's hands was left behind by somebody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import structlog

from scrobbled import metrics
from scrobbled.catalog.rebuild import build_beside
from scrobbled.store import corrections, listening, timeline, verdicts, waiting, webhooks
from scrobbled.store.accounts import overlooked
from scrobbled.store.pool import TRANSIENT as STORE_TRANSIENT
from scrobbled.stream import answers, consumer, leases, producer
from scrobbled.stream.codec import decode_event
from scrobbled.stream.connection import TRANSIENT as STREAM_TRANSIENT
from scrobbled.stream.connection import RedisError
from scrobbled.worker import accounts, batch, received, retry
from scrobbled.worker.matching import Matcher
from scrobbled.worker.reading import Reading
from scrobbled.worker.report import report, report_plays
from scrobbled.worker.totals import Counting
from scrobbled.worker.waiting import WaitingEvents

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.catalog.live import Names
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.model.outcome import Answer
    from scrobbled.rules.policy import Policy
    from scrobbled.store.pool import Pool
    from scrobbled.stream.consumer import Delivery

log = structlog.get_logger(stage="worker")

#: Seconds a failed event rests before it is tried again.
_REST = 2.0

#: An event handed out this often is tried on its own: it may be what killed a worker.
_SUSPECT = 3


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much at once, how often, and for how long things are kept; *webhooks_size* in bytes for a user."""

    name: str
    partitions: int
    batch_size: int
    max_tries: int
    heartbeats_kept: timedelta
    events_kept: timedelta
    positions_kept: timedelta
    webhooks_kept: timedelta
    webhooks_size: int


class Worker:
    """Applies the events of the partitions it holds, until *stop* is called."""

    def __init__(
        self, client: redis.asyncio.Redis, pool: Pool, policy: Policy, limits: Limits, names: Names
    ) -> None:
        self._client = client
        self._pool = pool
        self._policy = policy
        self._limits = limits
        self._leases = leases.Leases(client, limits.name, limits.partitions)
        self._consumer = consumer.Consumer(client, limits.name, self._leases, limits.batch_size)
        self._names = names
        self._matcher = Matcher(names)
        self._waiting = WaitingEvents(pool, client, self._matcher, limits.partitions)
        self._counting = Counting(pool)
        self._inherited: set[int] = set()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish the batch at hand, acknowledge it, and leave."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until *stop*; raises what no retry can mend."""
        await self._patiently(lambda: self._consumer.prepare(self._limits.partitions))
        await self._patiently(self._renew)
        async with asyncio.TaskGroup() as tasks:
            side = [
                tasks.create_task(self._every(1.5, self._renew), name="leases"),
                tasks.create_task(self._every(1.0, self._run_out), name="timers"),
                tasks.create_task(self._every(3600.0, self._forget), name="housekeeping"),
                tasks.create_task(self._every(0.5, self._try_waiting), name="waiting"),
                tasks.create_task(self._every(5.0, self._count), name="counting"),
                tasks.create_task(self._listen(), name="listening"),
                tasks.create_task(self._every(0.5, self._refresh_names), name="names"),
                tasks.create_task(self._every(2.0, self._build_names), name="building"),
            ]
            await self._work()
            for task in side:
                task.cancel()
        await self._leases.release()

    # The main loop -----------------------------------------------------------

    async def _work(self) -> None:
        next_look = 0.0
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            try:
                if self._inherited or clock() >= next_look:
                    await self._take_over()
                    next_look = clock() + _REST
                deliveries = await self._consumer.read(0.5)
                if deliveries:
                    await self._process(deliveries)
                elif not self._leases.held:
                    await asyncio.sleep(0.2)
            except (RedisError, *STREAM_TRANSIENT) as error:
                log.warning("stream_away", action="waiting", error=str(error))
                await self._rest(1.0)
                await self._prepare_again()

    async def _take_over(self) -> None:
        """Apply what others left in partitions that are mine now, and what failed before."""
        inherited, self._inherited = self._inherited, set()
        for partition in sorted(self._leases.held):
            idle = 0.0 if partition in inherited else _REST
            deliveries = await self._consumer.left_behind(partition, idle)
            while deliveries and not self._stopping.is_set():
                metrics.retries.labels("redelivered").inc(len(deliveries))
                await self._process([each for each in deliveries if each.tries < _SUSPECT])
                for suspect in deliveries:
                    if suspect.tries >= _SUSPECT:
                        await self._process([suspect])
                deliveries = await self._consumer.left_behind(partition, _REST)

    async def _process(self, deliveries: Sequence[Delivery]) -> None:
        """Apply *deliveries*; what is poison is set apart, the rest is applied and acknowledged."""
        readable: list[tuple[Delivery, PlaybackEvent]] = []
        for delivery in deliveries:
            try:
                readable.append((delivery, decode_event(delivery.data)))
            except msgspec.MsgspecError as error:
                await self._bury(delivery, None, f"not an event: {error}")
        if readable:
            await self._apply(readable)

    async def _apply(self, entries: Sequence[tuple[Delivery, PlaybackEvent]]) -> None:
        for attempt in range(1_000_000):
            try:
                await self._apply_once(entries)
            except RedisError:
                raise  # applied or not, it stays in the stream and is recognised when it comes again
            except Exception as error:  # noqa: BLE001  # whatever it is, it must not stop the others
                todo = retry.remedy(
                    error, size=len(entries), tries=entries[0][0].tries, max_tries=self._limits.max_tries
                )
                if todo is not retry.Remedy.WAIT:
                    await self._isolate(todo, entries, error)
                    return
                await self._wait(attempt, error)
            else:
                return
            if self._stopping.is_set():
                return

    async def _apply_once(self, entries: Sequence[tuple[Delivery, PlaybackEvent]]) -> None:
        came = [event for _, event in entries]
        events = await accounts.settle(self._pool, came)
        deliveries = [delivery for delivery, _ in entries]
        started = datetime.now(UTC)
        with metrics.batch_seconds.time():
            matched = await self._matcher.match(self._pool, events)
            readings = [
                Reading(event=event, matched=match) for event, match in zip(events, matched, strict=True)
            ]
            async with self._pool.acquire() as connection, connection.transaction():
                applied = await batch.apply(connection, readings, self._policy, started)
                await accounts.note(connection, came, events)
                await received.keep(connection, list(zip(deliveries, events, strict=True)))
        metrics.batch_events.observe(len(entries))
        await self._consumer.done(deliveries)
        await self._reply(events, applied.answers)
        report(deliveries, readings, applied, started)

    async def _reply(self, events: Sequence[PlaybackEvent], ready: Sequence[Answer]) -> None:
        waiting = [
            (event.reply_to, answer) for event, answer in zip(events, ready, strict=True) if event.reply_to
        ]
        if waiting:
            await answers.send(self._client, waiting)

    # What fails --------------------------------------------------------------

    async def _wait(self, attempt: int, error: BaseException) -> None:
        metrics.retries.labels("database_away").inc()
        if attempt == 0:
            log.warning("database_away", action="waiting", error=str(error))
        await self._rest(retry.pause(attempt))

    async def _isolate(
        self, todo: retry.Remedy, entries: Sequence[tuple[Delivery, PlaybackEvent]], error: Exception
    ) -> None:
        if todo is retry.Remedy.SPLIT:
            metrics.retries.labels("split").inc()
            middle = len(entries) // 2
            await self._apply(entries[:middle])
            await self._apply(entries[middle:])
            return
        delivery, event = entries[0]
        reason = f"{type(error).__name__}: {error}"
        log.error(
            "event_failed", action=todo.value, event_id=str(event.id), tries=delivery.tries, exc_info=error
        )
        if todo is retry.Remedy.BURY:
            await self._bury(delivery, event, reason)
        else:
            metrics.retries.labels("failed").inc()

    async def _bury(self, delivery: Delivery, event: PlaybackEvent | None, reason: str) -> None:
        """Give an event up: its outcome is *dead*, its bytes wait for a person."""
        reason = reason.replace("\x00", "")[:500]
        if event is not None:
            await verdicts.record_dead(self._pool, event, reason)
            await self._keep_webhook(delivery, event)
        await self._consumer.bury(delivery, reason)
        source = event.source if event is not None else "unknown"
        metrics.outcomes.labels(source, "dead", "").inc()
        log.error(
            "event",
            outcome="dead",
            event_id=str(event.id) if event else None,
            reason=reason,
            tries=delivery.tries,
        )

    async def _keep_webhook(self, delivery: Delivery, event: PlaybackEvent) -> None:
        try:
            async with self._pool.acquire() as connection:
                await received.keep(connection, [(delivery, event)])
        except Exception as error:  # noqa: BLE001  # perhaps it is what is wrong with the event
            log.warning("webhook_not_kept", event_id=str(event.id), error=str(error))

    # Beside the main loop ----------------------------------------------------

    async def _renew(self) -> None:
        self._inherited |= await self._leases.renew()

    async def _run_out(self) -> None:
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

    async def _try_waiting(self) -> None:
        """Let what waits for a title be tried again, when something changed; one worker does it."""
        if 0 in self._leases.held:
            await self._waiting.try_again()
        else:
            self._waiting.hand_over()

    async def _count(self) -> None:
        """Keep the numbers of charts fresh; one worker does it."""
        if 0 in self._leases.held:
            await self._counting.count()

    async def _refresh_names(self) -> None:
        """Match by the catalogue as it is."""
        if await self._names.refresh(self._pool):
            self._waiting.change()

    async def _build_names(self) -> None:
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

    async def _listen(self) -> None:
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

    async def _forget(self) -> None:
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
        log.info("forgotten", events=gone, webhooks=webhooks_gone)

    async def _every(self, seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await chore()
            except (RedisError, *STREAM_TRANSIENT, *STORE_TRANSIENT) as error:
                log.warning("chore_failed", action="trying again", error=str(error))
            await asyncio.sleep(seconds)

    async def _patiently(self, step: Callable[[], Awaitable[None]]) -> None:
        for attempt in range(1_000_000):
            try:
                await step()
            except (RedisError, *STREAM_TRANSIENT) as error:
                log.warning("stream_away", action="waiting", error=str(error))
                await self._rest(retry.pause(attempt))
            else:
                return
            if self._stopping.is_set():
                return

    async def _prepare_again(self) -> None:
        """A stream server that came back empty has no groups: make them again."""
        await self._patiently(lambda: self._consumer.prepare(self._limits.partitions))

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not through a stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
