"""``/oauth/authorize``: whether an app may be let in, asked of the person it is about (RFC 6749 §4.1)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from scrobbled.store import apps, grants
from scrobbled.ui.pages import HERE, page
from scrobbled.ui.signing_in import through
from scrobbled.ui.visitor import POOL, Visitor
from scrobbled.web.address import base_path
from scrobbled.web.apps import UNKNOWN_APPS
from scrobbled.web.errors import Refusal
from scrobbled.wire import oauth
from scrobbled.wire.oauth import OUT_OF_BAND, Authorization, OAuthError

if TYPE_CHECKING:
    from scrobbled.store.apps import App

PATH = "/oauth/authorize"

#: Letters of a code that a person carries over: 2^60 of them.
_CARRIED = 14

log = structlog.get_logger(stage="ui")


async def authorize(request: web.Request) -> web.StreamResponse:
    """``GET`` and ``POST /oauth/authorize``."""
    asked = oauth.authorization(request.query)
    app = await apps.find(request.app[POOL], asked.client_id)
    _admit(request, asked, app)
    try:
        oauth.check(asked)
    except OAuthError as error:
        # Whoever made the link to an app nobody registered chose where it leads, and nobody said yes to that.
        if asked.redirect_uri == OUT_OF_BAND or app is None or not app.registered:
            raise
        answer = oauth.redirect(
            asked.redirect_uri, error=error.error, error_description=str(error), state=asked.state
        )
        return web.Response(status=302, headers={"Location": answer})

    async def show(who: Visitor, given: dict[str, str] | None) -> web.StreamResponse:
        if given is None or who.session is None or given.get("answer") not in ("allow", "deny"):
            return _consent(request, asked, app, who)
        allowed = given["answer"] == "allow"
        return await _decided(request, asked, app, who.session.user_id if allowed else None)

    name = apps.called(asked.client_id) if app is None else app.name
    again = f"{PATH}?{_without_prompt(request)}" if asked.again else None
    here = f"{PATH}?{request.rel_url.raw_query_string}"
    return await through(request, here, show, app=name, again=again)


def _admit(request: web.Request, asked: Authorization, app: App | None) -> None:
    """Refuse, on a page and not by a redirect, what must not be led anywhere."""
    if (app is None or not app.registered) and not request.app[UNKNOWN_APPS]:
        message = f"This server does not know the app with the client id {asked.client_id[:80]}."
        raise Refusal(403, f"{message} Its operator registers one with: scrobbled app add")
    registered = app.redirect_uris if app is not None and app.registered else None
    if not oauth.may_redirect(asked.redirect_uri, registered):
        message = f"The app wants to be led back to {asked.redirect_uri[:200]}, which is not allowed for it."
        raise Refusal(400, message)


def _consent(request: web.Request, asked: Authorization, app: App | None, who: Visitor) -> web.Response:
    return page(
        request,
        "consent",
        form_action=_form_action(asked.redirect_uri),
        action=f"{base_path(request)}{PATH}?{request.rel_url.raw_query_string}",
        csrf=who.csrf,
        name=who.session.name if who.session is not None else "",
        app=apps.called(asked.client_id) if app is None else app.name,
        known=app is not None and app.registered,
        client_id=asked.client_id,
        goes_to=_named(asked.redirect_uri),
    )


async def _decided(
    request: web.Request, asked: Authorization, app: App | None, user_id: int | None
) -> web.StreamResponse:
    """What the person said goes to the app, by the browser or by hand. *user_id* None: no."""
    if user_id is None:
        return _denied(request, asked)
    by_hand, pool = asked.redirect_uri == OUT_OF_BAND, request.app[POOL]
    known = await apps.remember(pool, asked.client_id) if app is None else app
    code = _carried() if by_hand else secrets.token_hex(32)
    await grants.add_code(
        pool, user_id, known, code, redirect_uri=asked.redirect_uri, challenge=asked.challenge
    )
    log.info("app_allowed", user_id=user_id, app=known.name)
    if by_hand:
        return page(
            request, "result", heading="Enter this code in the app", code=code,
            text=f"{known.name} is waiting for it. It is good for {grants.CODE_SECONDS // 60} minutes.",
        )  # fmt: skip
    answer = oauth.redirect(asked.redirect_uri, code=code, state=asked.state)
    return web.Response(status=302, headers={"Location": answer})


def _denied(request: web.Request, asked: Authorization) -> web.Response:
    if asked.redirect_uri == OUT_OF_BAND:
        text = "The app gets nothing. You can close this page."
        return page(request, "result", heading="Not allowed", text=text)
    answer = oauth.redirect(
        asked.redirect_uri, error="access_denied", error_description="The user said no", state=asked.state
    )
    return web.Response(status=302, headers={"Location": answer})


def _carried() -> str:
    return "".join(secrets.choice(oauth.CODE_LETTERS) for _ in range(_CARRIED))


def _without_prompt(request: web.Request) -> str:
    query = request.rel_url.without_query_params("prompt").raw_query_string
    return str(query)


def _form_action(redirect_uri: str) -> str:
    """
    Where the answer may lead. An address of the web may lead on to others, which Chromium
    holds to this as well; a program on this machine does not.
    """
    if redirect_uri == OUT_OF_BAND:
        return HERE
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or ":" in (parts.hostname or ""):  # the policy knows no IPv6 addresses
        return f"{HERE} {parts.scheme}:"
    return f"{HERE} http://{parts.netloc}"


def _named(redirect_uri: str) -> str | None:
    """Where the answer goes, in words for the person; None when they carry it themselves."""
    if redirect_uri == OUT_OF_BAND:
        return None
    parts = urlsplit(redirect_uri)
    if parts.scheme not in ("http", "https"):
        return f"the app behind {parts.scheme}:"
    here = parts.scheme == "http" and oauth.may_redirect(redirect_uri, None)
    return "a program on this device" if here else parts.hostname
