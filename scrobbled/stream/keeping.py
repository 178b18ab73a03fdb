"""What the stream holds that is nowhere else, copied out and put back: a part of every backup."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec

from scrobbled.stream import names
from scrobbled.stream.codec import decode_event

if TYPE_CHECKING:
    import redis.asyncio

_PAGE = 1000
_LENGTH = 4


class Entry(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """
    An *event* with the *webhook* it came in (b"": none), as the stream has them, of a
    *partition* (-1: whose user's it is). *reason* and *tries* are those of a dead letter.
    """

    event: bytes
    webhook: bytes = b""
    partition: int = -1
    reason: bytes | None = None
    tries: int = 1


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


async def entries(client: redis.asyncio.Redis, partitions: int) -> AsyncIterator[Entry]:
    """Everything accepted and not applied, then the dead letters: an event moves from there to here."""
    for partition in range(partitions):
        async for fields in _all(client, names.events(partition)):
            yield Entry(fields[names.FIELD], fields.get(names.WEBHOOK, b""), partition)
    async for fields in _all(client, names.DEAD):
        yield Entry(
            fields[names.FIELD],
            fields.get(names.WEBHOOK, b""),
            int(fields.get(b"partition", b"0")),
            fields.get(b"reason", b""),
            int(fields.get(b"tries", b"1")),
        )


async def put(client: redis.asyncio.Redis, kept: Iterable[Entry], partitions: int) -> int:
    """Append what was kept, durable on return; how many there were."""
    count, pipeline = 0, client.pipeline(transaction=False)
    for entry in kept:
        fields: dict[Any, Any] = {names.FIELD: entry.event}
        fields |= {names.WEBHOOK: entry.webhook} if entry.webhook else {}
        partition = _partition(entry, partitions)
        if entry.reason is None:
            pipeline.xadd(names.events(partition), fields)
        else:
            fields |= {b"reason": entry.reason, b"tries": entry.tries, b"partition": partition}
            pipeline.xadd(names.DEAD, fields)
        count += 1
        if count % _PAGE == 0:
            await pipeline.execute()
    await pipeline.execute()
    return count


async def held(client: redis.asyncio.Redis, partitions: int) -> int:
    """How many events and dead letters there are."""
    keys = [*map(names.events, range(partitions)), names.DEAD]
    return sum([await client.xlen(key) for key in keys])


async def is_read(client: redis.asyncio.Redis, partitions: int) -> bool:
    """Whether a worker holds a partition, and may have some of its events in hand."""
    return bool(await client.exists(*map(names.lease, range(partitions))))


async def clear(client: redis.asyncio.Redis, partitions: int) -> None:
    """Remove all of it; the groups of the workers stay."""
    for key in (*map(names.events, range(partitions)), names.DEAD):
        await client.xtrim(key, maxlen=0, approximate=False)


def write(entry: Entry, file: IO[bytes]) -> None:
    """Write *entry*, behind its length."""
    data = _encode(entry)
    file.write(len(data).to_bytes(_LENGTH, "big") + data)


def read(file: IO[bytes]) -> Iterable[Entry]:
    """What *write* wrote."""
    while head := file.read(_LENGTH):
        yield _decode(file.read(int.from_bytes(head, "big")))


async def _all(client: redis.asyncio.Redis, key: bytes) -> AsyncIterator[dict[bytes, bytes]]:
    after, anything = b"-", cast("Any", client)  # redis-py types each answer as every shape it can have
    while page := await anything.xrange(key, min=after, count=_PAGE):
        for _, fields in page:
            yield fields
        after = b"(" + page[-1][0]


def _partition(entry: Entry, partitions: int) -> int:
    """Its user's, where the event can be read; there may be more or fewer than when it was kept."""
    try:
        return names.partition_of(decode_event(entry.event).user_id, partitions)
    except msgspec.MsgspecError:
        return max(entry.partition, 0) % partitions
