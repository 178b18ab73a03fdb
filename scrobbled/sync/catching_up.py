"""
Sending what a server lists and is not known yet: a page at a time, as sets.

Nothing is remembered between two runs and nothing needs to be: an entry has the same id each
time, and what was applied is passed over.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.store import timeline
from scrobbled.sync.server import Account, Server

if TYPE_CHECKING:
    from uuid import UUID

    from scrobbled.store.pool import Pool

#: Makes events durable in the stream.
Send = Callable[[Sequence[PlaybackEvent]], Awaitable[None]]

#: Seconds between two looks at whether the workers are done.
_LOOK: Final = 0.2


class Tally(msgspec.Struct, kw_only=True):
    """
    What became of a list. *listed* entries were read, of which *known* had been told before;
    *outcomes* counts the others by (outcome, reason), and *open* are not applied yet. *later*
    may not be over, *other* is neither film nor episode.
    """

    listed: int = 0
    known: int = 0
    later: int = 0
    other: int = 0
    open: int = 0
    outcomes: Counter[tuple[str, str | None]] = msgspec.field(default_factory=Counter)


async def catch_up(
    server: Server, account: Account, pool: Pool, send: Send, *, patience: float
) -> AsyncIterator[Tally]:
    """
    Send what *account* played on *server* and is not known, and give the tally after each page.
    *patience* is how many seconds a page may take to be applied. Raises what asking the server
    raises; what was sent until then is applied all the same.
    """
    tally = Tally()
    async for page in server.pages(account):
        tally.listed += len(page.events)
        tally.later, tally.other = tally.later + page.later, tally.other + page.other
        fresh = await missing(pool, page.events)
        tally.known += len(page.events) - len(fresh)
        await send(fresh)
        await _wait(pool, fresh, tally, patience)
        yield tally


async def missing(pool: Pool, events: Sequence[PlaybackEvent]) -> list[PlaybackEvent]:
    """Those of *events* that were not applied before, each once."""
    known = await _outcomes(pool, events)
    return list({event.id: event for event in events if event.id not in known}.values())


async def _wait(pool: Pool, events: Sequence[PlaybackEvent], tally: Tally, patience: float) -> None:
    """Until the workers have applied *events*, so that no more than a page is ever under way."""
    ended: dict[UUID, tuple[str, str | None]] = {}
    for _ in range(int(patience / _LOOK)):
        ended = await _outcomes(pool, events)
        if len(ended) == len(events):
            break
        await asyncio.sleep(_LOOK)
    tally.outcomes.update(ended.values())
    tally.open += len(events) - len(ended)


async def _outcomes(pool: Pool, events: Sequence[PlaybackEvent]) -> dict[UUID, tuple[str, str | None]]:
    if not events:
        return {}
    async with pool.acquire() as connection:
        known = await timeline.known_events(connection, events)
    return {event_id: (each.outcome.value, each.reason) for (_, event_id), each in known.items()}
