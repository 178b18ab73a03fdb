"""
The second way to be durable: PostgreSQL, for as long as the stream is away.

As in the stream, whatever piles up while one write is under way goes out as the
next. Nobody waits longer than *PATIENCE*, and no more than *MOST* events wait.
See docs/decisions/0020.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import structlog

from scrobbled import metrics
from scrobbled.errors import StreamFull, Unavailable
from scrobbled.stream.codec import encode_event, encode_webhook
from scrobbled.stream.producer import bounded

if TYPE_CHECKING:
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.model.webhook import Webhook

log = structlog.get_logger(stage="ingest")

#: Seconds an event may take to be kept; with what the stream was given before, below a second.
PATIENCE = 0.35

#: Events that wait at most; beyond it they are refused at once.
MOST = 5_000

#: Events written at once.
_LARGEST_WRITE = 1_000

#: Seconds without use after which being used is news again.
_NEWS = 30.0

_LATE = "neither the stream nor the database takes events at the moment; try again soon"

#: User, received at, the event and the webhook (b"": none) as the stream has them.
Row: TypeAlias = tuple[int, datetime, bytes, bytes]
Write: TypeAlias = Callable[[Sequence[Row]], Awaitable[int]]


class Inbox:
    """
    One process' way in. *write* keeps rows durably, in their order, and returns how many there
    are then, or raises *Unavailable*.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[tuple[list[Row], asyncio.Future[None]]] = []
        self._count = 0
        self._kept = 0
        self._writer: asyncio.Task[None] | None = None
        self._used_at = float("-inf")

    async def put(self, events: Sequence[PlaybackEvent], webhook: Webhook | None, why: Exception) -> None:
        """Return once *events* are durable; *why* the stream did not take them. Raises *Unavailable*."""
        self._tell(why)
        if self._count + len(events) > MOST:
            raise Unavailable(_LATE)
        body = b"" if webhook is None else encode_webhook(bounded(webhook, self._kept))
        rows = [(event.user_id, event.received_at, encode_event(event), body) for event in events]
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, durable))
        self._count += len(rows)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        try:
            async with asyncio.timeout(PATIENCE):
                await durable
        except TimeoutError as error:
            raise Unavailable(_LATE) from error
        metrics.inbox_kept.inc(len(rows))

    def _tell(self, why: Exception) -> None:
        now = time.monotonic()
        if now - self._used_at > _NEWS:
            log.warning("inbox_in_use", why=str(why))
        self._used_at = now

    async def _write_all(self) -> None:
        while self._waiting:
            batch = self._take()
            try:
                if batch:
                    self._kept = await self._write([row for rows, _ in batch for row in rows])
            except StreamFull as error:
                _tell_all(batch, error)
            except Unavailable as error:
                log.warning("inbox_away", error=str(error))
                _tell_all(batch, Unavailable(_LATE))
            except Exception as error:  # noqa: BLE001  # whoever waits is told, whatever it is
                _tell_all(batch, error)
            else:
                _tell_all(batch, None)

    def _take(self) -> list[tuple[list[Row], asyncio.Future[None]]]:
        """What is written next: some of those whose sender still waits."""
        taken = count = 0
        for rows, _ in self._waiting:
            taken, count = taken + 1, count + len(rows)
            if count >= _LARGEST_WRITE:
                break
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        self._count -= count
        return [each for each in batch if not each[1].done()]


def _tell_all(batch: Sequence[tuple[list[Row], asyncio.Future[None]]], problem: Exception | None) -> None:
    for _, durable in batch:
        if durable.done():
            continue  # its sender has left
        if problem is None:
            durable.set_result(None)
        else:
            durable.set_exception(problem)
