"""``GET /sync/last_activities``: what clients ask before they read anything again (Trakt fact sheet §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.pool import POOL
from scrobbled.store import activities
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire.trakt_activities import last_activities

if TYPE_CHECKING:
    from aiohttp import web


async def latest(request: web.Request) -> web.Response:
    """When what of one's own last changed."""
    return answer(last_activities(*await activities.read(request.app[POOL], request[IDENTITY].user_id)))


def routes() -> list[Route]:
    """The route."""
    return [
        Route(
            "GET",
            "/trakt/sync/last_activities",
            latest,
            Surface.TRAKT,
            Scope.READ,
            "When what last changed",
            answers=((200, "A time for everything that can change"),),
        )
    ]
