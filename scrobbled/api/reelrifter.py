"""ReelRifter's reads: whose token it is, and one timeline of what was watched."""

from __future__ import annotations

from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.store import reads
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, cursor_of, read_cursor
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import reelrifter


async def me(request: web.Request) -> web.Response:
    """Who the token stands for; automations use it to check one."""
    identity = request[IDENTITY]
    return answer({"id": str(identity.user_id), "username": identity.name, "name": identity.name})


async def history(request: web.Request) -> web.Response:
    """Finished films and watched episodes, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 200)
    word = request.query.get("cursor")
    after = (reads.END, -1) if word is None else read_cursor(word)
    entries = await reads.history(request.app[POOL], request[IDENTITY].user_id, after=after, limit=limit + 1)
    more, entries = len(entries) > limit, entries[:limit]
    data = [reelrifter.history_entry(entry.watched_at, entry.item) for entry in entries if entry.item]
    return answer(
        {"items": data, "nextCursor": cursor_of(entries[-1].watched_at, entries[-1].id) if more else None}
    )


def routes() -> list[Route]:
    """The routes."""
    page = (
        Parameter("limit", "1 to 200", {"type": "integer"}),
        Parameter("cursor", "nextCursor of the page before"),
    )
    return [
        Route("GET", "/api/public/v1/me", me, Surface.REELRIFTER, Scope.READ, "Whose token this is"),
        Route(
            "GET",
            "/api/public/v1/history",
            history,
            Surface.REELRIFTER,
            Scope.READ,
            "What was watched",
            query=page,
        ),
    ]
