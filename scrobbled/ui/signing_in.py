"""``/signin`` and ``/signout``, and the way through a page that needs somebody signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from scrobbled.store import sessions
from scrobbled.ui.pages import page, see
from scrobbled.ui.visitor import (
    POOL,
    Visitor,
    forget,
    form,
    keep,
    sign_in,
    sign_in_page,
    visitor,
)
from scrobbled.web.address import base_path
from scrobbled.web.errors import Refusal

#: A page for somebody who is signed in: who they are, and the form they sent, if one.
Signed: TypeAlias = Callable[[Visitor, "dict[str, str] | None"], Awaitable[web.StreamResponse]]


async def through(
    request: web.Request, path: str, show: Signed, *, app: str | None = None, again: str | None = None
) -> web.StreamResponse:
    """
    *show* for who is signed in; everybody else signs in at the same *path*, for the sake of *app*.
    *again* is where to go after signing in when even who is signed in has to.
    """
    who = await visitor(request)
    action = f"{base_path(request)}{path}"
    given = await form(request, who) if request.method == "POST" else None
    if given is not None and given.get("step") == "sign_in":
        try:
            secret = await sign_in(request, given)
        except Refusal as refusal:
            response = sign_in_page(request, who, action, app=app, error=str(refusal), status=refusal.status)
            response.headers.update(refusal.headers or {})
            return response
        if who.session is not None:
            await sessions.end(request.app[POOL], who.secret)
        onward = see(request, again or path)
        keep(request, onward, secret)
        return onward
    if who.session is None or again is not None:
        return sign_in_page(request, who, action, app=app)
    return await show(who, given)


async def signin(request: web.Request) -> web.StreamResponse:
    """``GET`` and ``POST /signin``."""

    async def show(who: Visitor, _given: dict[str, str] | None) -> web.StreamResponse:
        return page(request, "account", name=who.session.name if who.session else "", csrf=who.csrf)

    return await through(request, "/signin", show)


async def front(request: web.Request) -> web.Response:
    """``GET /``: whoever opens the server's address in a browser."""
    return see(request, "/signin")


async def signout(request: web.Request) -> web.StreamResponse:
    """``POST /signout``."""
    who = await visitor(request)
    await form(request, who)
    await sessions.end(request.app[POOL], who.secret)
    response = page(request, "result", heading="Signed out", text="This browser is signed out.")
    forget(request, response)
    return response
