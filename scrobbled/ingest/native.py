"""``POST /v1/events``: our own format; 202 when all of it is durable."""

from __future__ import annotations

from aiohttp import web

from scrobbled.ingest.door import DOOR, receipt
from scrobbled.web.auth import IDENTITY
from scrobbled.web.body import body_of
from scrobbled.web.responses import dump
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.web.written import Written
from scrobbled.wire import native


async def post_events(request: web.Request) -> Written:
    """Accept one event or a list."""
    body = await body_of(request)
    events = native.parse_events(body, receipt(request[IDENTITY].user_id))
    durable = request.app[DOOR].accept(events)
    several = body.lstrip()[:1] == b"["
    answer = Written(dump(native.receipts(events, several=several)), 202)  # made while the disk is waited for
    await durable
    return answer


def routes(limit: int) -> list[Route]:
    """The routes; *limit* is the largest body in bytes."""
    return [
        Route(
            "POST",
            "/v1/events",
            post_events,
            Surface.NATIVE,
            Scope.SCROBBLE,
            "Record one playback event, or a list of up to 1,000",
            limit=limit,
            body=native.Event,
            answers=((202, "Durable; look the outcome up under the id"), (400, "What is wrong, and where")),
        )
    ]
