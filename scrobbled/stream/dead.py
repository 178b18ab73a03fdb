"""Events given up after retries: kept whole, with the reason, until a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.errors import Unavailable
from scrobbled.model.event import PlaybackEvent
from scrobbled.stream import names
from scrobbled.stream.codec import decode_event
from scrobbled.stream.connection import TRANSIENT, RedisError

if TYPE_CHECKING:
    import redis.asyncio


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """
    One event that was given up. *event* is None when its bytes make no event;
    *died_at* is UTC.
    """

    id: str
    partition: int
    reason: str
    tries: int
    died_at: datetime
    event: PlaybackEvent | None
    data: bytes


async def letters(client: redis.asyncio.Redis, limit: int = 100) -> list[DeadLetter]:
    """The newest dead letters, newest first."""
    newest: Any = await client.xrevrange(names.DEAD, count=limit)
    return [_read(entry, fields) for entry, fields in newest]


async def retry(client: redis.asyncio.Redis, letter: DeadLetter) -> None:
    """Put *letter* back into its partition, as if it had just come in."""
    pipeline = client.pipeline(transaction=True)
    pipeline.xadd(names.events(letter.partition), {names.FIELD: letter.data})
    pipeline.xdel(names.DEAD, letter.id)
    await pipeline.execute()


class DeadLetters:
    """The dead letters, for who has no command line; all raises *Unavailable* while the server is away."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client

    async def newest(self, limit: int) -> list[DeadLetter]:
        """As *letters*."""
        with _answering():
            return await letters(self._client, limit)

    async def retry(self, entry: str) -> bool:
        """Put the one with that id back; False when there is none."""
        with _answering():
            found: Any = await self._client.xrange(names.DEAD, entry, entry)
            for key, fields in found:
                await retry(self._client, _read(key, fields))
        return bool(found)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (RedisError, *TRANSIENT) as error:
        message = "the stream server does not answer at the moment; try again soon"
        raise Unavailable(message) from error


def _read(entry: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    try:
        event = decode_event(fields[names.FIELD])
    except (msgspec.MsgspecError, KeyError):
        event = None
    milliseconds = int(entry.split(b"-")[0])
    return DeadLetter(
        id=entry.decode(),
        partition=int(fields.get(b"partition", b"0")),
        reason=fields.get(b"reason", b"").decode("utf-8", "replace"),
        tries=int(fields.get(b"tries", b"0")),
        died_at=datetime.fromtimestamp(milliseconds / 1000, UTC),
        event=event,
        data=fields.get(names.FIELD, b""),
    )
