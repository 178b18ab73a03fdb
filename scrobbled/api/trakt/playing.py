"""Trakt's reads: history, playback, what is being watched (Trakt fact sheet §1, §6, §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging, people
from scrobbled.api.trakt.media import full
from scrobbled.api.trakt.objects import played
from scrobbled.errors import NotFound
from scrobbled.model.filters import Filters
from scrobbled.model.media import Kind
from scrobbled.store import pages, reads
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, written
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_render

#: Trakt's words -> what they list; shows and seasons list their episodes.
_TYPES: dict[str | None, Kind | None] = {
    None: None,
    "all": None,
    "movies": Kind.MOVIE,
    "movie": Kind.MOVIE,
    "shows": Kind.EPISODE,
    "show": Kind.EPISODE,
    "seasons": Kind.EPISODE,
    "season": Kind.EPISODE,
    "episodes": Kind.EPISODE,
    "episode": Kind.EPISODE,
}

#: And what an id after them names.
_ENTITIES = {
    f"{what}{plural}": what for what in ("movie", "show", "season", "episode") for plural in ("", "s")
}

#: Entries of a page of history that is asked for without a limit (§1, §6): of one's own, and of a user's.
_USUAL, _USUAL_OF_USERS = 10, 100

#: More entries than anybody has.
_EVERYTHING = 10**9


async def history(request: web.Request) -> web.Response:
    """``GET /sync/history[/{type}[/{id}]]``, ``/users/{user}/history…``: one page, newest first."""
    page = paging.page(request, default=_USUAL_OF_USERS if people.WHO in request.match_info else _USUAL)
    user_id = await people.whose(request)
    found, total = await pages.history(
        request.app[POOL],
        user_id,
        _span(request),
        await _subject(request, user_id),
        offset=page.offset,
        limit=page.limit or _EVERYTHING,
    )
    members = await played(request, found.items, found.titles)
    return written(
        trakt_render.history(found.ids, found.dates, found.causes, members), headers=page.headers(total)
    )


async def playback(request: web.Request) -> web.Response:
    """``GET /sync/playback[/{type}]``: everything unless a page is asked for."""
    page = paging.page(request, default=None)
    found, total = await reads.positions(
        request.app[POOL],
        request[IDENTITY].user_id,
        _span(request),
        kind=_kind(request),
        filters=asked.filters(request),
        offset=page.offset,
        limit=page.limit or _EVERYTHING,
    )
    known = await full(request, (each.item for each in found))
    data = [
        trakt_render.playback_entry(each.id, each.progress, each.paused_at, each.item, known)
        for each in found
        if each.item is not None
    ]
    return answer(data, headers=page.headers(total))


async def forget_playback(request: web.Request) -> web.Response:
    """``DELETE /sync/playback/{id}``: 204, or 404 when there is no such position."""
    position = parameters.number(request.match_info["id"])
    if position is None:
        raise NotFound
    if not await reads.forget_position(request.app[POOL], request[IDENTITY].user_id, position):
        raise NotFound
    return web.Response(status=204)


async def watching(request: web.Request) -> web.Response:
    """``GET /users/{user}/watching``: 200, or 204 when idle."""
    found = await reads.watching(request.app[POOL], await people.whose(request), datetime.now(UTC))
    if found is None or not found.items:
        return web.Response(status=204)
    known = await full(request, found.items)
    return answer(
        trakt_render.watching(found.started_at, found.expires_at, found.action, found.items[0], known)
    )


async def _subject(request: web.Request, user_id: int) -> reads.Subject:
    """
    What of a user's plays is asked for: of what an id names, or else of what fits the filters. An id nobody
    knows is a title nobody has watched, not an error.
    """
    kind, word = _kind(request), request.match_info.get("id")
    if word is None:
        wanted = asked.filters(request)
        if wanted == Filters():
            return reads.Subject(kind=kind)
        return reads.Subject(kind=kind, titles=await reads.played_titles(request.app[POOL], user_id, wanted))
    what = _ENTITIES.get(request.match_info["type"])
    if what is None:
        raise NotFound
    pool = request.app[POOL]
    found = await reads.entity_named(pool, what, parameters.storable(word, "id"), parameters.number(word))
    if found is None:
        return reads.Subject(kind=kind, titles=[])
    if what == "season":
        return reads.Subject(kind=kind, items=await reads.episodes_of_season(pool, found))
    if what == "episode":
        return reads.Subject(kind=kind, items=[found])
    return reads.Subject(kind=kind, titles=[found])


def _kind(request: web.Request) -> Kind | None:
    word = request.match_info.get("type")
    if word not in _TYPES:
        raise NotFound
    return _TYPES[word]


def _span(request: web.Request) -> reads.Span:
    return reads.Span(
        since=parameters.instant(request, "start_at", reads.BEGINNING),
        until=parameters.instant(request, "end_at", reads.END),
    )


def routes() -> list[Route]:
    """The routes."""
    sync, user = "/trakt/sync", "/trakt/users/{user}"
    paged = (
        *paging.PARAMETERS,
        *asked.FILTERS,
        Parameter("start_at", "From this time on"),
        Parameter("end_at", "Before this time"),
    )
    page = ((200, "A page, newest first"), (400, "What is wrong with a parameter"))
    idle = ((200, "What is being watched"), (204, "Nothing"))
    gone = ((204, "Removed"), (404, "No such position"))
    get = partial(Route, "GET", surface=Surface.TRAKT, scope=Scope.READ)
    plays = partial(get, handler=history, query=paged, answers=page)
    positions = partial(get, handler=playback, query=paged, answers=page)
    return [
        plays(path=f"{sync}/history", summary="What was watched"),
        plays(path=f"{sync}/history/{{type}}", summary="What was watched, of one type"),
        plays(path=f"{sync}/history/{{type}}/{{id}}", summary="Plays of one title or episode"),
        positions(path=f"{sync}/playback", summary="Where to continue"),
        positions(path=f"{sync}/playback/{{type}}", summary="Where to continue, of one type"),
        *(
            plays(path=f"{user}/history{rest}", summary="What a user watched", anonymous=True)
            for rest in ("", "/{type}", "/{type}/{id}")
        ),
        Route(
            "DELETE", f"{sync}/playback/{{id}}", forget_playback, Surface.TRAKT, Scope.WRITE,
            "Remove a position", answers=gone,
        ),
        get(
            path=f"{user}/watching", handler=watching, summary="What a user watches now",
            answers=idle, anonymous=True,
        ),
    ]  # fmt: skip
