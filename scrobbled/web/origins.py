"""
Which websites may read Trakt's surface: what browsers ask before they let a page do it (CORS).

Nobody is signed in to that surface by a cookie, so a page can do there only what the token that it has
may do. Preflights carry none of Trakt's headers, they only name them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from scrobbled.web.routes import Handler, Route, Surface

if TYPE_CHECKING:
    from collections.abc import Collection

#: What of an answer pages may see beyond its body.
EXPOSED = ", ".join(
    (
        *(f"X-Pagination-{name}" for name in ("Page", "Limit", "Page-Count", "Item-Count")),
        *("X-Sort-By", "X-Sort-How", "X-Applied-Sort-By", "X-Applied-Sort-How", "X-Private-User"),
        *("X-Start-Date", "X-End-Date", "X-Trending-User-Count", "X-Ratelimit", "Retry-After"),
        *("X-Account-Limit", "X-VIP-User", "X-Request-ID", "ETag", "Location"),
    )
)

#: What pages may do, and send where they do not name it.
_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
_SENT = "Authorization, Content-Type, trakt-api-key, trakt-api-version"

#: Seconds for which a browser need not ask again.
_KEPT = "86400"


class Origins:
    """The origins that may: those *allowed*, as browsers write them; ``*`` is all of them."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._all = "*" in allowed
        self._allowed = frozenset(allowed)

    def share(self, route: Route, handler: Handler) -> Handler:
        """*handler* of *route*, telling browsers who may read its answers; only Trakt's surface tells."""
        if route.surface is not Surface.TRAKT or not self._allowed:
            return handler

        async def shared(request: web.Request) -> web.StreamResponse:
            response = await handler(request)
            if hdrs.ORIGIN in request.headers and not response.prepared:
                response.headers.update(self._told(request.headers))
            return response

        return shared

    def preflight(self, request: web.Request) -> web.Response:
        """What a browser is told that asks whether a page may call this path."""
        headers = self._told(request.headers)
        if headers:
            asked = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "")
            headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = _METHODS
            headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = asked or _SENT
            headers[hdrs.ACCESS_CONTROL_MAX_AGE] = _KEPT
        return web.Response(status=204, headers={"Allow": _METHODS, **headers})

    def _told(self, headers: Mapping[str, str]) -> dict[str, str]:
        origin = headers.get(hdrs.ORIGIN, "")
        if not origin or not (self._all or origin in self._allowed):
            return {}
        found: dict[str, str] = {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*" if self._all else origin}
        if not self._all:
            found[hdrs.VARY] = hdrs.ORIGIN
        found[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
        return found
