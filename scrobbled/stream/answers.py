"""Answers from workers to the front doors that wait for them, over pub/sub."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from scrobbled.errors import Unavailable
from scrobbled.model.outcome import Answer
from scrobbled.stream import names
from scrobbled.stream.codec import decode_answers, encode_answers
from scrobbled.stream.pipe import listen

if TYPE_CHECKING:
    import redis.asyncio


#: Answers that are waited for at once; who comes on top is told at once that the event is safe.
MOST = 2_000

#: Seconds the server may take to let us listen.
_PATIENCE = 5.0

_LATE = "the event is safe and will be applied, but not in time to answer; do not send it again"


class Mailbox:
    """
    Where one front door waits; *run* must be running.

    A worker's answer is a courtesy: when it does not come in time the event is
    durable all the same and will be applied once.
    """

    def __init__(self, url: str, door: str) -> None:
        self.door = door
        self._url = url
        self._channel = names.answers(door)
        self._expected: dict[UUID, asyncio.Future[Answer]] = {}

    def expect(self, event_id: UUID) -> asyncio.Future[Answer]:
        """A future for the answer to *event_id*; ask before the event is sent."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._expected[event_id] = future
        return future

    async def wait(self, event_id: UUID, future: asyncio.Future[Answer], patience: float) -> Answer:
        """The answer, within *patience* seconds; raises *Unavailable* after that."""
        try:
            return await asyncio.wait_for(future, patience if len(self._expected) <= MOST else 0)
        except TimeoutError as error:
            raise Unavailable(_LATE) from error
        finally:
            self.forget(event_id)

    def forget(self, event_id: UUID) -> None:
        """Nobody waits for *event_id* any more."""
        self._expected.pop(event_id, None)

    async def run(self) -> None:
        """Deliver answers as they come, until cancelled; subscribe again after a break."""
        while True:
            with suppress(OSError, Unavailable):
                async with asyncio.timeout(_PATIENCE):
                    pipe = await listen(self._url, self._channel, self._deliver)
                try:
                    await pipe.closed
                finally:
                    pipe.close()
            await asyncio.sleep(0.2)

    def _deliver(self, data: bytes) -> None:
        with suppress(msgspec.MsgspecError):
            for answer in decode_answers(data):
                future = self._expected.get(answer.event_id)
                if future is not None and not future.done():
                    future.set_result(answer)


async def send(client: redis.asyncio.Redis, answers: Iterable[tuple[str, Answer]]) -> None:
    """Send each (door, answer) to its door, one message for each door."""
    by_door: defaultdict[str, list[Answer]] = defaultdict(list)
    for door, answer in answers:
        by_door[door].append(answer)
    if by_door:
        pipeline = client.pipeline(transaction=False)
        for door, batch in by_door.items():
            pipeline.publish(names.answers(door), encode_answers(batch))
        await pipeline.execute()
