"""
How each surface says no: our envelope, or the form its protocol knows.

``{"error": {"code", "message"}}`` on our own surfaces, with stable codes. Trakt's
clients expect a status and mostly an empty body (Trakt fact sheet §1).
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from scrobbled.errors import (
    LimitReached,
    NotFound,
    PayloadError,
    ScrobbledError,
    StreamFull,
    Unavailable,
    UnprocessableError,
)
from scrobbled.web.responses import dump
from scrobbled.web.routes import Surface

#: Seconds after which a refused client may try again.
RETRY_AFTER = 5

#: Status in the log when nobody waits for the answer.
GONE = 499

#: Status -> stable code.
CODES = {
    400: "invalid_request",
    401: "invalid_token",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "wrong_content_type",
    413: "too_large",
    415: "unsupported_media_type",
    420: "limit_reached",
    422: "unprocessable",
    429: "rate_limited",
    500: "internal_error",
    501: "not_built",
    503: "unavailable",
}


class Refusal(ScrobbledError):  # noqa: N818  # it is an answer
    """The request is refused with a status of its own."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


#: Errors of ours -> their status; the first that fits.
_STATUSES: dict[type[ScrobbledError], int] = {
    UnprocessableError: 422,
    PayloadError: 400,
    NotFound: 404,
    LimitReached: 420,
    StreamFull: 503,
    Unavailable: 503,
}


def status_of(error: BaseException) -> tuple[int, str]:
    """The status for *error* and what may be said of it."""
    match error:
        case Refusal():
            return error.status, str(error)
        case web.HTTPException() | web.RequestPayloadError() | ConnectionResetError():
            return _of_http(error)
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return status, str(error)
    return 500, "something went wrong here; the server's log says what"


def _of_http(error: web.HTTPException | web.RequestPayloadError | ConnectionResetError) -> tuple[int, str]:
    """The same for what aiohttp raises while it reads a request."""
    match error:
        case web.HTTPRequestEntityTooLarge():
            return 413, "the body is too large"
        case web.RequestPayloadError():
            return (
                400,
                "the body cannot be read: it ends too early, or is not framed or packed as the head says",
            )
        case ConnectionResetError():
            return GONE, "the client left"
        case _:
            return error.status, error.reason


def answer_to(error: Exception, surface: Surface) -> web.StreamResponse:
    """What a client of *surface* is told when a handler raised *error*."""
    if isinstance(error, web.HTTPException) and error.status < 400:  # noqa: PLR2004  # where refusals begin
        # A redirect, which is raised too; returning the exception itself is deprecated.
        return web.Response(status=error.status, headers=error.headers, body=error.body)
    status, message = status_of(error)
    return refuse(surface, status, message, _headers(error))


def _headers(error: Exception) -> Mapping[str, str] | None:
    """What a refusal says beside its body; nobody can pay here to have more (Trakt fact sheet §1)."""
    if isinstance(error, LimitReached):
        return {"X-Account-Limit": str(error.limit), "X-VIP-User": "true"}
    return error.headers if isinstance(error, Refusal) else None


def refuse(
    surface: Surface, status: int, message: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer that says no on *surface*."""
    merged = dict(headers or {})
    if status in (429, 503):
        merged.setdefault("Retry-After", str(RETRY_AFTER))
    if status == 401:  # noqa: PLR2004  # as above
        merged.setdefault("WWW-Authenticate", "Bearer")
    if surface is Surface.PAGES:  # what no page could say
        return web.Response(status=status, headers=merged, text=message)
    if surface is Surface.TRAKT and status in (401, 404, 405):
        return web.Response(status=status, headers=merged)
    code = CODES.get(status, "error")
    body: dict[str, object] = {"error": {"code": code, "message": message}}
    if surface is Surface.TRAKT:
        body = {"error": code, "error_description": message}
    return web.Response(status=status, headers=merged, body=dump(body), content_type="application/json")
