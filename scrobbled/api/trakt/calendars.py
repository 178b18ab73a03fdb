"""Trakt's calendars: what comes out when, of everything or of what a user follows (sheet §1, §10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked
from scrobbled.api.trakt.catalogue import kept
from scrobbled.api.trakt.media import full
from scrobbled.api.trakt.titles import EXTENDED
from scrobbled.errors import PayloadError
from scrobbled.model.media import Item, Thing, Title
from scrobbled.store import calendars, charts, items
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_media

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.web.routes import Handler

#: Days that a calendar covers unless asked otherwise, and at most (§10).
_DAYS: Final = 7
_MOST_DAYS: Final = 33

#: The end of a path -> what films are dated by.
_FILMS: Final = {"movies": "released", "dvd": "on_disc", "streaming": "streamed"}

#: How a path goes on: these parts may be missing.
_RESTS: Final = ("", "/{start_date}", "/{start_date}/{days}")

#: Seconds that everybody's calendar holds.
_HOLDS: Final = 300

#: What many watch, or wait for.
_HOT: Final = "/calendars/releases/hot"

Entry = TypeVar("Entry")

#: The end of a path -> which episodes it lists.
_EPISODES: Final = {
    "shows/new": "new",
    "shows/premieres": "premieres",
    "shows/finales": "finales",
    "shows": "all",
}


def _episodes(which: str) -> Handler:
    """The handler of a calendar of episodes."""

    async def handle(request: web.Request) -> web.Response:
        since, until = _span(request)
        return answer(await _listed_episodes(request, since, until, which), headers=_told(since, until))

    return handle


def _films(by: str) -> Handler:
    """The handler of a calendar of films."""

    async def handle(request: web.Request) -> web.Response:
        since, until = _span(request)
        return answer(await _listed_films(request, since, until, by), headers=_told(since, until))

    return handle


async def media(request: web.Request) -> web.Response:
    """``/calendars/{target}/media``: films and episodes together, by day; ``?type=movie`` or ``show``."""
    (since, until), only = _span(request), request.query.get("type", "").lower().removesuffix("s")
    found: list[dict[str, Any]] = []
    if only != "show":
        found += await _listed_films(request, since, until, "released")
    if only != "movie":
        found += await _listed_episodes(request, since, until, "all")
    found.sort(key=lambda each: str(each.get("released") or each["first_aired"]))
    return answer(found, headers=_told(since, until))


async def _listed_films(request: web.Request, since: date, until: date, by: str) -> list[dict[str, Any]]:
    found = await calendars.films(request.app[POOL], since, until, user_id=_whose(request), by=by)
    found = await _shown(request, found, lambda each: each[0])
    things = await items.things(request.app[POOL], [number for number, _ in found])
    known = await full(request, things.values())
    return [
        {"released": day, "movie": trakt_media.title_object(film, known)}
        for number, day in found
        if isinstance(film := things.get(number), Title)
    ]


async def _listed_episodes(
    request: web.Request, since: date, until: date, which: str
) -> list[dict[str, Any]]:
    found = await calendars.episodes(request.app[POOL], since, until, user_id=_whose(request), which=which)
    things = await items.things(request.app[POOL], [number for number, _ in found])
    found = await _shown(request, found, lambda each: _title_of(things.get(each[0])))
    known = await full(request, things.values())
    return [
        {"first_aired": trakt_media.instant(at), **trakt_media.item_objects(episode, known)}
        for number, at in found
        if isinstance(episode := things.get(number), Item)
    ]


async def _shown(
    request: web.Request, found: list[Entry], title_of: Callable[[Entry], int | None]
) -> list[Entry]:
    """Those of *found* whose title fits the filters and, among what is hot, is hot."""
    found = await asked.fitting(request, found, title_of)
    if not request.rel_url.path.endswith(_HOT) and f"{_HOT}/" not in request.rel_url.path:
        return found
    titles = {number for each in found if (number := title_of(each)) is not None}
    hot = await charts.hot(request.app[POOL], titles)
    return [each for each in found if title_of(each) in hot]


def _title_of(thing: Thing | None) -> int | None:
    return thing.title.id if isinstance(thing, Item) else None


def _whose(request: web.Request) -> int | None:
    """The user whose calendar it is; None for everybody's."""
    return request[IDENTITY].user_id if "/calendars/my/" in request.rel_url.path else None


def _span(request: web.Request) -> tuple[date, date]:
    """The days of the path, UTC: from the first on, before the second. Raises *PayloadError*."""
    word, days = request.match_info.get("start_date"), request.match_info.get("days", str(_DAYS))
    since = datetime.now(UTC).date() if word is None else parameters.instant_of(word, "start_date").date()
    number = parameters.number(days)
    if not number:
        message = f"days must be a whole number from 1 to {_MOST_DAYS}, got {days!r:.40}"
        raise PayloadError(message)
    try:
        return since, since + timedelta(days=min(number, _MOST_DAYS))
    except OverflowError as error:
        raise PayloadError("no calendar goes that far") from error


def _told(since: date, until: date) -> dict[str, str]:
    """The headers that say which days were answered; both are in it."""
    return {
        "X-Start-Date": since.isoformat(),
        "X-End-Date": (until - timedelta(days=1)).isoformat(),
    }


def routes() -> list[Route]:
    """The routes; the longer literal paths come first."""
    told: list[tuple[str, Handler]] = [(path, _episodes(which)) for path, which in _EPISODES.items()]
    told += [(path, _films(by)) for path, by in _FILMS.items()]
    told.append(("media", media))
    of_all: list[tuple[str, Handler]] = [(f"all/{path}", handler) for path, handler in told]
    hot: list[tuple[str, Handler]] = [
        (f"releases/hot/{which}", _episodes(which)) for which in ("new", "premieres", "finales")
    ]
    return [
        _route(f"{path}{rest}", handler, "What comes out")
        for rest in _RESTS
        for path, handler in (*of_all, *hot, ("releases/hot", media))
    ] + [
        _route(f"my/{path}{rest}", handler, "What comes out, of what a user follows")
        for rest in _RESTS
        for path, handler in told
    ]


def _route(path: str, handler: Handler, summary: str) -> Route:
    own = path.startswith("my/")
    return Route(
        "GET",
        f"/trakt/calendars/{path}",
        handler if own else kept(_HOLDS)(handler),
        Surface.TRAKT,
        Scope.READ,
        summary,
        query=(EXTENDED, *asked.FILTERS, Parameter("type", "movie or show, where both are listed")),
        answers=((200, summary), (400, "What is wrong with the date")),
        anonymous=not own,
    )
