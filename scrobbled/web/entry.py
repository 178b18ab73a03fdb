"""
The way through a request, once around every handler: who asks, the answer or the
error, one line in the log, one count.

One coroutine around each handler and no middleware: this is on the path of every
scrobble.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from scrobbled import metrics
from scrobbled.log import Shape
from scrobbled.web.auth import IDENTITY, Authenticator, token_of
from scrobbled.web.errors import GONE, Refusal, answer_to
from scrobbled.web.limits import Limits
from scrobbled.web.routes import Handler, Route, Surface
from scrobbled.web.written import REQUEST_ID, SAFE, Written

if TYPE_CHECKING:
    from scrobbled.web.auth import Identity

    _Record = Callable[[web.Request, str, int, int | None, int | None, Identity | None, float], None]

log = structlog.get_logger()

#: What a client may call its request, no token; anything else is given a name of ours.
_PLAIN = re.compile(r"(?!.*scr_)[A-Za-z0-9._-]{1,64}")

#: Tokens in a path that no route matched: by their look, or by where webhooks have them.
_TOKENS = re.compile(r"(scr_[a-z]+_)[^/]+|(?<=/)(webhooks/+[^/]+/+).+", re.IGNORECASE)

#: Parts of a route that hold secrets.
_SECRET_PARTS = re.compile(r"\{(?:token|user_code)\}")

#: Characters of a path that are logged.
_PATH = 200

_MISSING = "no token, or one that is wrong or revoked; send it as `Authorization: Bearer scr_pat_…`"

_process = secrets.token_hex(4)
_number = count(1)


def around(route: Route, authenticator: Authenticator, limits: Limits | None = None) -> Handler:
    """*route*'s handler with everything that belongs to a request around it."""
    handler, limit, anonymous, refuse = route.handler, route.limit, route.anonymous, _refuser(route)
    scope = None if route.scope is None else route.scope.value  # an enum's member is slow to look up
    record, charge = _recorder(route), None if limits is None else limits.charging(route)

    async def handle(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        request_id = _request_id(request)
        identity: Identity | None = None
        size: int | None = None
        left: Mapping[str, str] | None = None
        try:
            if scope is not None and ((token := token_of(request)) or not anonymous):
                identity = authenticator.remembered(token) or await _owner(token, authenticator)
                _allow(identity, scope)
                request[IDENTITY] = identity
            if charge is not None:
                left = await charge(request, identity)
            size = request.content_length
            _bound(request, size, limit)
            response = await handler(request)
        except Exception as error:  # noqa: BLE001  # a client never sees a stack, the log does
            response = refuse(error, request_id)
        except asyncio.CancelledError:
            record(request, request_id, GONE, size, 0, identity, time.perf_counter() - started)
            raise
        if not response.prepared:
            _finish(response, request_id, left)
        facts = (request_id, response.status, size, _sent(response), identity, time.perf_counter() - started)
        # Nobody waits for the line and the count: they are made once the answer is written.
        asyncio.get_running_loop().call_soon(record, request, *facts)
        return response

    return handle


def _refuser(route: Route) -> Callable[[Exception, str], web.StreamResponse]:
    """Gives the answer to an error, and writes those of ours into the log."""

    def refuse(error: Exception, request_id: str) -> web.StreamResponse:
        response = answer_to(error, route.surface)
        if response.status == web.HTTPInternalServerError.status_code:
            stage, path = _stage(route.handler), route.path
            log.error("handler_failed", stage=stage, path=path, request_id=request_id, exc_info=error)
        return response

    return refuse


async def _owner(token: str, authenticator: Authenticator) -> Identity:
    identity = await authenticator.owner(token) if token else None
    if identity is None:
        raise Refusal(401, _MISSING)
    return identity


def _allow(identity: Identity, scope: str) -> None:
    if scope not in identity.scopes:
        raise Refusal(403, f"this token may not {scope}; it may {', '.join(sorted(identity.scopes))}")


def _bound(request: web.Request, length: int | None, limit: int) -> None:
    """Refuse a body of more than *limit* bytes before it is read; one of unknown length while it is."""
    if length is None:
        request._client_max_size = limit  # noqa: SLF001  # aiohttp has this for whole applications alone
    elif length > limit:
        raise Refusal(413, f"the body is larger than {limit} bytes")


def _finish(response: web.StreamResponse, request_id: str, left: Mapping[str, str] | None) -> None:
    """The headers of every answer; *left* says what the token may still do."""
    headers = response.headers
    if type(response) is Written:
        pass  # its head has them
    elif len(headers) <= 1:  # a content type at most, as nearly every answer has: nothing to overwrite
        headers.extend(SAFE)
    else:
        for name, value in SAFE:
            headers.setdefault(name, value)
    headers[REQUEST_ID] = request_id
    if left:
        headers.update(left)


def _sent(response: web.StreamResponse) -> int | None:
    """Bytes of the body, where they are known."""
    body = response.body if isinstance(response, web.Response | Written) else None
    return len(body) if isinstance(body, bytes) else None if body else 0


def _request_id(request: web.Request) -> str:
    given = request.headers.get(REQUEST_ID)
    if given is not None and _PLAIN.fullmatch(given):
        return given
    return f"{_process}-{next(_number):x}"


def _recorder(route: Route) -> _Record:
    """Writes the one line and the one count of each request to *route*."""
    surface, method, stage = route.surface.value, route.method, _stage(route.handler)
    # Probes come every few seconds and say nothing while they are answered well.
    probe = 399 if route.surface is Surface.SYSTEM else 0
    masked = _SECRET_PARTS.sub("***", route.path)
    fixed = None if "{" in masked else masked
    counts, other = _Counts(surface, method), _writer(stage, surface, fixed)
    # Nearly every line is this one, and all of them are one shape.
    usual = Shape(
        "request",
        fixed={"stage": stage, "surface": surface, "method": method, "path": fixed or ""},
        varying=("request_id", "status", "user_id", "duration_ms", "bytes_in", "bytes_out"),
    )

    def record(  # noqa: PLR0917  # called once
        request: web.Request,
        request_id: str,
        status: int,
        received: int | None,
        sent: int | None,
        identity: Identity | None,
        seconds: float,
    ) -> None:
        counts[status].observe(seconds)
        if status >= 400:  # noqa: PLR2004  # where refusals begin
            metrics.refused.labels(surface, str(status)).inc()
        user_id = identity.user_id if identity is not None else None
        duration = int(seconds * 1_000_000) / 1000
        quiet = status <= probe
        ordinary = not quiet and fixed is not None and request.method == method
        if not ordinary or not usual.say(request_id, status, user_id, duration, received, sent):
            other(request, request_id, status, user_id, duration, received, sent, quiet)

    return record


def _writer(stage: str, surface: str, path: str | None) -> Callable[..., None]:
    """Writes the lines of requests that are not the usual ones of their route."""

    def write(  # noqa: PLR0917  # called once
        request: web.Request,
        request_id: str,
        status: int,
        user_id: int | None,
        duration: float,
        received: int | None,
        sent: int | None,
        quiet: bool,
    ) -> None:
        say = log.debug if quiet else log.info
        say(
            "request",
            request_id=request_id,
            stage=stage,
            surface=surface,
            method=request.method,
            path=path or _TOKENS.sub(r"\1\2***", request.rel_url.raw_path[:_PATH]),
            status=status,
            user_id=user_id,
            duration_ms=duration,
            bytes_in=received,
            bytes_out=sent,
        )

    return write


class _Counts(dict[int, metrics.Spread]):
    """What counts the requests of a route, by status."""

    def __init__(self, surface: str, method: str) -> None:
        super().__init__()
        self._surface, self._method = surface, method

    def __missing__(self, status: int) -> metrics.Spread:
        found = self[status] = metrics.http_requests.labels(self._surface, self._method, str(status))
        return found


def _stage(handler: Handler) -> str:
    """The package a handler lives in: ingest, api, web…."""
    parts = getattr(handler, "__module__", "").split(".")
    return parts[1] if parts[0] == "scrobbled" and len(parts) > 1 else "web"
