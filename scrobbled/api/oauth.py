"""
``/oauth/…`` for apps: tokens for codes, renewals, revocation, the device flow.

As Trakt's clients call it (Trakt fact sheet §3): without a token or key, at Trakt's
prefix, at its hosts and at the plain root, since clients drop prefixes. The pages that
people see are in ui. See docs/decisions/0019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from scrobbled.api.pool import POOL
from scrobbled.store import apps, devices, grants
from scrobbled.web.address import base_url
from scrobbled.web.app import AUTHENTICATOR
from scrobbled.web.apps import UNKNOWN_APPS
from scrobbled.web.limits import DEVICE_CODES
from scrobbled.web.responses import answer
from scrobbled.web.routes import Handler, Route, Surface
from scrobbled.wire import oauth
from scrobbled.wire.oauth import OAuthError

if TYPE_CHECKING:
    from uuid import UUID

    from scrobbled.store.apps import App
    from scrobbled.store.devices import Poll
    from scrobbled.store.grants import Code, Issued, Renewal

#: Bytes of a body; what is asked here is short.
_LIMIT = 64 * 1024

#: Characters of what a device calls itself that are kept.
_AGENT = 100

#: State of a device -> what its poll is answered, with no body (§3).
_PENDING, _UNKNOWN, _USED, _EXPIRED, _DENIED, _TOO_FAST = 400, 404, 409, 410, 418, 429

log = structlog.get_logger(stage="api")


def _speaking(handler: Handler) -> Handler:
    """*handler*, whose *OAuthError* becomes OAuth's own answer."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except OAuthError as error:
            body = {"error": error.error, "error_description": str(error)}
            return answer(body, error.status)

    return handle


async def token(request: web.Request) -> web.StreamResponse:
    """``POST /oauth/token``: a code or a refresh token becomes an access token."""
    given = await _fields(request)
    kind = given.get("grant_type")
    if kind == "authorization_code":
        return await _exchange(request, given)
    if kind == "refresh_token":
        return await _renew(request, given)
    message = "grant_type must be authorization_code or refresh_token"
    raise OAuthError("unsupported_grant_type" if kind else "invalid_request", message)


async def _exchange(request: web.Request, given: dict[str, str]) -> web.Response:
    app = await _app(request, given)
    secret, verifier = given.get("client_secret"), given.get("code_verifier")
    _prove(app, secret)
    code = await grants.code_called(request.app[POOL], _needed(given, "code"))
    if code is None or code.app_id != app.id:
        raise _invalid("the code is not one this app was given")
    if code.grant_id is not None:
        await _end(request, code.user_id, code.grant_id, "code_reused")
        raise _invalid("the code was used already; what it was exchanged for is revoked")
    _fits(code, given.get("redirect_uri"), secret, verifier)
    pool = request.app[POOL]
    issued = await grants.redeem_code(pool, code.user_id, app, given["code"], proven=secret is not None)
    if issued is None:
        raise _invalid("the code was used already")
    return await _welcome(request, app, secret, issued)


def _fits(code: Code, redirect_uri: str | None, secret: str | None, verifier: str | None) -> None:
    """Raises *OAuthError* unless who has the code is who asked for it."""
    if code.expired:
        raise _invalid(f"the code ran out after {grants.CODE_SECONDS} s; sign in again")
    if redirect_uri != code.redirect_uri:
        raise _invalid("redirect_uri is not the one the code was asked for with")
    if code.challenge is not None and not oauth.proves(verifier or "", code.challenge):
        raise _invalid("code_verifier is not the one of the code_challenge")
    if code.challenge is None and verifier:
        raise _invalid("the code was asked for without a code_challenge, so no code_verifier belongs to it")
    if code.challenge is None and secret is None:
        message = "client_secret is missing; without one, ask for the code with PKCE"
        raise OAuthError("invalid_client", message, 401)


async def _renew(request: web.Request, given: dict[str, str]) -> web.Response:
    refresh_token, secret = _needed(given, "refresh_token"), given.get("client_secret")
    found = await grants.renewal(request.app[POOL], refresh_token)
    if found is None or given.get("client_id", found.client_id) != found.client_id:
        raise _invalid("the refresh token is not one this app was given")
    app = await _app(request, {"client_id": found.client_id})
    _prove(app, secret)
    if found.proven and secret is None:
        message = "client_secret is missing; the app signed in with one"
        raise OAuthError("invalid_client", message, 401)
    if found.used and not found.revoked:
        await _end(request, found.user_id, found.grant_id, "refresh_token_reused")
    if found.used or found.revoked:
        raise _invalid("the refresh token was used already, or revoked; sign in again")
    return await _renewed(request, app, secret, found, refresh_token)


async def _renewed(
    request: web.Request, app: App, secret: str | None, found: Renewal, refresh_token: str
) -> web.Response:
    renewed = await grants.renew(request.app[POOL], found.user_id, app, refresh_token)
    if renewed is None:
        raise _invalid("the refresh token was used already; sign in again")
    issued, replaced = renewed
    for token_id in replaced:
        request.app[AUTHENTICATOR].forget(found.user_id, token_id)
    return await _welcome(request, app, secret, issued)


async def revoke(request: web.Request) -> web.StreamResponse:
    """
    ``POST /oauth/revoke``: the sign-in a token belongs to ends. 200 also for none (RFC 7009). Universal
    Trakt Scrobbler says ``access_token``.
    """
    given = await _fields(request)
    token = given.get("access_token") or _needed(given, "token")
    found = await grants.holder(request.app[POOL], token)
    if found is None:
        return answer({})
    if given.get("client_id", found.client_id) != found.client_id:
        raise OAuthError("unauthorized_client", "the token is another app's", 403)
    await _end(request, found.user_id, found.grant_id, "revoked")
    return answer({})


