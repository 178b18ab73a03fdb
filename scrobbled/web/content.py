"""
What type a body may say that it has: Trakt answers 412 to a wrong one (Trakt fact sheet §1).

Many clients say nothing, and what sends a body for them says what it always says: ``urllib`` and ``curl
-d`` call it a form, others bytes. So these are taken for what they hold. What says outright that it is
something else than JSON is refused.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from scrobbled.web.errors import Refusal
from scrobbled.web.routes import Handler, Route, Surface

if TYPE_CHECKING:
    from collections.abc import Container

#: What nearly every client sends.
_USUAL: Final = frozenset({None, "", "application/json", "application/json; charset=utf-8"})

#: What else is read as JSON, by its type without parameters.
_TAKEN: Final = frozenset({"application/json", "text/json", "application/octet-stream"})

_FORM: Final = "application/x-www-form-urlencoded"

_WRITES: Final[Container[str]] = frozenset({hdrs.METH_POST, hdrs.METH_PUT, hdrs.METH_DELETE})


def checked(route: Route) -> Handler:
    """*route*'s handler behind the check, where it writes on Trakt's surface; OAuth knows forms."""
    handler = route.handler
    if route.surface is not Surface.TRAKT or route.method not in _WRITES or route.scope is None:
        return handler

    @wraps(handler)
    async def check(request: web.Request) -> web.StreamResponse:
        said = request.headers.get(hdrs.CONTENT_TYPE)
        if said not in _USUAL and request.body_exists and not await _taken(request):
            message = f"the body must be application/json, not {request.content_type:.60}"
            raise Refusal(412, message)
        return await handler(request)

    return check


async def _taken(request: web.Request) -> bool:
    """Whether the body is read as JSON; what is called a form, where it begins as JSON does."""
    said = request.content_type
    if said == _FORM:
        return (await request.read()).lstrip()[:1] in (b"{", b"[", b"n", b"")
    return said in _TAKEN or said.endswith("+json")
