"""Events given up after retries: kept whole, with the reason, until a person decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.stream import names
from scrobbled.stream.codec import decode_event

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


async def count(client: redis.asyncio.Redis) -> int:
    """How many dead letters wait."""
    return int(await client.xlen(names.DEAD))


async def retry(client: redis.asyncio.Redis, letter: DeadLetter) -> None:
    """Put *letter* back into its partition, as if it had just come in."""
    pipeline = client.pipeline(transaction=True)
    pipeline.xadd(names.events(letter.partition), {names.FIELD: letter.data})
    pipeline.xdel(names.DEAD, letter.id)
    await pipeline.execute()


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