async def device_code(request: web.Request) -> web.StreamResponse:
    """``POST /oauth/device/code``: a code for the device, and one for its user to enter."""
    given = await _fields(request)
    client_id = _needed(given, "client_id")
    if not request.app[UNKNOWN_APPS] and not _registered(await apps.find(request.app[POOL], client_id)):
        raise _unknown(403)
    await request.app[DEVICE_CODES].take(request)
    agent = request.headers.get("User-Agent", "")[:_AGENT]
    device, shown = await devices.add(
        request.app[POOL],
        client_id,
        agent if agent.isprintable() and agent else None,
        oauth.CODE_LETTERS,
        oauth.CODE_LENGTH,
    )
    return answer(
        {
            "device_code": device,
            "user_code": shown,
            "verification_url": f"{base_url(request)}/activate",
            "expires_in": devices.WAIT_SECONDS,
            "interval": devices.INTERVAL,
        }
    )


async def device_token(request: web.Request) -> web.StreamResponse:
    """``POST /oauth/device/token``: tokens once somebody entered the code; empty until then."""
    given = await _fields(request)
    code, secret = given.get("code") or given.get("device_code"), given.get("client_secret")
    found = await devices.poll(request.app[POOL], code) if code else None
    if code is None or found is None or given.get("client_id", found.client_id) != found.client_id:
        return web.Response(status=_UNKNOWN)
    status = _how_far(found)
    if status is not None:
        headers = {"Retry-After": str(devices.INTERVAL)} if status == _TOO_FAST else None
        return web.Response(status=status, headers=headers)
    app = await _app(request, {"client_id": found.client_id}, remember=True)
    _prove(app, secret)
    issued = await devices.redeem(request.app[POOL], code, app, proven=secret is not None)
    if issued is None:
        return web.Response(status=_USED)
    return await _welcome(request, app, secret, issued)


def _how_far(found: Poll) -> int | None:
    """The status for a device that gets no tokens (yet); None for one that does."""
    if found.state == "used":
        return _USED
    if found.state == "denied":
        return _DENIED
    if found.expired:
        return _EXPIRED
    if found.state == "pending":
        return _TOO_FAST if found.early else _PENDING
    return None


async def _fields(request: web.Request) -> dict[str, str]:
    return oauth.fields(await request.read(), request.headers.get("Authorization", ""))


def _needed(given: dict[str, str], name: str) -> str:
    if name not in given:
        raise OAuthError("invalid_request", f"{name} is missing")
    return given[name]


async def _app(request: web.Request, given: dict[str, str], *, remember: bool = False) -> App:
    """The app that asks; raises *OAuthError* for one that is not let in."""
    client_id = _needed(given, "client_id")
    found = await apps.find(request.app[POOL], client_id)
    if not request.app[UNKNOWN_APPS] and not _registered(found):
        raise _unknown(401)
    if found is None and remember:
        found = await apps.remember(request.app[POOL], client_id)
    if found is None:
        raise _unknown(401)
    return found


def _registered(app: App | None) -> bool:
    return app is not None and app.registered


def _unknown(status: int) -> OAuthError:
    message = "no app has this client_id here; the server's operator registers one with `scrobbled app add`"
    return OAuthError("invalid_client", message, status)


def _prove(app: App, secret: str | None) -> None:
    if secret is not None and not app.knows(secret):
        message = "client_secret is not the app's"
        if not app.registered:
            message += (
                f", or not the one it came with first; `scrobbled app remove {app.client_id}` forgets it"
            )
        raise OAuthError("invalid_client", message, 401)


def _invalid(message: str) -> OAuthError:
    return OAuthError("invalid_grant", message)


async def _welcome(request: web.Request, app: App, secret: str | None, issued: Issued) -> web.Response:
    """The answer with the tokens; an unknown app's secret is its secret from now on."""
    if secret is not None and app.secret is None:
        await apps.pin(request.app[POOL], app, secret)
    return answer(
        oauth.token_answer(
            issued.access,
            issued.refresh,
            seconds=grants.ACCESS_SECONDS,
            created_at=int(issued.created_at.timestamp()),
        )
    )


async def _end(request: web.Request, user_id: int, grant_id: UUID, reason: str) -> None:
    """End a sign-in, in this process at once."""
    for token_id in await grants.revoke(request.app[POOL], user_id, grant_id):
        request.app[AUTHENTICATOR].forget(user_id, token_id)
    log.info("grant_ended", user_id=user_id, reason=reason)


def routes() -> list[Route]:
    """The routes, at Trakt's prefix and at the root."""
    refused = ((400, "What is wrong"), (401, "Not this app"))
    polled = (
        (200, "The tokens"), (400, "Nobody entered the code yet; empty"), (404, "No such device code"),
        (409, "It was used already"), (410, "It ran out"), (418, "The user said no"), (429, "Too fast"),
    )  # fmt: skip
    asked = (*refused, (429, "Too many codes were asked for; Retry-After says when to try again"))
    described = [
        ("token", token, "Exchange a code or a refresh token", ((200, "The tokens"), *refused)),
        ("revoke", revoke, "End a sign-in", ((200, "It has ended"), (403, "Another app's token"))),
        ("device/code", device_code, "Start signing a device in", ((200, "The codes"), *asked)),
        ("device/token", device_token, "Ask whether somebody entered the code", polled),
    ]
    return [
        Route(
            "POST",
            f"{prefix}/oauth/{path}",
            _speaking(handler),
            Surface.TRAKT,
            None,
            summary,
            limit=_LIMIT,
            answers=answers,
        )
        for path, handler, summary, answers in described
        for prefix in ("/trakt", "")
    ]
