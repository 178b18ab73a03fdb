"""The application: routes in, with every spelling of their paths that clients use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from scrobbled.web.entry import around
from scrobbled.web.errors import refuse
from scrobbled.web.routes import Route, Surface

if TYPE_CHECKING:
    from scrobbled.web.auth import Authenticator

_SLASHES = re.compile(r"/{2,}")

#: Where Trakt lives; clients that drop a path prefix, or have their host compiled in, are led there.
TRAKT = "/trakt"
_TRAKT_HOSTS = frozenset({"api.trakt.tv", "auth.trakt.tv"})


def build(routes: Iterable[Route], authenticator: Authenticator) -> web.Application:
    """An application that serves *routes*."""
    routes = list(routes)
    application = web.Application(client_max_size=max(route.limit for route in routes) + 1)
    for route in routes:
        handler = around(route, authenticator)
        application.router.add_route(route.method, route.path, handler)
        if route.method == "GET":
            application.router.add_route("HEAD", route.path, handler)
    application.router.add_route("*", "/{path:.*}", _elsewhere)
    return application


async def _elsewhere(request: web.Request) -> web.StreamResponse:
    """
    What no route matches as it is written: led to the one that is meant, without a
    redirect (bodies do not survive those), or refused.
    """
    path = _meant(request)
    if path != request.path:
        moved = request.clone(rel_url=request.rel_url.with_path(path).with_query(request.query_string or None))
        found = await request.app.router.resolve(moved)
        if found.handler is not _elsewhere and not isinstance(found.http_exception, web.HTTPException):
            moved._match_info = found  # noqa: SLF001  # aiohttp offers no other way to dispatch again
            found.add_app(request.app)
            return await found.handler(moved)
    return _unknown(request, path)


def _meant(request: web.Request) -> str:
    path = _SLASHES.sub("/", request.path)
    if len(path) > 1:
        path = path.rstrip("/") or "/"
    if not path.startswith(TRAKT + "/") and _speaks_trakt(request):
        path = TRAKT + path
    return path


def _speaks_trakt(request: web.Request) -> bool:
    headers = request.headers
    return (
        "trakt-api-key" in headers
        or "trakt-api-version" in headers
        or request.host.partition(":")[0].lower() in _TRAKT_HOSTS
    )


def _unknown(request: web.Request, path: str) -> web.Response:
    surface = Surface.TRAKT if path.startswith(TRAKT) else Surface.NATIVE
    allowed = {
        resource_route.method
        for resource_route in request.app.router.routes()
        if resource_route.handler is not _elsewhere
        and resource_route.resource is not None
        and resource_route.resource._match(path) is not None  # type: ignore[attr-defined]  # noqa: SLF001
    }
    if allowed:
        return refuse(surface, 405, f"use {', '.join(sorted(allowed))}", {"Allow": ", ".join(sorted(allowed))})
    return refuse(surface, 404, "there is nothing at this path; /docs lists what there is")
