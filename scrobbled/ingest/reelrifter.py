"""ReelRifter's ``POST /scrobble``: 200 with what it was matched to, or that it was not."""

from __future__ import annotations

from aiohttp import web

from scrobbled.ingest.door import DOOR, receipt
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire import reelrifter


async def scrobble(request: web.Request) -> web.Response:
    """Something was, or is being, watched."""
    event = reelrifter.parse_scrobble(await request.read(), receipt(request[IDENTITY].user_id))
    return answer(reelrifter.scrobble_answer(await request.app[DOOR].ask(event)))


def routes() -> list[Route]:
    """The routes."""
    return [
        Route(
            "POST",
            "/api/public/v1/scrobble",
            scrobble,
            Surface.REELRIFTER,
            Scope.SCROBBLE,
            "Record a title by its name",
            body=reelrifter.Scrobble,
            answers=((200, "Whether it was matched, and to what"),),
        )
    ]
