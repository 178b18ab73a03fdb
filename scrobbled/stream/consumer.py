"""
Reading the stream in batches, and saying what is done with.

An entry leaves the stream when it is acknowledged and not before: what a dead
worker left is claimed by whoever gets its partition, together with how often it
was tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from redis.exceptions import ResponseError

from scrobbled.stream import names
from scrobbled.stream.leases import Leases

if TYPE_CHECKING:
    import redis.asyncio


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """
    One entry as read. *webhook* is what it came in, b"" for none; *tries* counts how often
    it was handed out, this time included. *kept* is its (user, number) in the inbox when it
    lies there and not in the stream; then *entry* is nothing but its time.
    """

    partition: int
    entry: bytes
    data: bytes
    webhook: bytes = b""
    tries: int = 1
    kept: tuple[int, int] | None = None

    @property
    def appended_at(self) -> float:
        """When it was durable, in unix seconds."""
        return int(self.entry.split(b"-")[0]) / 1000


class Consumer:
    """Reads the partitions one worker holds. Raises redis' own errors; the worker waits and retries."""

    def __init__(self, client: redis.asyncio.Redis, name: str, leases: Leases, batch_size: int) -> None:
        self._client: Any = client  # redis-py types each answer as every shape it can have
        self._name = name
        self._leases = leases
        self._batch_size = batch_size

    async def prepare(self, partitions: int) -> None:
        """Make sure every stream and its group exist."""
        for partition in range(partitions):
            with suppress(ResponseError):  # BUSYGROUP: it exists
                await self._client.xgroup_create(names.events(partition), names.GROUP, id="0", mkstream=True)

    async def read(self, patience: float) -> list[Delivery]:
        """New entries of the held partitions, oldest first; [] when none come within *patience* seconds."""
        held = sorted(self._leases.held)
        if not held:
            return []
        streams = {names.events(partition): b">" for partition in held}
        answer = await self._client.xreadgroup(
            names.GROUP,
            self._name,
            streams,
            count=self._batch_size,
            block=max(int(patience * 1000), 1),
        )
        by_key = {names.events(partition): partition for partition in held}
        found = answer.items() if isinstance(answer, dict) else answer or ()
        return [
            _delivery(by_key[key], entry, fields)
            for key, entries in found
            for entry, fields in _flatten(entries)
        ]

    async def left_behind(self, partition: int, idle: float) -> list[Delivery]:
        """
        Entries of *partition* that were handed out at least *idle* seconds ago and
        never acknowledged: claimed for this worker, with their number of tries.
        """
        key = names.events(partition)
        _, entries, *_ = await self._client.xautoclaim(
            key,
            names.GROUP,
            self._name,
            min_idle_time=int(idle * 1000),
            start_id="0-0",
            count=self._batch_size,
        )
        if not entries:
            return []
        pending = await self._client.xpending_range(
            key, names.GROUP, min=entries[0][0], max=entries[-1][0], count=self._batch_size * 2
        )
        tries = {each["message_id"]: each["times_delivered"] for each in pending}
        return [
            _delivery(partition, entry, fields, tries.get(entry, 1))
            for entry, fields in entries
            if fields is not None
        ]

    async def done(self, deliveries: Iterable[Delivery]) -> None:
        """Acknowledge and remove: these are applied, whatever happens from here on."""
        by_partition: dict[int, list[bytes]] = {}
        for delivery in deliveries:
            if delivery.kept is None:
                by_partition.setdefault(delivery.partition, []).append(delivery.entry)
        if not by_partition:
            return
        pipeline = self._client.pipeline(transaction=True)
        for partition, entries in by_partition.items():
            pipeline.xack(names.events(partition), names.GROUP, *entries)
            pipeline.xdel(names.events(partition), *entries)
        await pipeline.execute()

    async def hand_over(self, deliveries: Iterable[Delivery]) -> None:
        """Append what lay in the inbox to its partition; durable on return."""
        pipeline = self._client.pipeline(transaction=False)
        for delivery in deliveries:
            webhook = {names.WEBHOOK: delivery.webhook} if delivery.webhook else {}
            pipeline.xadd(names.events(delivery.partition), {names.FIELD: delivery.data, **webhook})
        await pipeline.execute()

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """Give *delivery* up: out of its partition and among the dead letters in one step."""
        key = names.events(delivery.partition)
        fields = {
            names.FIELD: delivery.data,
            b"reason": reason,
            b"tries": delivery.tries,
            b"partition": delivery.partition,
        }
        pipeline = self._client.pipeline(transaction=True)
        pipeline.xadd(names.DEAD, fields)
        pipeline.xack(key, names.GROUP, delivery.entry)
        pipeline.xdel(key, delivery.entry)
        await pipeline.execute()


def _delivery(partition: int, entry: bytes, fields: dict[bytes, bytes], tries: int = 1) -> Delivery:
    return Delivery(
        partition=partition,
        entry=entry,
        data=fields.get(names.FIELD, b""),
        webhook=fields.get(names.WEBHOOK, b""),
        tries=tries,
    )


def _flatten(entries: list[Any]) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """Entries of one stream; RESP3 wraps them in one more list than RESP2."""
    if entries and isinstance(entries[0], list):
        return [entry for part in entries for entry in part]
    return entries
