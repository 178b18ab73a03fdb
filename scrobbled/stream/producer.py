"""
Appending events to the stream, durable before anybody is told.

Whatever piles up while one round trip is under way goes out as the next: one
pipeline, one write, one sync of the append-only file. There is no added delay, so
a lone event is not held back and a crowd shares the cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from redis.exceptions import OutOfMemoryError, RedisError, ResponseError

from scrobbled.errors import StreamFull, Unavailable
from scrobbled.model.event import PlaybackEvent
from scrobbled.stream import names
from scrobbled.stream.codec import encode_event
from scrobbled.stream.connection import TRANSIENT

if TYPE_CHECKING:
    import redis.asyncio
    from redis.asyncio.connection import AbstractConnection

#: Commands sent in one go; bounds what one failure can take with it.
_LARGEST_PIPELINE = 512

#: Seconds until an answer from Redis must be there.
_PATIENCE = 10.0

_FULL = "the stream is full: events come in faster than they are applied; try again soon"


class Producer:
    """
    Appends events from one process; *run* must be running.

    *limit* bounds the unprocessed events: beyond it *append* raises *StreamFull*
    and nothing is ever trimmed.
    """

    def __init__(self, client: redis.asyncio.Redis, *, partitions: int, limit: int) -> None:
        self._client = client
        self._keys = [names.events(partition) for partition in range(partitions)]
        self._limit = limit
        self._depth = 0
        self._waiting: list[tuple[list[bytes], int, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    @property
    def depth(self) -> int:
        """Unprocessed events, as far as this process knows."""
        return self._depth

    async def append(self, events: Sequence[PlaybackEvent]) -> None:
        """
        Return once all of *events* are durable.

        Raises *StreamFull* or *Unavailable*; some of the events may then be in the
        stream all the same, which is harmless.
        """
        if self._depth + len(events) > self._limit:
            raise StreamFull(_FULL)
        keys, partitions = self._keys, len(self._keys)
        pack = _pack
        commands = [pack(keys[event.user_id % partitions], encode_event(event)) for event in events]
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, len(commands), durable))
        self._depth += len(commands)
        self._wake.set()
        await durable

    async def run(self) -> None:
        """Send what piles up, until cancelled; reconnect when the server went away."""
        connection = self._client.connection_pool.make_connection()
        try:
            while True:
                await self._wake.wait()
                batch = self._take()
                try:
                    async with asyncio.timeout(_PATIENCE):
                        await self._send(connection, batch)
                except (*TRANSIENT, RedisError, asyncio.CancelledError) as error:
                    _fail(batch, error)
                    with suppress(Exception):
                        await connection.disconnect()
                    if isinstance(error, asyncio.CancelledError):
                        raise
        finally:
            _fail(self._waiting, ConnectionError("shutting down"))
            with suppress(Exception):
                await connection.disconnect()

    async def watch_depth(self, every: float = 0.25) -> None:
        """Learn every so many seconds how much is unprocessed, until cancelled."""
        while True:
            with suppress(RedisError, *TRANSIENT):
                self._depth = await depth(self._client, len(self._keys))
            await asyncio.sleep(every)

    def _take(self) -> list[tuple[list[bytes], int, asyncio.Future[None]]]:
        taken, count = 0, 0
        for _, size, _ in self._waiting:
            taken, count = taken + 1, count + size
            if count >= _LARGEST_PIPELINE:
                break
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        if not self._waiting:
            self._wake.clear()
        return batch

    async def _send(
        self, connection: AbstractConnection, batch: list[tuple[list[bytes], int, asyncio.Future[None]]]
    ) -> None:
        if not connection.is_connected:
            await connection.connect()
        await connection.send_packed_command(
            b"".join([command for commands, _, _ in batch for command in commands]), check_health=False
        )
        for _, size, durable in batch:
            problem: ResponseError | None = None
            for _ in range(size):
                try:
                    await connection.read_response(disable_decoding=True)
                except ResponseError as error:  # only this command failed; the others' replies follow
                    problem = error
            if durable.done():
                continue
            if problem is None:
                durable.set_result(None)
            else:
                durable.set_exception(_translate(problem))


async def depth(client: redis.asyncio.Redis, partitions: int) -> int:
    """How many events are accepted and not yet applied."""
    pipeline = client.pipeline(transaction=False)
    for partition in range(partitions):
        pipeline.xlen(names.events(partition))
    return sum(await pipeline.execute())


def _pack(key: bytes, value: bytes) -> bytes:
    """``XADD key * event value`` in Redis' own protocol (RESP)."""
    return b"*5\r\n$4\r\nXADD\r\n$%d\r\n%b\r\n$1\r\n*\r\n$5\r\nevent\r\n$%d\r\n%b\r\n" % (
        len(key),
        key,
        len(value),
        value,
    )


def _translate(error: BaseException) -> Exception:
    if isinstance(error, OutOfMemoryError) or "OOM" in str(error):
        return StreamFull(_FULL)
    message = f"the stream does not take events at the moment: {error}"
    return Unavailable(message)


def _fail(batch: list[tuple[list[bytes], int, asyncio.Future[None]]], error: BaseException) -> None:
    for _, _, durable in batch:
        if not durable.done():
            durable.set_exception(_translate(error))
