"""Trakt's reads: history, playback, what is being watched (Trakt fact sheet §1, §6, §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil

from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.errors import NotFound
from scrobbled.model.media import Kind
from scrobbled.store import reads
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
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

_MOST = 250


async def history(request: web.Request) -> web.Response:
    """``GET /sync/history[/{type}[/{id}]]``: one page, newest first."""
    page, limit = (
        parameters.clamped(request, "page", 1, 10**9),
        parameters.clamped(request, "limit", 10, _MOST),
    )
    entries, total = await reads.history_page(
        request.app[POOL],
        request[IDENTITY].user_id,
        _span(request),
        await _subject(request),
        offset=(page - 1) * limit,
        limit=limit,
    )
    data = [
        trakt_render.history_entry(entry.id, entry.watched_at, entry.cause, entry.item)
        for entry in entries
        if entry.item is not None
    ]
    return answer(data, headers=_pages(page, limit, total))


async def playback(request: web.Request) -> web.Response:
    """``GET /sync/playback[/{type}]``: everything unless a page is asked for."""
    whole_list = "page" not in request.query and "limit" not in request.query
    page, limit = (
        parameters.clamped(request, "page", 1, 10**9),
        parameters.clamped(request, "limit", 10, _MOST),
    )
    if whole_list:
        page, limit = 1, 100_000
    found, total = await reads.positions(
        request.app[POOL],
        request[IDENTITY].user_id,
        _span(request),
        kind=_kind(request),
        offset=(page - 1) * limit,
        limit=limit,
    )
    data = [
        trakt_render.playback_entry(each.id, each.progress, each.paused_at, each.item)
        for each in found
        if each.item is not None
    ]
    return answer(data, headers=_pages(page, max(total, 1) if whole_list else limit, total))


async def forget_playback(request: web.Request) -> web.Response:
    """``DELETE /sync/playback/{id}``: 204, or 404 when there is no such position."""
    position = parameters.number(request.match_info["id"])
    if position is None:
        raise NotFound
    if not await reads.forget_position(request.app[POOL], request[IDENTITY].user_id, position):
        raise NotFound
    return web.Response(status=204)


async def watching(request: web.Request) -> web.Response:
    """``GET /users/me/watching``: 200, or 204 when idle."""
    found = await reads.watching(request.app[POOL], request[IDENTITY].user_id, datetime.now(UTC))
    if found is None or not found.items:
        return web.Response(status=204)
    return answer(trakt_render.watching(found.started_at, found.expires_at, found.action, found.items[0]))


async def _subject(request: web.Request) -> reads.Subject:
    """What is asked for; an id nobody knows is a title nobody has watched, not an error."""
    kind, word = _kind(request), request.match_info.get("id")
    if word is None:
        return reads.Subject(kind=kind)
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


def _pages(page: int, limit: int, total: int) -> dict[str, str]:
    """The headers of a page; the limit is the effective one (§1)."""
    return {
        "X-Pagination-Page": str(page),
        "X-Pagination-Limit": str(limit),
        "X-Pagination-Page-Count": str(ceil(total / limit)),
        "X-Pagination-Item-Count": str(total),
    }


def routes() -> list[Route]:
    """The routes."""
    trakt, read = Surface.TRAKT, Scope.READ
    number = {"type": "integer"}
    paged = (
        Parameter("page", "From 1", number),
        Parameter("limit", f"Entries on a page, at most {_MOST}", number),
        Parameter("start_at", "From this time on"),
        Parameter("end_at", "Before this time"),
    )
    page = ((200, "A page, newest first"), (400, "What is wrong with a parameter"))
    reads_of = [
        ("/trakt/sync/history", history, "What was watched"),
        ("/trakt/sync/history/{type}", history, "What was watched, of one type"),
        ("/trakt/sync/history/{type}/{id}", history, "Plays of one title or episode"),
        ("/trakt/sync/playback", playback, "Where to continue"),
        ("/trakt/sync/playback/{type}", playback, "Where to continue, of one type"),
    ]
    found = [
        Route("GET", path, handler, trakt, read, summary, query=paged, answers=page)
        for path, handler, summary in reads_of
    ]
    gone = ((204, "Removed"), (404, "No such position"))
    idle = ((200, "What is being watched"), (204, "Nothing"))
    found += [
        Route(
            "DELETE",
            "/trakt/sync/playback/{id}",
            forget_playback,
            trakt,
            Scope.WRITE,
            "Remove a position",
            answers=gone,
        ),
        Route(
            "GET",
            "/trakt/users/me/watching",
            watching,
            trakt,
            read,
            "What is being watched now",
            answers=idle,
        ),
    ]
    return found
