"""``/v1/unmatched/{id}/resolve`` and ``/v1/corrections``: teaching, and taking it back."""

from __future__ import annotations

from aiohttp import web

from scrobbled.api import body, parameters
from scrobbled.api.pool import POOL
from scrobbled.api.resolving import RESOLVER, Target
from scrobbled.api.shapes.corrections import Correction, Corrections, Resolved, Said
from scrobbled.api.shapes.events import event_of
from scrobbled.api.shapes.items import show_of
from scrobbled.errors import NotFound
from scrobbled.store import corrections
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, cursor_of, read_cursor
from scrobbled.web.routes import Route, Scope, Surface


async def resolve(request: web.Request) -> web.Response:
    """Say which title an unmatched event is about; it is applied at its own time."""
    event_id = parameters.uuid(request.match_info["id"], "id")
    target = await body.read(request, Target, '{"title_id": 1000000000} or {"ids": {"imdb": "tt…"}}')
    done = await request.app[RESOLVER].resolve(request[IDENTITY].user_id, event_id, target)
    return answer(
        Resolved(event=event_of(done.event), also_settled=done.also_settled, correction_id=done.correction_id)
    )


async def list_corrections(request: web.Request) -> web.Response:
    """What was taught, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 500)
    before = corrections.NEWEST
    if (word := request.query.get("cursor")) is not None:
        before = read_cursor(word)[1]
    found = await corrections.listed(
        request.app[POOL], request[IDENTITY].user_id, before=before, limit=limit + 1
    )
    more, found = len(found) > limit, found[:limit]
    next_cursor = cursor_of(found[-1].taught_at, found[-1].id) if more else None
    return answer(Corrections(data=[_shape(each) for each in found], next_cursor=next_cursor))


async def take_back(request: web.Request) -> web.Response:
    """Forget a correction; plays that it made stay."""
    number = parameters.number(request.match_info["id"])
    if number is None:
        raise NotFound
    user_id, agreement = request[IDENTITY].user_id, request.app[RESOLVER].agreement
    await corrections.take_back(request.app[POOL], user_id, number, agreement)
    return web.Response(status=204)


def routes() -> list[Route]:
    """The routes."""
    native, read, write = Surface.NATIVE, Scope.READ, Scope.WRITE
    resolved = (
        (200, "The event as it is now, and what was learned"),
        (400, "What is wrong with the body"),
        (404, "No such event of yours"),
        (409, "It is about something else already, or is not kept"),
        (422, "No such title, or the event cannot be about it"),
        (503, "Not applied in time; it will be, once"),
    )
    page = ((200, "A page, newest first"), (400, "What is wrong with a parameter"))
    return [
        Route(
            "POST", "/v1/unmatched/{id}/resolve", resolve, native, write,
            "Say which title an event is about, and teach it",
            body=Target, answers=resolved, returns=Resolved,
        ),
        Route(
            "GET", "/v1/corrections", list_corrections, native, read, "What was taught by resolving",
            query=(parameters.limit(50, 500), parameters.CURSOR), answers=page, returns=Corrections,
        ),
        Route(
            "DELETE", "/v1/corrections/{id}", take_back, native, write, "Take a correction back",
            answers=((204, "Taken back"), (404, "No such correction of yours")),
        ),
    ]  # fmt: skip


def _shape(found: corrections.Correction) -> Correction:
    return Correction(
        id=found.id,
        kind=found.title.kind.value if found.title else None,
        title=show_of(found.title) if found.title else None,
        season=found.season,
        episode=found.number,
        taught_at=found.taught_at,
        said=[Said(**each) for each in found.said],
    )
