"""
The way through a request, once around every handler: who asks, the answer or the
error, one line in the log, one count.

One coroutine around each handler and no middleware: this is on the path of every
scrobble.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from scrobbled import metrics
from scrobbled.errors import ScrobbledError
from scrobbled.web.auth import IDENTITY, Authenticator
from scrobbled.web.errors import Refusal, refuse, status_of
from scrobbled.web.routes import Handler, Route, Surface

if TYPE_CHECKING:
    from scrobbled.web.auth import Identity

log = structlog.get_logger(stage="web")

_MISSING = "no token, or one that is wrong or revoked; send it as `Authorization: Bearer scr_pat_…`"


def around(route: Route, authenticator: Authenticator) -> Handler:
    """*route*'s handler with everything that belongs to a request around it."""
    handler, surface, scope, limit = route.handler, route.surface, route.scope, route.limit
    method, path = route.method, route.path
    counts: dict[int, object] = {}

    async def handle(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        identity: Identity | None = None
        try:
            if scope is not None:
                identity = await authenticator.identify(request)
                if identity is None:
                    raise Refusal(401, _MISSING)
                if scope not in identity.scopes:
                    raise Refusal(403, f"this token may not {scope.value}; it has {', '.join(sorted(identity.scopes))}")
                request[IDENTITY] = identity
            if (request.content_length or 0) > limit:
                raise Refusal(413, f"the body is larger than {limit} bytes")
            response = await handler(request)
        except (ScrobbledError, web.HTTPException) as error:
            response = _refused(surface, error)
        except Exception as error:  # noqa: BLE001  # a client never sees a stack, the log does
            log.error("handler_failed", path=path, exc_info=error)
            response = _refused(surface, error)
        seconds = time.perf_counter() - started
        status = response.status
        count = counts.get(status)
        if count is None:
            count = counts[status] = metrics.http_requests.labels(surface.value, method, str(status))
        count.observe(seconds)  # type: ignore[attr-defined]  # a histogram's child
        log.info(
            "request",
            surface=surface.value,
            method=method,
            path=path,
            status=status,
            user_id=identity.user_id if identity else None,
            ms=round(seconds * 1000, 2),
            bytes=request.content_length,
            request_id=request.headers.get("X-Request-ID"),
        )
        return response

    return handle


def _refused(surface: Surface, error: BaseException) -> web.Response:
    status, message = status_of(error)
    metrics.refused.labels(surface.value, str(status)).inc()
    return refuse(surface, status, message)
