"""Trakt's writes to the history: thousands of plays added, or removed, at once (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from scrobbled.api.pool import POOL
from scrobbled.api.trakt.meant import meant
from scrobbled.model.play import BY_HAND, Play
from scrobbled.model.wanted import Found, ThingKind, Watchable
from scrobbled.store import items, plays
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire import trakt_items, trakt_results, trakt_said
from scrobbled.wire.trakt_said import UNKNOWN_DATE, DateWord, When

if TYPE_CHECKING:
    from aiohttp import web

#: Bytes that a body of thousands of items may have.
LIMIT = 8 * 1024 * 1024

SOURCE = "trakt"


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
    lost = trakt_items.not_found(
        body, (entry for entry, each in zip(leaves, found, strict=True) if each is None)
    )
    return answer(trakt_results.added([play.kind for play in made], lost), 201)


async def remove(request: web.Request) -> web.Response:
    """``POST /sync/history/remove``: 200. All plays of what is named, and the plays with the *ids*."""
    body = trakt_items.parse(await request.read())
    leaves = body.leaves
    found = await meant(request, leaves)
    gone = await plays.remove(request.app[POOL], request[IDENTITY].user_id, _doomed(found, body.ids))
    lost = trakt_items.not_found(
        body, (entry for entry, each in zip(leaves, found, strict=True) if each is None)
    )
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
                source=SOURCE,
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


def _doomed(found: Sequence[Found | None], ids: Sequence[int]) -> plays.Doomed:
    known = [each for each in found if each is not None]
    return plays.Doomed(
        ids=ids,
        items=[each.id for each in known if each.kind in (ThingKind.MOVIE, ThingKind.EPISODE)],
        shows=[each.id for each in known if each.kind is ThingKind.SHOW],
        seasons=[
            (each.title_id, each.season)
            for each in known
            if each.kind is ThingKind.SEASON and each.season is not None
        ],
    )


def routes() -> list[Route]:
    """The routes."""
    refused = ((400, "No JSON"), (422, "What is wrong with the body"))
    return [
        Route(
            "POST",
            "/trakt/sync/history",
            add,
            Surface.TRAKT,
            Scope.WRITE,
            "Add to what was watched",
            limit=LIMIT,
            answers=((201, "How many plays were added, and what was not found"), *refused),
        ),
        Route(
            "POST",
            "/trakt/sync/history/remove",
            remove,
            Surface.TRAKT,
            Scope.WRITE,
            "Remove from what was watched",
            limit=LIMIT,
            answers=((200, "How many plays were removed, and what was not found"), *refused),
        ),
    ]
