"""
Who looks at a page: the cookie, the session it stands for, the proof that a form is ours.

The cookie holds 256 random bits, before and after signing in; signing in makes new ones,
so that nobody can plant theirs. Every form carries a value that only the cookie's holder
can know, and that does not tell the cookie.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec
import structlog
from aiohttp import web

from scrobbled.errors import PayloadError
from scrobbled.store import sessions
from scrobbled.ui.pages import page
from scrobbled.web.address import asker, base_url
from scrobbled.web.errors import Refusal
from scrobbled.web.passwords import Checker

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from scrobbled.store.sessions import Session

POOL: web.AppKey[Pool] = web.AppKey("pool")
CHECKER = web.AppKey("checker", Checker)

#: Bytes and fields of a form.
FORM_LIMIT: Final = 64 * 1024
_FIELDS = 20

#: Characters of a name that may be somebody's.
_LONGEST_NAME = 100

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")

#: The same for a name and a password that are wrong, so that it tells neither.
_WRONG = "This name and password do not belong together."

log = structlog.get_logger(stage="ui")


class Visitor(msgspec.Struct, frozen=True):
    """A browser. *fresh*: its cookie is still to be set. *session* None: nobody is signed in."""

    secret: str
    fresh: bool
    session: Session | None

    @property
    def csrf(self) -> str:
        """What our forms carry for this browser."""
        return hmac.digest(self.secret.encode(), b"form", "sha256").hex()


async def visitor(request: web.Request) -> Visitor:
    """Who looks at the page."""
    secret = request.cookies.get(_cookie(request), "")
    if not _SECRET.fullmatch(secret):
        return Visitor(secrets.token_urlsafe(32), fresh=True, session=None)
    return Visitor(secret, fresh=False, session=await sessions.current(request.app[POOL], secret))


async def form(request: web.Request, who: Visitor) -> dict[str, str]:
    """The form that was sent; raises *Refusal* when it is not one of ours for this browser."""
    body = await request.read()
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError as error:
        raise PayloadError("this is no form of ours") from error
    given = fields.get("csrf", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), who.csrf.encode()):
        message = (
            "The page was open for too long, or the browser keeps no cookies. Go back and load it again."
        )
        raise Refusal(403, message)
    return fields


def sign_in_page(
    request: web.Request,
    who: Visitor,
    action: str,
    *,
    app: str | None = None,
    error: str | None = None,
    status: int = 200,
) -> web.Response:
    """The form for name and password, which goes to *action*; *app* is what the person came for."""
    response = page(request, "sign_in", status=status, csrf=who.csrf, action=action, app=app, error=error)
    if who.fresh:
        keep(request, response, who.secret)
    return response


async def sign_in(request: web.Request, given: dict[str, str]) -> str:
    """
    The secret of a new session for the name and password *given*. Raises a *Refusal*
    with what to tell the person.
    """
    pool, name, address = request.app[POOL], given.get("name", "").strip(), asker(request)
    possible = name.isprintable() and 0 < len(name) <= _LONGEST_NAME
    found = await sessions.credentials(pool, name) if possible else None
    kept = None if found is None else found.password_hash
    wait = await sessions.attempt(pool, name, address, kept)
    if wait is not None:
        log.warning("sign_in_locked", address=address, seconds=wait)
        raise too_many("wrong passwords", wait)
    if not await request.app[CHECKER].right(given.get("password", ""), kept) or found is None:
        log.warning("sign_in_failed", address=address)
        raise Refusal(403, _WRONG)
    await sessions.succeeded(pool, name, address, kept)
    secret = secrets.token_urlsafe(32)
    await sessions.begin(pool, found.user_id, secret)
    log.info("signed_in", user_id=found.user_id, address=address)
    return secret


def too_many(what: str, wait: int) -> Refusal:
    """The refusal after too many of *what*, for so many seconds."""
    minutes = -(-wait // 60)
    message = f"Too many {what}. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
    return Refusal(429, message, {"Retry-After": str(wait)})


def keep(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    """Have the browser keep *secret*."""
    response.set_cookie(
        _cookie(request),
        secret,
        max_age=sessions.SESSION_SECONDS,
        httponly=True,
        secure=_secure(request),
        samesite="Lax",
    )


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser forget its secret."""
    response.del_cookie(_cookie(request), secure=_secure(request), httponly=True, samesite="Lax")


def _secure(request: web.Request) -> bool:
    return base_url(request).startswith("https:")


def _cookie(request: web.Request) -> str:
    """With TLS, a name that browsers take from nobody but this very host."""
    return "__Host-scrobbled" if _secure(request) else "scrobbled"
