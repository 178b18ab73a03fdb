"""Trakt's charts: what is watched, known, wanted and new. Numbers of everybody together, of nobody alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.catalogue import route
from scrobbled.api.trakt.media import full
from scrobbled.errors import NotFound, PayloadError
from scrobbled.model.media import TitleKind
from scrobbled.store import catalog, charts
from scrobbled.store.charts import Asked, Chart, Place
from scrobbled.web.responses import answer
from scrobbled.wire import trakt_media

if TYPE_CHECKING:
    from scrobbled.model.media import Title
    from scrobbled.web.routes import Handler, Route
    from scrobbled.wire.trakt_media import Known

#: What a chart tells of a place beside its title.
Numbers: TypeAlias = Callable[[Place], dict[str, Any]]

#: Seconds that a chart holds, and what is being watched; the numbers are counted anew every few minutes.
HOLDS: Final = 300
TRENDS: Final = 60

#: Entries of a page that is asked for without a limit (§1).
USUAL: Final = 100

#: What each status means, beside 200 and 304.
REFUSED: Final = ((400, "What is wrong with a parameter"),)

_PERIODS: Final = ("daily", "weekly", "monthly", "yearly", "all")

#: From here on a number is no date (20260101) but milliseconds since 1970, up to those of the year 9999.
_MILLISECONDS: Final = 10**9
_LATEST: Final = 253_402_300_799

#: What a chart is called -> by what it is ranked.
_RANKED: Final = {
    "watched": "watchers",
    "played": "plays",
    "collected": "collected",
    "favorited": "favorited",
    "recommended": "favorited",
}


async def told(
    request: web.Request, places: Sequence[Place], numbers: Numbers | None, headers: dict[str, str]
) -> web.Response:
    """The titles at *places*, each with its *numbers*, or bare."""
    titles = await catalog.titles(request.app[POOL], [place.title_id for place in places])
    known = await full(request, titles.values())
    data = [_entry(each, titles[each.title_id], known, numbers) for each in places if each.title_id in titles]
    return answer(data, headers=headers)


def _entry(place: Place, title: Title, known: Known, numbers: Numbers | None) -> dict[str, Any]:
    shown = trakt_media.title_object(title, known)
    return shown if numbers is None else {**numbers(place), title.kind.value: shown}


def listed(place: Place) -> dict[str, Any]:
    """How many lists it stands in."""
    return {"list_count": place.listed}


def watching(place: Place) -> dict[str, Any]:
    """How many are watching it."""
    return {"watchers": place.watchers}


class _Charts:
    """The charts of movies or shows (*kind*)."""

    def __init__(self, kind: TitleKind) -> None:
        self.kind = kind

    def ranked(self, by: str) -> Handler:
        """``/movies/watched/{period}`` and its like; without a period it is the week."""

        async def handle(request: web.Request) -> web.Response:
            period = request.match_info.get("period", "weekly")
            if period not in _PERIODS:
                raise PayloadError(f"the period is one of {', '.join(_PERIODS)}, got {period!r:.40}")
            page, wanted = self._asked(request)
            chart = await charts.ranked(request.app[POOL], wanted, period, by)
            return await self._told(request, page, chart, _favorited if by == "favorited" else self._counts)

        return handle

    async def trending(self, request: web.Request) -> web.Response:
        """``/movies/trending``: what is being watched now, then what was this week."""
        (page, wanted), now = self._asked(request), datetime.now(UTC)
        found = await charts.trending(request.app[POOL], wanted, now)
        response = await self._told(request, page, found, watching)
        users = await charts.watching(request.app[POOL], self.kind, now)
        response.headers["X-Trending-User-Count"] = str(users)
        return response

    async def popular(self, request: web.Request) -> web.Response:
        """``/movies/popular``: the best known; bare titles."""
        page, wanted = self._asked(request)
        return await self._told(request, page, await charts.popular(request.app[POOL], wanted), None)

    async def anticipated(self, request: web.Request) -> web.Response:
        """``/movies/anticipated``: what is in lists and yet to come."""
        page, wanted = self._asked(request)
        found = await charts.anticipated(request.app[POOL], wanted, datetime.now(UTC))
        return await self._told(request, page, found, listed)

    async def hot(self, request: web.Request) -> web.Response:
        """``/movies/hot``: what was put in lists this week."""
        page, wanted = self._asked(request)
        found = await charts.ranked(request.app[POOL], wanted, "weekly", "listed")
        return await self._told(request, page, found, listed)

    async def updates(self, request: web.Request) -> web.Response:
        """``/movies/updates[/{start_date}]``: what changed since; without a date, since yesterday."""
        page, found, since = await self._updated(request)
        response = await self._told(request, page, found, _updated_at)
        response.headers["X-Start-Date"] = since
        return response

    async def updated_ids(self, request: web.Request) -> web.Response:
        """``/movies/updates/id[/{start_date}]``: the Trakt ids of the same."""
        page, (places, total), since = await self._updated(request)
        titles = await catalog.titles(request.app[POOL], [place.title_id for place in places])
        data = [
            trakt_media.trakt_id(titles[each.title_id].ids, each.title_id)
            for each in places
            if each.title_id in titles
        ]
        return answer(data, headers={**page.headers(total), "X-Start-Date": since})

    async def _updated(self, request: web.Request) -> tuple[paging.Page, Chart, str]:
        since = _start(request)
        page = paging.page(request, default=10)
        wanted = Asked(kind=self.kind, offset=page.offset, limit=page.limit or paging.MOST)
        return page, await charts.updated(request.app[POOL], wanted, since), trakt_media.instant(since)

    def _asked(self, request: web.Request) -> tuple[paging.Page, Asked]:
        page = paging.page(request, default=USUAL)
        if page.limit is None:  # a chart has no end worth waiting for
            page = paging.Page(1, paging.MOST)
        filters = asked.filters(request)
        return page, Asked(kind=self.kind, filters=filters, offset=page.offset, limit=page.limit or USUAL)

    async def _told(
        self, request: web.Request, page: paging.Page, chart: Chart, numbers: Numbers | None
    ) -> web.Response:
        places, total = chart
        return await told(request, places, numbers, page.headers(total))

    def _counts(self, place: Place) -> dict[str, Any]:
        """Of shows both what is had (episodes) and by how many."""
        counts = {"watcher_count": place.watchers, "play_count": place.plays}
        if self.kind is TitleKind.MOVIE:
            return {**counts, "collected_count": place.collectors}
        return {**counts, "collected_count": place.collected, "collector_count": place.collectors}


def _favorited(place: Place) -> dict[str, Any]:
    return {"user_count": place.favorited}


def _updated_at(place: Place) -> dict[str, Any]:
    assert place.updated_at is not None  # what changed, changed at some time
    return {"updated_at": trakt_media.instant(place.updated_at)}


def _start(request: web.Request) -> datetime:
    """The instant of ``{start_date}``, which Trakt counts in whole hours."""
    word = request.match_info.get("start_date")
    if word is None:
        return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    number = parameters.number(word)
    if number is not None and number >= _MILLISECONDS:  # PyTrakt's way
        return datetime.fromtimestamp(min(number // 1000, _LATEST), UTC)
    return parameters.instant_of(word, "start_date")


async def boxoffice(_request: web.Request) -> web.Response:
    """``/movies/boxoffice``: this server knows of no money."""
    return answer([])


async def nobody(request: web.Request) -> web.Response:
    """``/people/updates``: no people are in the catalogue, so none change."""
    _start(request)
    return answer([], headers=paging.page(request, default=10).headers(0))


async def no_person(_request: web.Request) -> web.Response:
    """``/people/{id}``: unknown, whoever it is."""
    raise NotFound


def routes() -> list[Route]:
    """The routes; their literal paths must come before those of titles."""
    found = [
        _route("/trakt/movies/boxoffice", boxoffice, "Nothing: no money is known of"),
        _route("/trakt/people/updates", nobody, "Nobody"),
        _route("/trakt/people/updates/id", nobody, "Nobody"),
        _route("/trakt/people/updates/id/{start_date}", nobody, "Nobody"),
        _route("/trakt/people/updates/{start_date}", nobody, "Nobody"),
    ]
    found += [
        _route(f"/trakt/people/{{id}}{rest}", no_person, "Nobody is known")
        for rest in ("", "/movies", "/shows", "/lists", "/lists/{type}", "/lists/{type}/{sort}")
    ]
    for kind in TitleKind:
        found += _routes_of(kind)
    return found


def _routes_of(kind: TitleKind) -> list[Route]:
    of, path = _Charts(kind), f"/trakt/{kind.value}s"
    filtered = (*paging.PARAMETERS, *asked.FILTERS)
    found = [
        _route(f"{path}/trending", of.trending, "What is being watched", filtered, holds=TRENDS),
        _route(f"{path}/popular", of.popular, "The best known", filtered),
        _route(f"{path}/anticipated", of.anticipated, "What people wait for", filtered),
        _route(f"{path}/hot", of.hot, "What was put in lists this week", filtered),
        _route(f"{path}/updates", of.updates, "What changed since yesterday", paging.PARAMETERS),
        _route(f"{path}/updates/id", of.updated_ids, "The ids of what changed", paging.PARAMETERS),
        _route(f"{path}/updates/id/{{start_date}}", of.updated_ids, "The same", paging.PARAMETERS),
        _route(f"{path}/updates/{{start_date}}", of.updates, "What changed since", paging.PARAMETERS),
    ]
    for name, by in _RANKED.items():
        handler = of.ranked(by)
        found += [
            _route(f"{path}/{name}{rest}", handler, f"The most {name}", filtered)
            for rest in ("", "/{period}")
        ]
    return found


_route = partial(route, holds=HOLDS, refused=REFUSED)
