"""
Applying what was read: a batch at a time, in one transaction, until it is done with.

What is nobody's fault is waited for; what is poison is found by halving, tried again
and given up at last, while the rest is applied.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import structlog

from scrobbled import metrics
from scrobbled.errors import plainly
from scrobbled.store import inbox as store_inbox
from scrobbled.store import verdicts
from scrobbled.stream import answers
from scrobbled.stream.codec import decode_event
from scrobbled.stream.connection import RedisError
from scrobbled.worker import accounts, batch, received, retry
from scrobbled.worker.reading import Reading
from scrobbled.worker.report import report

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.model.event import PlaybackEvent
    from scrobbled.model.outcome import Answer
    from scrobbled.rules.policy import Policy
    from scrobbled.store.pool import Pool
    from scrobbled.stream.consumer import Consumer, Delivery
    from scrobbled.worker.inbox import Inbox
    from scrobbled.worker.limits import Limits
    from scrobbled.worker.matching import Matcher
    from scrobbled.worker.rest import Rest

log = structlog.get_logger(stage="worker")


class Applier:
    """Applies deliveries by *policy* with what *matcher* finds; gives up waiting when *rest* is over."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        pool: Pool,
        policy: Policy,
        limits: Limits,
        *,
        matcher: Matcher,
        consumer: Consumer,
        inbox: Inbox,
        rest: Rest,
    ) -> None:
        self._client = client
        self._pool = pool
        self._policy = policy
        self._limits = limits
        self._matcher = matcher
        self._consumer = consumer
        self._inbox = inbox
        self._rest = rest
        self._away_since: float | None = None

    async def process(self, deliveries: Sequence[Delivery]) -> None:
        """Apply *deliveries*; what is poison is set apart, the rest is applied and acknowledged."""
        readable: list[tuple[Delivery, PlaybackEvent]] = []
        for delivery in deliveries:
            try:
                readable.append((delivery, decode_event(delivery.data)))
            except msgspec.MsgspecError as error:
                if delivery.kept is not None:
                    await self._inbox.move([delivery])
                    continue
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
                await self.wait(attempt, error)
            else:
                self.answered()
                return
            if self._rest.over:
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
                if kept := [each.kept for each in deliveries if each.kept is not None]:
                    await store_inbox.remove(connection, kept)
        metrics.batch_events.observe(len(entries))
        # Committed, so whoever waits need not wait for the disk of the stream as well.
        await self._reply(events, applied.answers)
        await self._consumer.done(deliveries)
        report(deliveries, readings, applied, started)

    async def _reply(self, events: Sequence[PlaybackEvent], ready: Sequence[Answer]) -> None:
        waiting = [
            (event.reply_to, answer) for event, answer in zip(events, ready, strict=True) if event.reply_to
        ]
        if waiting:
            await answers.send(self._client, waiting)

    # What fails --------------------------------------------------------------

    async def wait(self, attempt: int, error: BaseException) -> None:
        """Pause before try *attempt* + 1 at a database that is away."""
        metrics.retries.labels("database_away").inc()
        if self._away_since is None:
            log.warning("database_away", action="waiting", error=plainly(error))
            self._away_since = time.monotonic()
        await self._rest.sleep(retry.pause(attempt))

    def answered(self) -> None:
        """Say that the database is back, if it was away."""
        if self._away_since is not None:
            log.info("database_back", seconds=round(time.monotonic() - self._away_since, 3))
            self._away_since = None

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
        if delivery.kept is not None:
            await self._inbox.move([delivery])
            return
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
