"""``/v1``: history, playback, watching, unmatched, events."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from scrobbled.api import accounts, actions, administration, learning, matching, parameters, received, tokens
from scrobbled.api.pool import POOL
from scrobbled.api.shapes.events import Event, Unmatched, UnmatchedPage, event_of
from scrobbled.api.shapes.items import item_of, watched_of
from scrobbled.api.shapes.plays import History, Now, Play, Position, Positions, Watching
from scrobbled.errors import NotFound
from scrobbled.match.normalize import normalize
from scrobbled.store import reads
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, cursor_of, read_cursor
from scrobbled.web.routes import Parameter, Route, Scope, Surface


async def history(request: web.Request) -> web.Response:
    """A page of the history, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 500)
    after = (parameters.instant(request, "until", reads.END), -1)
    if (word := request.query.get("cursor")) is not None:
        after = min(read_cursor(word), after)
    entries = await reads.history(
        request.app[POOL],
        request[IDENTITY].user_id,
        after=after,
        since=parameters.instant(request, "since", reads.BEGINNING),
        subject=await _subject(request),
        limit=limit + 1,
    )
    more, entries = len(entries) > limit, entries[:limit]
    data = [
        Play(
            id=entry.id,
            watched_at=entry.watched_at,
            kind=entry.kind,
            cause=entry.cause,
            source=entry.source,
            event_id=entry.event_id,
            item=watched_of(entry.item),
        )
        for entry in entries
    ]
    next_cursor = cursor_of(entries[-1].watched_at, entries[-1].id) if more else None
    return answer(History(data=data, next_cursor=next_cursor))


async def _subject(request: web.Request) -> reads.Subject:
    kind = parameters.kind(request)
    item_id = parameters.optional_id(request, "item_id")
    title_id = parameters.optional_id(request, "title_id")
    name = request.query.get("title")
    titles = None if title_id is None else [title_id]
    if title_id is None and name is not None:
        spelling = normalize(parameters.storable(name, "title"))
        titles = await reads.titles_called(request.app[POOL], request[IDENTITY].user_id, spelling)
    return reads.Subject(kind=kind, titles=titles, items=None if item_id is None else [item_id])


async def playback(request: web.Request) -> web.Response:
    """Positions to continue from, most recently paused first."""
    found, total = await reads.positions(
        request.app[POOL],
        request[IDENTITY].user_id,
        reads.Span(),
        kind=parameters.kind(request),
        limit=parameters.whole(request, "limit", 100, 1, 1000),
    )
    data = [
        Position(id=each.id, progress=each.progress, paused_at=each.paused_at, item=watched_of(each.item))
        for each in found
    ]
    return answer(Positions(data=data, total=total))


async def watching(request: web.Request) -> web.Response:
    """What is being watched now, or null."""
    found = await reads.watching(request.app[POOL], request[IDENTITY].user_id, datetime.now(UTC))
    if found is None:
        return answer(Watching(watching=None))
    now = Now(
        action=found.action,
        source=found.source,
        event_id=found.event_id,
        progress=found.progress,
        started_at=found.started_at,
        expires_at=found.expires_at,
        items=[item_of(each) for each in found.items],
    )
    return answer(Watching(watching=now))


async def unmatched(request: web.Request) -> web.Response:
    """Events that wait for a title, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 500)
    after = parameters.after_event(request)
    rows = await reads.unmatched(request.app[POOL], request[IDENTITY].user_id, after=after, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    data = [
        Unmatched(
            id=row.event_id,
            occurred_at=row.occurred_at,
            source=row.event.get("source"),
            action=row.event.get("action"),
            progress=row.event.get("progress"),
            media=row.event.get("media"),
            candidates=row.candidates,
        )
        for row in rows
    ]
    next_cursor = cursor_of(rows[-1].occurred_at, rows[-1].event_id.int) if more else None
    return answer(UnmatchedPage(data=data, next_cursor=next_cursor))


async def event(request: web.Request) -> web.Response:
    """How an event ended, and why."""
    event_id = parameters.uuid(request.match_info["id"], "id")
    found = await reads.event(request.app[POOL], request[IDENTITY].user_id, event_id)
    if found is None:
        message = (
            "no event of yours with this id has been applied; if you just sent it, ask again in a moment"
        )
        raise NotFound(message)
    return answer(event_of(found))


def routes() -> list[Route]:
    """The routes, with those of every subject that has a module of its own."""
    native, read = Surface.NATIVE, Scope.READ
    limit, positions = parameters.limit(50, 500), parameters.limit(100, 1000)
    kind = Parameter("kind", "movie or episode", {"type": "string", "enum": ["movie", "episode"]})
    page = ((200, "A page, newest first"), (400, "What is wrong with a parameter"))
    one = ((200, "Its outcome"), (400, "Not an id"), (404, "Not applied yet, or not yours"))
    return [
        Route(
            "GET", "/v1/history", history, native, read, "What was watched",
            query=(limit, parameters.CURSOR, kind, *_filters()), answers=page, returns=History,
        ),
        Route(
            "GET", "/v1/playback", playback, native, read, "Where to continue",
            query=(positions, kind), answers=page, returns=Positions,
        ),
        Route(
            "GET", "/v1/watching", watching, native, read, "What is being watched now",
            returns=Watching,
        ),
        Route(
            "GET", "/v1/unmatched", unmatched, native, read, "What waits for a title",
            query=(limit, parameters.CURSOR), answers=page, returns=UnmatchedPage,
        ),
        Route(
            "GET", "/v1/events/{id}", event, native, read, "What became of an event, and why",
            answers=one, returns=Event, counted=False,
        ),
        *received.routes(),
        *matching.routes(),
        *learning.routes(),
        *actions.routes(),
        *accounts.routes(),
        *tokens.routes(),
        *administration.routes(),
    ]  # fmt: skip


def _filters() -> tuple[Parameter, ...]:
    number, time = {"type": "integer", "minimum": 1}, parameters.INSTANT
    return (
        Parameter("title", "The name of a film or show, or a part of it"),
        Parameter("title_id", "The id of a film or show", number),
        Parameter("item_id", "The id of a film or episode", number),
        Parameter("since", "Watched at this time or later", time),
        Parameter("until", "Watched before this time", time),
    )
