"""Trakt's writes to the history: thousands of plays added, or removed, at once (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import writing
from scrobbled.api.trakt.meant import meant
from scrobbled.model.play import BY_HAND, Play
from scrobbled.model.selection import selected
from scrobbled.model.wanted import Watchable
from scrobbled.store import items, plays
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route
from scrobbled.wire import trakt_items, trakt_results, trakt_said
from scrobbled.wire.trakt_said import UNKNOWN_DATE, DateWord, When

if TYPE_CHECKING:
    from aiohttp import web


async def add(request: web.Request) -> web.Response:
    """
    ``POST /sync/history``: 201. Whole shows and seasons are what has aired of them. Nothing is added
    twice by itself, but what is sent twice is two plays.
    """
    body, now = trakt_items.parse(await request.read()), datetime.now(UTC)
    leaves = body.leaves
    dates = [trakt_said.when(entry, "watched_at", now) for entry in leaves]
    found = await meant(request, leaves)
    watched = await items.watchables(request.app[POOL], found, aired_by=now)
    user_id = request[IDENTITY].user_id
    made = _plays(user_id, watched, dates, now)
    await plays.add(request.app[POOL], user_id, made)
    lost = writing.lost(body, leaves, found)
    return answer(trakt_results.added([play.kind for play in made], lost), 201)


async def remove(request: web.Request) -> web.Response:
    """``POST /sync/history/remove``: 200. All plays of what is named, and the plays with the *ids*."""
    body = trakt_items.parse(await request.read())
    leaves = body.leaves
    found = await meant(request, leaves)
    gone = await plays.remove(request.app[POOL], request[IDENTITY].user_id, selected(found), body.ids)
    lost = writing.lost(body, leaves, found)
    removed = {play.id for play in gone}
    lost_ids = [each for each in body.ids if each not in removed] + body.odd_ids
    return answer(trakt_results.deleted([play.kind for play in gone], lost, lost_ids))


def _plays(user_id: int, watched: Sequence[Watchable], dates: Sequence[When], now: datetime) -> list[Play]:
    """
    A play of each. Their ids come of an event that only they know: of one for the request, and of
    others for what is in it more than once.
    """
    events: list[UUID] = []
    times: dict[int, int] = {}
    made = []
    for each in watched:
        time = times[each.item_id] = times.get(each.item_id, -1) + 1
        if time == len(events):
            events.append(uuid4())
        made.append(
            Play(
                user_id=user_id,
                item_id=each.item_id,
                title_id=each.title_id,
                kind=each.kind,
                watched_at=_watched_at(dates[each.position], each, now),
                cause=BY_HAND,
                source=writing.SOURCE,
                event_id=events[time],
            )
        )
    return made


def _watched_at(date: When, watched: Watchable, now: datetime) -> datetime:
    """The date itself; what was seen when it was released at the end of that, where anybody knows it."""
    if isinstance(date, datetime):
        return date
    if date is DateWord.RELEASED and watched.over_at is not None:
        return min(watched.over_at, now)
    return UNKNOWN_DATE


def routes() -> list[Route]:
    """The routes."""
    return writing.routes("/trakt/sync/history", add, remove, "what was watched")
