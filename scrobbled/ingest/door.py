"""What every protocol does with an event: make it durable, perhaps wait for its answer."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec.structs import replace

from scrobbled import metrics
from scrobbled.errors import StreamFull, Unavailable
from scrobbled.ingest.inbox import HURRY, PATIENCE
from scrobbled.model.event import PlaybackEvent, Receipt

if TYPE_CHECKING:
    from scrobbled.ingest.inbox import Inbox
    from scrobbled.model.outcome import Answer
    from scrobbled.model.webhook import Webhook
    from scrobbled.stream.answers import Mailbox
    from scrobbled.stream.producer import Producer
    from scrobbled.web.gate import Gate


class Door:
    """
    One process' way into the stream, and into the *inbox* while that is away, behind *gate*.
    *name* is unique among front doors; *patience* is how many seconds an answer is waited for.
    """

    def __init__(
        self,
        producer: Producer,
        inbox: Inbox,
        mailbox: Mailbox,
        gate: Gate,
        *,
        name: str,
        patience: float,
    ) -> None:
        self._producer = producer
        self._inbox = inbox
        self._mailbox = mailbox
        self._gate = gate
        self._name = name
        self._patience = patience

    def accept(
        self, events: Sequence[PlaybackEvent], webhook: Webhook | None = None
    ) -> Coroutine[Any, Any, None]:
        """
        Send *events* on their way, with the *webhook* that they came in; what is returned is to be
        awaited, and ends when they are durable. It raises *StreamFull* or *Unavailable*.
        """
        return self._accepted(self._producer.append(events, webhook), events, webhook)

    async def _accepted(
        self, durable: Awaitable[None], events: Sequence[PlaybackEvent], webhook: Webhook | None
    ) -> None:
        await self._keep(durable, events, webhook)
        # Counted once whoever waits has the answer.
        asyncio.get_running_loop().call_soon(_count, events)

    async def ask(self, event: PlaybackEvent) -> Answer:
        """
        What became of *event*; raises *Unavailable* when the answer does not come in
        time, and the event is applied all the same.
        """
        answer = self._mailbox.expect(event.id)
        try:
            await self.accept([replace(event, reply_to=self._name)])
        except BaseException:
            self._mailbox.forget(event.id)
            raise
        with self._gate.outside():
            return await self._mailbox.wait(event.id, answer, self._patience)

    async def put_back(self, events: Sequence[PlaybackEvent]) -> None:
        """
        Send events again that were accepted before; return when they were applied, or after
        as long as an answer is waited for.
        """
        answers = [(event.id, self._mailbox.expect(event.id)) for event in events]
        try:
            asked = [replace(event, reply_to=self._name) for event in events]
            await self._keep(self._producer.append(asked), asked)
            await asyncio.wait([answer for _, answer in answers], timeout=self._patience)
        finally:
            for event_id, _ in answers:
                self._mailbox.forget(event_id)

    async def _keep(
        self, durable: Awaitable[None], events: Sequence[PlaybackEvent], webhook: Webhook | None = None
    ) -> None:
        try:
            await durable
        except StreamFull:
            raise  # room in the database would only hide that workers do not keep up
        except Unavailable as error:
            # Perhaps they are in the stream all the same; then they are recognised by their ids.
            patience = HURRY if self._producer.was_there else PATIENCE
            await self._inbox.put(events, webhook, error, patience)


def _count(events: Sequence[PlaybackEvent]) -> None:
    if len(events) == 1:
        _accepted(events[0].source).inc()
        return
    for source, count in Counter(event.source for event in events).items():
        _accepted(source).inc(count)


@lru_cache(maxsize=256)
def _accepted(source: str) -> Any:
    return metrics.accepted.labels(source)


#: The bits of a UUID after its variant.
_LOW = (1 << 62) - 1

#: A decoder makes a UUID in a fifth of the time its own class takes.
_read_uuid = msgspec.msgpack.Decoder(UUID).decode
_SIXTEEN_BYTES = b"\xc4\x10"


#: The door of an application.
DOOR = web.AppKey("door", Door)


def receipt(user_id: int) -> Receipt:
    """A receipt for something that arrives now."""
    now = time.time_ns()
    return Receipt(id=_uuid7(now), user_id=user_id, received_at=datetime.fromtimestamp(now / 1e9, UTC))


def _uuid7(nanoseconds: int) -> UUID:
    """An id that sorts by time (RFC 9562, version 7): rows of one time lie together in an index."""
    noise = random.getrandbits(74)
    milliseconds = nanoseconds // 1_000_000
    number = milliseconds << 80 | 0x7 << 76 | (noise >> 62) << 64 | 0x2 << 62 | noise & _LOW
    return _read_uuid(_SIXTEEN_BYTES + number.to_bytes(16, "big"))
