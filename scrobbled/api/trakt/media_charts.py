"""Trakt's charts of films and shows together: ``/media/trending``, ``/popular``, ``/anticipated``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.catalogue import route
from scrobbled.api.trakt.charts import HOLDS, REFUSED, TRENDS, USUAL, Numbers, listed, told, watching
from scrobbled.model.media import TitleKind
from scrobbled.store import charts
from scrobbled.store.charts import Asked, Chart, Place

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.store.pool import Pool
    from scrobbled.web.routes import Handler, Route

#: Gives the first places of one kind.
_Ask = Callable[["Pool", Asked], Awaitable[Chart]]


async def _trending(pool: Pool, wanted: Asked) -> Chart:
    return await charts.trending(pool, wanted, datetime.now(UTC))


async def _anticipated(pool: Pool, wanted: Asked) -> Chart:
    return await charts.anticipated(pool, wanted, datetime.now(UTC))


def _together(ask: _Ask, rank: Callable[[Place], Any], numbers: Numbers | None) -> Handler:
    """The handler of a chart: the places of both kinds, those with the highest *rank* first."""

    async def handle(request: web.Request) -> web.Response:
        page, filters = paging.page(request, default=USUAL), asked.filters(request)
        limit = page.limit or paging.MOST
        until = min(page.offset + limit, charts.MOST_COUNTED)
        places: list[Place] = []
        total = 0
        for kind in TitleKind:
            found, count = await ask(request.app[POOL], Asked(kind=kind, filters=filters, limit=until))
            places, total = places + found, total + count
        places.sort(key=rank, reverse=True)
        return await told(request, places[page.offset : until], numbers, page.headers(total))

    return handle


def routes() -> list[Route]:
    """The routes."""
    base, query = "/trakt/media", (*paging.PARAMETERS, *asked.FILTERS)
    trending = _together(_trending, lambda place: (place.watchers, place.lately), watching)
    popular = _together(charts.popular, lambda place: place.popularity, None)
    anticipated = _together(_anticipated, lambda place: place.listed, listed)
    described = [
        ("trending", trending, "What is being watched, films and shows", TRENDS),
        ("popular", popular, "The best known films and shows", HOLDS),
        ("anticipated", anticipated, "Films and shows that people wait for", HOLDS),
    ]
    return [
        route(f"{base}/{word}", handler, summary, query, holds=holds, refused=REFUSED)
        for word, handler, summary, holds in described
    ]
