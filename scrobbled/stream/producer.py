"""
Appending events to the stream, durable before anybody is told.

Whatever piles up while one round trip is under way goes out as the next: one
write, one sync of the append-only file. There is no added delay, so a lone event
is not held back and a crowd shares the cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import hiredis
from msgspec.structs import replace
from redis.exceptions import RedisError

from scrobbled import metrics
from scrobbled.errors import StreamFull, Unavailable
from scrobbled.stream import names
from scrobbled.stream.codec import encode_event, encode_webhook
from scrobbled.stream.connection import TRANSIENT
from scrobbled.stream.pipe import Pipe, connect

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.model.event import PlaybackEvent
    from scrobbled.model.webhook import Webhook

    _Waiting = tuple[list[bytes], asyncio.Future[None]]

#: Commands sent in one go; bounds what one failure can take with it.
_LARGEST_WRITE = 1024

#: Seconds the server may take to answer before the connection counts as dead. With the inbox's
#: own patience it stays below a second, in which whoever is refused must hear of it.
_PATIENCE = 0.4

#: Unprocessed events beyond which bodies of webhooks do not enter the stream: at up to 32 KiB
#: each they would fill its memory, and an event is worth more than what it came in.
MOST_WITH_BODIES = 10_000

_FULL = "the stream is full: events come in faster than they are applied; try again soon"
_AWAY = "the stream does not take events at the moment; try again soon"


class Producer:
    """
    Appends events from one process; *run* must be running.

    *limit* bounds the unprocessed events: beyond it *append* raises *StreamFull*
    and nothing is ever trimmed.
    """

    def __init__(self, url: str, *, partitions: int, limit: int) -> None:
        self._url = url
        self._keys = [names.events(partition) for partition in range(partitions)]
        self._limit = limit
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pipe: Pipe | None = None
        self._waiting: list[_Waiting] = []
        self._sending = False
        self._sent_at = 0.0
        self._hurry: asyncio.TimerHandle | None = None
        self._lost_at = float("-inf")
        self.depth = 0

    @property
    def was_there(self) -> bool:
        """Whether those refused now may have waited: a moment ago the server stopped answering."""
        return asyncio.get_running_loop().time() - self._lost_at < 2 * _PATIENCE

    def append(self, events: Sequence[PlaybackEvent], webhook: Webhook | None = None) -> asyncio.Future[None]:
        """
        Send *events* on their way, with the *webhook* that they came in; its body stays behind while
        *MOST_WITH_BODIES* events wait. The future is done once all of them are durable.

        It raises *StreamFull*, or *Unavailable* (at once when the server is known to be away);
        some of the events may then be in the stream all the same, which is harmless.
        """
        # Remembered: asking which loop runs is a system call.
        loop = self._loop = self._loop or asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        if self._pipe is None:
            durable.set_exception(Unavailable(_AWAY))
            return durable
        if self.depth + len(events) > self._limit:
            durable.set_exception(StreamFull(_FULL))
            return durable
        keys, partitions = self._keys, len(self._keys)
        kept = b"" if webhook is None else encode_webhook(bounded(webhook, self.depth))
        commands = [_pack(keys[event.user_id % partitions], encode_event(event), kept) for event in events]
        self._waiting.append((commands, durable))
        self.depth += len(commands)
        if not self._sending:
            self._flush()
        return durable

    async def run(self) -> None:
        """Keep the connection, until cancelled; come back when the server does."""
        try:
            while True:
                with suppress(OSError, Unavailable):
                    async with asyncio.timeout(_PATIENCE):
                        self._pipe = await connect(self._url)
                    await self._pipe.closed
                self._pipe = None
                self._sending = False
                self._fail_waiting()
                await asyncio.sleep(0.1)
        finally:
            if self._pipe is not None:
                self._pipe.close()
            self._fail_waiting()

    async def watch_depth(self, client: redis.asyncio.Redis, every: float = 1.0) -> None:
        """Learn every so many seconds how much is unprocessed, until cancelled."""
        while True:
            with suppress(RedisError, *TRANSIENT):
                self.depth = await depth(client, len(self._keys))
            await asyncio.sleep(every)

    def _flush(self) -> None:
        """Send everything that waits, as one write."""
        pipe = self._pipe
        if pipe is None or not self._waiting:
            self._sending = False
            return
        self._sending = True
        batch, count = self._take()
        loop = self._loop or asyncio.get_running_loop()
        self._sent_at = loop.time()
        commands = b"".join([command for commands, _ in batch for command in commands])
        pipe.write(commands, count, partial(self._arrived, batch))
        if self._sending:  # it went out: nothing was told yet
            self._hurry = loop.call_later(_PATIENCE, self._give_up, pipe)

    def _arrived(self, batch: Sequence[_Waiting], replies: list[Any], problem: Unavailable | None) -> None:
        _resolve(batch, replies, problem)
        loop = self._loop or asyncio.get_running_loop()
        if self._hurry is not None:
            self._hurry.cancel()
        # Whoever was told answers first, then it is counted.
        loop.call_soon(metrics.append_seconds.observe, loop.time() - self._sent_at)
        self._flush()

    def _give_up(self, pipe: Pipe) -> None:
        self._lost_at = asyncio.get_running_loop().time()
        pipe.close()

    def _take(self) -> tuple[list[_Waiting], int]:
        taken, count = 0, 0
        for commands, _ in self._waiting:
            taken, count = taken + 1, count + len(commands)
            if count >= _LARGEST_WRITE:
                break
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch, count

    def _fail_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        for _, durable in batch:
            if not durable.done():
                durable.set_exception(Unavailable(_AWAY))


def bounded(webhook: Webhook, waiting: int) -> Webhook:
    """*webhook* as it may wait behind so many events: with its body, or without."""
    return webhook if waiting < MOST_WITH_BODIES else replace(webhook, body=None)


async def depth(client: redis.asyncio.Redis, partitions: int) -> int:
    """How many events are accepted and not yet applied."""
    pipeline = client.pipeline(transaction=False)
    for partition in range(partitions):
        pipeline.xlen(names.events(partition))
    return sum(await pipeline.execute())


async def put_back(client: redis.asyncio.Redis, events: Sequence[PlaybackEvent], partitions: int) -> None:
    """Append events that were accepted before, to be tried again; durable on return."""
    if events:
        pipeline = client.pipeline(transaction=False)
        for event in events:
            key = names.events(names.partition_of(event.user_id, partitions))
            pipeline.xadd(key, {names.FIELD: encode_event(event)})
        await pipeline.execute()


def _pack(key: bytes, event: bytes, webhook: bytes = b"") -> bytes:
    """``XADD key * event … webhook …`` in Redis' own protocol; the second only where there is one."""
    command = b"*%d\r\n$4\r\nXADD\r\n$%d\r\n%b\r\n$1\r\n*\r\n$5\r\nevent\r\n$%d\r\n%b\r\n" % (
        7 if webhook else 5,
        len(key),
        key,
        len(event),
        event,
    )
    if not webhook:
        return command
    return b"%b$7\r\nwebhook\r\n$%d\r\n%b\r\n" % (command, len(webhook), webhook)


def _resolve(batch: Sequence[_Waiting], replies: Sequence[Any], problem: Unavailable | None) -> None:
    """Tell each of *batch* whether all its events are durable."""
    refused = problem is not None or any(isinstance(reply, hiredis.ReplyError) for reply in replies)
    at = 0
    for commands, durable in batch:
        error = _refusal(replies[at : at + len(commands)], problem) if refused else None
        at += len(commands)
        if durable.done():
            continue
        if error is None:
            durable.set_result(None)
        else:
            durable.set_exception(_translate(error))


def _refusal(replies: Sequence[Any], problem: BaseException | None) -> BaseException | None:
    """What went wrong for all, else the first error among *replies*."""
    return problem or next((each for each in replies if isinstance(each, hiredis.ReplyError)), None)


def _translate(error: BaseException) -> Exception:
    if isinstance(error, Unavailable):
        return error
    message = f"the stream does not take events at the moment: {error}"
    return Unavailable(message)
