"""An application that has every kind of trouble, for the tests of what surrounds a handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from aiohttp import web
from aiohttp.test_utils import TestClient
from yarl import URL

from scrobbled.errors import NotFound, PayloadError, StreamFull, Unavailable
from scrobbled.web.auth import IDENTITY
from scrobbled.web.body import body_of
from scrobbled.web.errors import Refusal
from scrobbled.web.responses import answer
from scrobbled.web.routes import Handler, Route, Scope, Surface
from scrobbled.web.written import Written

Client: TypeAlias = TestClient[Any, Any]

#: What was logged so far.
Lines: TypeAlias = Callable[[], list[dict[str, Any]]]

TOKEN = "scr_pat_0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LIMIT = 1000

ERRORS: dict[str, Callable[[], Exception]] = {
    "payload": lambda: PayloadError("progress must be 0 to 100, got 400"),
    "lost": NotFound,
    "away": Unavailable,
    "full": StreamFull,
    "teapot": web.HTTPUnsupportedMediaType,
    "refused": lambda: Refusal(422, "too early"),
    "crash": lambda: RuntimeError("password is hunter2"),
}


async def _raise(request: web.Request) -> web.Response:
    make = ERRORS[request.match_info["error"]]
    raise make()


async def _echo(request: web.Request) -> web.Response:
    return answer({"size": len(await body_of(request)), "query": dict(request.query)})


async def _note(request: web.Request) -> Written:
    response = Written(await body_of(request) or b"{}", 202)
    if "extra" in request.query:
        response.headers["X-Extra"] = request.query["extra"]
    return response


async def _whoami(request: web.Request) -> web.Response:
    return answer({"name": request[IDENTITY].name})


async def _token(request: web.Request) -> web.Response:
    return answer({"token": request.match_info["token"]})


async def _move(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/elsewhere")


def _route(method: str, path: str, handler: Handler, surface: Surface, scope: Scope | None = None) -> Route:
    return Route(method, path, handler, surface, scope, "A test", limit=LIMIT)


ROUTES = [
    _route("GET", "/v1/raise/{error}", _raise, Surface.NATIVE),
    _route("GET", "/trakt/raise/{error}", _raise, Surface.TRAKT),
    _route("POST", "/v1/echo", _echo, Surface.NATIVE),
    _route("POST", "/v1/note", _note, Surface.NATIVE),
    _route("GET", "/v1/note", _note, Surface.NATIVE),
    _route("POST", "/trakt/scrobble/stop", _echo, Surface.TRAKT),
    _route("POST", "/webhooks/plex/{token}", _whoami, Surface.WEBHOOKS, Scope.SCROBBLE),
    _route("POST", "/webhooks/kodi/{token}", _token, Surface.WEBHOOKS),
    _route("GET", "/v1/me", _whoami, Surface.NATIVE, Scope.READ),
    _route("GET", "/v1/write", _whoami, Surface.NATIVE, Scope.WRITE),
    _route("GET", "/trakt/users/me", _whoami, Surface.TRAKT, Scope.READ),
    _route("POST", "/trakt/kept", _echo, Surface.TRAKT, Scope.SCROBBLE),
    _route("GET", "/moved", _move, Surface.NATIVE),
    _route("GET", "/health/live", _echo, Surface.SYSTEM),
    # A larger limit than all others, so that theirs are not simply the application's.
    Route("POST", "/v1/big", _echo, Surface.NATIVE, None, "A test", limit=10 * LIMIT),
]


def at(client: Client, path: str) -> URL:
    """*path* exactly as it is written: two slashes at its start are no host."""
    return URL(f"{client.make_url('/').origin()}{path}", encoded=True)
