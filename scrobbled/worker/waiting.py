"""
Trying again what waits for a title, when the catalogue grew or somebody taught something.

What waits is matched where it lies, a page at a time; only what has a title now goes
back into the stream, with that decision in it. See docs/decisions/0009.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import structlog

from scrobbled import metrics
from scrobbled.model.event import Resolution
from scrobbled.store import waiting
from scrobbled.store.pool import TRANSIENT
from scrobbled.stream import producer

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Pool
    from scrobbled.store.waiting import Due
    from scrobbled.worker.matching import Matched, Matcher

log = structlog.get_logger(stage="worker")

#: Seconds without a change before what waits is tried again: every worker knows it by then.
QUIET = 2.0

#: Seconds after which it is tried although changes go on, as in a long import.
LONGEST_WAIT = 30.0

#: Seconds after which everything is tried once: a notice may have been lost.
ROUND = 6 * 3600.0

#: Events matched at once: a few milliseconds between two batches.
_PAGE = 50

#: A page's time is rested this often, and for so many seconds at most: what waits costs
#: about a fifth of one worker, and one slow page does not hold up the others.
_RESTS = 4.0
_LONGEST_REST = 1.0


class _Changes(msgspec.Struct, kw_only=True):
    """What changed since the last round began, and when (seconds on a steady clock)."""

    first: float
    last: float
    everything: bool = False
    users: set[int] = msgspec.field(default_factory=set)


class WaitingEvents:
    """Tries them again, in rounds; one worker does it. Times are seconds on a steady clock."""

    def __init__(self, pool: Pool, client: redis.asyncio.Redis, matcher: Matcher, partitions: int) -> None:
        self._pool = pool
        self._client = client
        self._matcher = matcher
        self._partitions = partitions
        self._changes: _Changes | None = None
        self._round_at: float | None = None

    def change(self, user_id: int | None = None) -> None:
        """Something that may give waiting events a title: a user's corrections, else for everybody."""
        now = time.monotonic()
        if self._changes is None:
            self._changes = _Changes(first=now, last=now)
        self._changes.last = now
        if user_id is None:
            self._changes.everything = True
        else:
            self._changes.users.add(user_id)

    def hand_over(self) -> None:
        """Somebody else does it; when it is my turn again, everything is due once."""
        self._changes, self._round_at = None, None

    async def try_again(self) -> None:
        """One round, when one is due. Raises asyncpg's and redis' errors; the next round makes up for it."""
        now = time.monotonic()
        if self._round_at is None or now - self._round_at >= ROUND:
            self._round_at = now
            self.change()
        changes = self._changes
        if changes is None or (now - changes.last < QUIET and now - changes.first < LONGEST_WAIT):
            return
        self._changes = None
        try:
            await self._round(None if changes.everything else sorted(changes.users))
        except BaseException:
            self._round_at = None
            raise

    async def _round(self, users: list[int] | None) -> None:
        before = await waiting.clock(self._pool)
        tried = found = 0
        while True:
            began = time.perf_counter()
            page = await waiting.due(self._pool, before, _PAGE, users)
            if not page:
                break
            tried += len(page)
            found += await self._page(page)
            await asyncio.sleep(min(_RESTS * (time.perf_counter() - began), _LONGEST_REST))
        if tried:
            log.info("waiting_tried", tried=tried, found=found, since=_word(before))

    async def _page(self, page: list[Due]) -> int:
        """Match *page* and send what has a title now; returns how many those are."""
        try:
            events = [waiting.event_of(row.event) for row in page]
            matched = await self._matcher.match(self._pool, events)
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not stop the others
            return await self._without_poison(page, error)
        settled = [settled_as(*each) for each in zip(events, matched, strict=True) if each[1].items]
        await producer.put_back(self._client, settled, self._partitions)
        candidates = [None if match.items else match.candidates for match in matched]
        await waiting.tried(self._pool, zip(page, candidates, strict=True))
        metrics.retries.labels("waiting").inc(len(settled))
        return len(settled)

    async def _without_poison(self, page: list[Due], error: Exception) -> int:
        """Something in *page* fails: find it, and let it wait for the next round."""
        if len(page) > 1:
            middle = len(page) // 2
            return await self._page(page[:middle]) + await self._page(page[middle:])
        row = page[0]
        log.error("waiting_failed", event_id=str(row.event_id), user_id=row.user_id, exc_info=error)
        await waiting.tried(self._pool, [(row, None)])
        return 0


def settled_as(event: PlaybackEvent, matched: Matched) -> PlaybackEvent:
    """*event* with what it was *matched* to in it, so that every worker makes the same of it."""
    item = matched.items[0]
    resolution = Resolution(
        kind=item.kind,
        title_id=item.title.id,
        season=item.season,
        episode=item.episode,
        score=matched.score,
        how=matched.how,
    )
    return msgspec.structs.replace(event, resolution=resolution)


def _word(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
