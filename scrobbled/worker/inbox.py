"""
What was accepted while the stream was away, put among the deliveries where it belongs.

A user's events are applied in the order they were received, wherever they waited:
what the stream took before it went away, then the inbox, then what it took since.
See docs/decisions/0020.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import structlog

from scrobbled import metrics
from scrobbled.store import inbox
from scrobbled.stream import names
from scrobbled.stream.codec import decode_event
from scrobbled.stream.consumer import Consumer, Delivery

if TYPE_CHECKING:
    from scrobbled.store.inbox import Taken
    from scrobbled.store.pool import Pool
    from scrobbled.worker.limits import Limits

log = structlog.get_logger(stage="worker")

#: What was taken more often and never done with may be what killed the worker.
_TAKEN = 3

_LONG_AGO, _ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Inbox:
    """Takes what is kept for the users of some partitions; *pool* holds it, *consumer* has the stream."""

    def __init__(self, pool: Pool, consumer: Consumer, limits: Limits) -> None:
        self._pool = pool
        self._consumer = consumer
        self._limits = limits

    async def is_empty(self) -> bool:
        """Whether nothing is kept for anybody."""
        return await inbox.is_empty(self._pool)

    async def take(self, held: Collection[int], until: Mapping[int, datetime]) -> list[Delivery]:
        """
        The oldest that are kept for the partitions *held*, received *until* then where the
        partition has a time; [] when nothing is left. They stay until they are applied.
        """
        times = [
            until.get(each, _ALWAYS) if each in held else None for each in range(self._limits.partitions)
        ]
        most = self._limits.batch_size * max(len(held), 1)  # as much as is read of the stream
        while rows := await inbox.take(self._pool, times, most):
            deliveries = [self._delivery(row) for row in rows]
            if fit := [each for each in deliveries if each.tries <= _TAKEN]:
                return fit
            await self.move(deliveries)
        return []

    async def move(self, deliveries: Sequence[Delivery]) -> None:
        """Out of the inbox, into the stream: there an event is tried alone, and buried at last."""
        metrics.retries.labels("redelivered").inc(len(deliveries))
        await self._consumer.hand_over(deliveries)
        async with self._pool.acquire() as connection:
            await inbox.remove(connection, [each.kept for each in deliveries if each.kept is not None])
        log.warning("inbox_moved", events=len(deliveries))

    def _delivery(self, row: Taken) -> Delivery:
        return Delivery(
            partition=names.partition_of(row.user_id, self._limits.partitions),
            entry=b"%d-0" % (row.received_at.timestamp() * 1000),
            data=row.event,
            webhook=row.webhook,
            tries=row.tries,
            kept=(row.user_id, row.number),
        )


def in_order(deliveries: Sequence[Delivery]) -> list[tuple[datetime, Delivery]]:
    """*deliveries* with the time each was received at, in that order; what nobody can read comes first."""
    return sorted(((_received_at(each), each) for each in deliveries), key=lambda pair: pair[0])


def complete_until(received: Sequence[tuple[datetime, Delivery]], full: int) -> dict[int, datetime]:
    """
    By partition, up to when *received* is all that the stream has: for those of which *full*
    entries were read, since there may be more. The others have nothing else.
    """
    by_partition: defaultdict[int, list[datetime]] = defaultdict(list)
    for at, delivery in received:
        by_partition[delivery.partition].append(at)
    return {partition: max(times) for partition, times in by_partition.items() if len(times) >= full}


def _received_at(delivery: Delivery) -> datetime:
    try:
        return decode_event(delivery.data).received_at
    except msgspec.MsgspecError:
        return _LONG_AGO
