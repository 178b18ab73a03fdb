"""Trakt's charts of films and shows together: ``/media/trending``, ``/popular``, ``/anticipated``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.catalogue import kept
from scrobbled.api.trakt.charts import Numbers, entry, listed, watching
from scrobbled.api.trakt.media import full
from scrobbled.model.media import TitleKind
from scrobbled.store import catalog, charts
from scrobbled.store.charts import Asked, Chart, Place
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.store.pool import Pool
    from scrobbled.web.routes import Handler

#: Entries of a page that is asked for without a limit; seconds that a chart holds.
_USUAL: Final = 100
_HOLDS: Final = 300
_TRENDS: Final = 60

#: Gives the first places of one kind.
_Ask = Callable[["Pool", Asked], Awaitable[Chart]]


async def _trending(pool: Pool, wanted: Asked) -> Chart:
    return await charts.trending(pool, wanted, datetime.now(UTC))


async def _anticipated(pool: Pool, wanted: Asked) -> Chart:
    return await charts.anticipated(pool, wanted, datetime.now(UTC))


def _together(ask: _Ask, rank: Callable[[Place], Any], numbers: Numbers | None) -> Handler:
    """The handler of a chart: the places of both kinds, those with the highest *rank* first."""

    async def handle(request: web.Request) -> web.Response:
        page, filters = paging.page(request, default=_USUAL), asked.filters(request)
        limit = page.limit or paging.MOST
        until = min(page.offset + limit, charts.MOST_COUNTED)
        places: list[Place] = []
        total = 0
        for kind in TitleKind:
            found, count = await ask(request.app[POOL], Asked(kind=kind, filters=filters, limit=until))
            places, total = places + found, total + count
        places.sort(key=rank, reverse=True)
        return await _told(request, places[page.offset : until], numbers, page.headers(total))

    return handle


async def _told(
    request: web.Request, places: list[Place], numbers: Numbers | None, headers: dict[str, str]
) -> web.Response:
    titles = await catalog.titles(request.app[POOL], [place.title_id for place in places])
    known = await full(request, titles.values())
    data = [entry(each, titles[each.title_id], known, numbers) for each in places if each.title_id in titles]
    return answer(data, headers=headers)


def routes() -> list[Route]:
    """The routes."""
    told: list[tuple[str, Handler, str, int]] = [
        (
            "trending",
            _together(_trending, lambda place: (place.watchers, place.lately), watching),
            "What is being watched, films and shows",
            _TRENDS,
        ),
        (
            "popular",
            _together(charts.popular, lambda place: place.popularity, None),
            "The best known films and shows",
            _HOLDS,
        ),
        (
            "anticipated",
            _together(_anticipated, lambda place: place.listed, listed),
            "Films and shows that people wait for",
            _HOLDS,
        ),
    ]
    return [
        Route(
            "GET",
            f"/trakt/media/{word}",
            kept(holds)(handler),
            Surface.TRAKT,
            Scope.READ,
            summary,
            query=(*paging.PARAMETERS, *asked.FILTERS),
            answers=((200, summary), (304, "Unchanged"), (400, "What is wrong with a parameter")),
            anonymous=True,
        )
        for word, handler, summary, holds in told
    ]
