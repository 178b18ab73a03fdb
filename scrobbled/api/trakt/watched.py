"""``/sync/watched`` and ``/users/{user}/watched``: what was seen, however often (Trakt fact sheet §6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import paging, people
from scrobbled.api.trakt.objects import shows, things
from scrobbled.errors import NotFound
from scrobbled.model.media import Kind
from scrobbled.store import watched as store
from scrobbled.web.responses import answer, written
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_watched
from scrobbled.wire.trakt_media import array_of, instant, instant_of, instants, trakt_id

if TYPE_CHECKING:
    from aiohttp import web

_KINDS = {"movies": Kind.MOVIE, "episodes": Kind.EPISODE}
_SHOWS = "shows"


async def watched(request: web.Request) -> web.Response:
    """``GET /sync/watched/{type}``: all unless a page is asked for; an object with ``extended=min``."""
    user_id, word = await people.whose(request), request.match_info["type"]
    if word not in (*_KINDS, _SHOWS):
        raise NotFound
    if "min" in paging.extended(request):
        return answer(await _minimal(request, user_id, word))
    if word == _SHOWS:
        return await _shows(request, user_id)
    page = paging.page(request, default=None)
    found = await store.items(request.app[POOL], user_id, _KINDS[word])
    shown = page.cut(found)
    told = await things(request, (each.item_id for each in shown))
    watched_at = instants([each.last_watched_at for each in shown])
    updated_at = instants([each.last_updated_at for each in shown])
    entries = (
        trakt_watched.item(each.plays, watched_last, updated_last, told[each.item_id][1])
        for each, watched_last, updated_last in zip(shown, watched_at, updated_at, strict=True)
        if each.item_id in told
    )
    return written(array_of(entries), headers=page.headers(len(found)))


async def _shows(request: web.Request, user_id: int) -> web.Response:
    """
    Shows, with what was seen of each unless ``noseasons`` is said: a superset that clients from before and
    after July 2026 can read.
    """
    page, pool = paging.page(request, default=None), request.app[POOL]
    with_seasons = "noseasons" not in paging.extended(request)
    begun = await store.shows(pool, user_id, datetime.now(UTC), specials=paging.flag(request, "specials"))
    told = ((each, trakt_watched.seen(each.items, each.dates, each.listed)) for each in begun)
    found = [(each, seen) for each, seen in told if seen is not None]
    found.sort(key=lambda pair: pair[1].last_watched_at, reverse=True)
    shown = page.cut(found)
    titles = await shows(
        request, {(each.title_id, each.listed.version): each.listed.aired for each, _ in shown}
    )
    data: list[dict[str, Any]] = []
    for each, seen in shown:
        title = titles.get(each.title_id)
        if title is None:
            continue
        entry = trakt_watched.watched(
            seen.plays, instant_of(seen.last_watched_at), instant(each.last_updated_at)
        )
        entry["reset_at"] = None if each.reset_at is None else instant(each.reset_at)
        entry["show"] = orjson.Fragment(title)
        if with_seasons:
            entry["seasons"] = orjson.Fragment(seen.seasons)
        data.append(entry)
    return answer(data, headers=page.headers(len(found)))


async def _minimal(request: web.Request, user_id: int, word: str) -> dict[str, Any]:
    """All plays by id; of shows by season (its number with ``season_numbers=true``) and episode."""
    pool = request.app[POOL]
    found = await store.dates(pool, user_id, _KINDS.get(word, Kind.EPISODE))
    if word != _SHOWS:
        ids = await store.ids_of(pool, (each.item_id for each in found))
        return dict(
            trakt_watched.minimal(
                (trakt_id(ids.get(each.item_id, {}), each.item_id), each.dates) for each in found
            )
        )
    places = await store.season_places(pool, (each.item_id for each in found))
    numbered = paging.flag(request, "season_numbers")
    wanted = {each.item_id for each in found} | {each.title_id for each in found}
    ids = await store.ids_of(
        pool, wanted | {place.season_id for place in places.values() if place.season_id is not None}
    )

    def shown(own: int) -> int:
        return trakt_id(ids.get(own, {}), own)

    def season(place: store.SeasonPlace) -> int:
        return place.season if numbered or place.season_id is None else shown(place.season_id)

    return dict(
        trakt_watched.minimal_shows(
            (shown(each.title_id), season(places[each.item_id]), shown(each.item_id), each.dates)
            for each in found
            if each.item_id in places
        )
    )


def routes() -> list[Route]:
    """The routes."""
    query = (
        *paging.PARAMETERS,
        Parameter("specials", "true for season 0 as well"),
        Parameter("season_numbers", "With extended=min: seasons by number"),
    )
    return [
        Route(
            "GET",
            path,
            watched,
            Surface.TRAKT,
            Scope.READ,
            summary,
            query=query,
            answers=((200, "What was watched, most recently first"),),
            anonymous=people.WHO in path,
        )
        for path, summary in (
            ("/trakt/sync/watched/{type}", "What was watched, however often"),
            ("/trakt/users/{user}/watched/{type}", "What a user watched, however often"),
        )
    ]
