"""The application: routes in, with every spelling of their paths that clients use."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from aiohttp import hdrs, web

from scrobbled.web import body, content
from scrobbled.web.auth import Authenticator
from scrobbled.web.entry import around
from scrobbled.web.errors import Refusal
from scrobbled.web.gate import Gates
from scrobbled.web.limits import Limits
from scrobbled.web.origins import Origins
from scrobbled.web.routes import Handler, Route, Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

_SLASHES = re.compile(r"/{2,}")

#: Where Trakt lives; clients that drop a path prefix, or have their host compiled in, are led there.
TRAKT = "/trakt"
_TRAKT_HOSTS = frozenset({"api.trakt.tv", "auth.trakt.tv", "trakt.tv", "www.trakt.tv"})

#: Whose form a refusal takes where no route is: the first prefix that fits.
_PREFIXES = (
    (TRAKT, Surface.TRAKT),
    ("/api/public/v1", Surface.REELRIFTER),
    ("/webhooks", Surface.WEBHOOKS),
    ("", Surface.NATIVE),
)

#: Handlers of routes without variables, by method and path, and what aiohttp would find for them.
Plain: TypeAlias = dict[tuple[str, str], tuple[Handler, web.UrlMappingMatchInfo]]

#: Requests at once where nobody says otherwise.
MOST = 256

AUTHENTICATOR = web.AppKey("authenticator", Authenticator)
PLAIN: web.AppKey[Plain] = web.AppKey("plain", dict)

#: A port on which everything at the root is Trakt's.
TRAKT_PORT: web.AppKey[int] = web.AppKey("trakt_port", int)


def build(
    routes: Iterable[Route],
    authenticator: Authenticator,
    limits: Limits | None = None,
    gates: Gates | None = None,
    origins: Origins | None = None,
) -> web.Application:
    """
    An application that serves *routes*: to each token within *limits*, at once what *gates* let in, to
    pages of *origins*.
    """
    routes, gates, origins = list(routes), gates or Gates(MOST), origins or Origins(())
    application = web.Application(client_max_size=max(route.limit for route in routes))
    application[AUTHENTICATOR] = authenticator
    plain: Plain = application.setdefault(PLAIN, {})
    for route in routes:
        checked = replace(route, handler=content.checked(route))
        checked = replace(checked, handler=body.unpacking(checked))
        handler = origins.share(route, gates.guard(route, around(checked, authenticator, limits)))
        for method in (route.method, hdrs.METH_HEAD) if route.method == hdrs.METH_GET else (route.method,):
            added = application.router.add_route(method, route.path, handler)
            if "{" not in route.path:
                plain[method, route.path] = handler, _found(added, application)
    application.router.add_route(
        hdrs.METH_ANY, "/{path:.*}", _elsewhere(routes, plain, authenticator, gates, origins)
    )
    return application


def shorten(runner: web.AppRunner, application: web.Application) -> None:
    """
    Lead what a set-up *runner* is asked for at a route without variables straight to its handler.

    aiohttp dispatches anew for every request, which costs a scrobble more than the check of its token.
    """
    server = runner.server
    assert server is not None
    plain, dispatch = application[PLAIN], cast("Handler", server.request_handler)

    def handle(request: web.Request) -> Awaitable[web.StreamResponse]:
        found = plain.get((request.method, request.raw_path))
        if found is None or hdrs.EXPECT in request.headers:
            return dispatch(request)
        handler, request._match_info = found  # noqa: SLF001  # as in _dispatched
        return handler(request)

    server.request_handler = cast("Any", handle)  # an application's server makes requests of its kind


def _found(route: web.AbstractRoute, application: web.Application) -> web.UrlMappingMatchInfo:
    """What aiohttp finds for a path without variables: always the same, so one serves all requests."""
    found = web.UrlMappingMatchInfo({}, route)
    found.add_app(application)
    found.freeze()
    return found


def _elsewhere(
    served: Iterable[Route], plain: Plain, authenticator: Authenticator, gates: Gates, origins: Origins
) -> Handler:
    """
    The handler for what no route matches as it is written: led to the route that is
    meant, without a redirect (bodies do not survive those), or refused.
    """
    routes = [Route("ANY", "/{path}", _refuse, surface, None, "Nothing") for _, surface in _PREFIXES]
    nowhere = {
        route.surface: origins.share(route, gates.guard(route, around(route, authenticator)))
        for route in routes
    }

    may_ask = _shared(served)

    async def lead(request: web.Request) -> web.StreamResponse:
        path = _meant(request)
        if request.method == hdrs.METH_OPTIONS and may_ask(path):
            return origins.preflight(request)
        if (found := plain.get((request.method, path))) is not None:
            return await found[0](request)  # nothing in the path to read: no need to dispatch again
        if path != request.rel_url.raw_path:
            meant = request.rel_url.with_path(path, encoded=True, keep_query=True)
            request = await _dispatched(request.clone(rel_url=meant), request.app)
            if request.match_info.handler is not lead:
                return await request.match_info.handler(request)
        surface = next(surface for prefix, surface in _PREFIXES if path.startswith(prefix))
        return await nowhere[surface](request)

    return lead


def _shared(served: Iterable[Route]) -> Callable[[str], bool]:
    """
    Tells of a path whether it is Trakt's, at its prefix or where clients that drop it sign in. The pages on
    which people let apps in stand among these, and are no other website's business.
    """
    paths = {route.path for route in served if route.surface is Surface.TRAKT}
    shown = (route.path for route in served if route.surface is Surface.PAGES)
    pages = tuple(path.partition("{")[0] for path in shown if path.startswith(TRAKT))
    return lambda path: path in paths or (path.startswith(TRAKT) and not path.startswith(pages))


async def _dispatched(request: web.Request, application: web.Application) -> web.Request:
    """*request* with the route of its path, as aiohttp would have dispatched it."""
    found = await application.router.resolve(request)
    found.add_app(application)
    request._match_info = found  # noqa: SLF001  # aiohttp offers no other way to dispatch again
    return request


def _meant(request: web.Request) -> str:
    path = _SLASHES.sub("/", request.rel_url.raw_path)
    if len(path) > 1:
        path = path.rstrip("/")
    if not path.startswith(TRAKT + "/") and (_speaks_trakt(request.headers) or _on_trakts_port(request)):
        path = TRAKT + path
    return path


def _on_trakts_port(request: web.Request) -> bool:
    port = request.app.get(TRAKT_PORT)
    if port is None or request.transport is None:
        return False
    return bool(request.transport.get_extra_info("sockname")[1] == port)


def _speaks_trakt(headers: Mapping[str, str]) -> bool:
    return (
        "trakt-api-key" in headers
        or "trakt-api-version" in headers
        or "trakt-api-" in headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "").lower()
        or headers.get(hdrs.HOST, "").partition(":")[0].lower() in _TRAKT_HOSTS
    )


async def _refuse(request: web.Request) -> web.StreamResponse:
    """405 where other methods are served, else 404."""
    path = request.rel_url.path_safe
    allowed = {
        route.method
        for route in request.app.router.routes()
        if route.method != hdrs.METH_ANY
        and route.resource is not None
        and route.resource._match(path) is not None  # type: ignore[attr-defined]  # noqa: SLF001
    }
    if not allowed:
        raise Refusal(404, "there is nothing at this path; /docs lists what there is")
    methods = ", ".join(sorted(allowed))
    raise Refusal(405, f"use {methods}", {"Allow": methods})
