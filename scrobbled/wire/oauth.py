"""
OAuth 2 as Trakt's clients speak it (Trakt fact sheet §3): requests read, answers rendered.

Clients send JSON or forms, with the app's secret in the body or as Basic authorization.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from scrobbled.errors import PayloadError

#: The redirect URI of apps that cannot be led back to: the person carries the code over.
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"

#: Parameters a request may have, and characters of one.
_MOST, _LONGEST = 100, 2000

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")

#: Schemes that run something, read a file or leave the browser for a thing that is no app.
_NO_APPS: Final = frozenset(
    {
        "about", "blob", "chrome", "data", "file", "filesystem", "ftp", "http", "jar", "javascript", "mailto",
        "resource", "sms", "tel", "vbscript", "view-source", "ws", "wss",
    }
)  # fmt: skip

#: What a code people type is made of: no vowels, so no words; nothing that looks like another.
CODE_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH: Final = 8


class OAuthError(PayloadError):
    """A request is refused with one of OAuth's own words (RFC 6749 §5.2) and a *status*."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error, self.status = error, status


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser is sent to the consent page with. *challenge* is PKCE's, S256."""

    client_id: str
    redirect_uri: str
    response_type: str
    state: str | None
    challenge: str | None
    challenge_method: str | None
    again: bool
    """The app wants the password even of who is signed in."""


def fields(body: bytes, authorization: str = "") -> dict[str, str]:
    """
    The parameters in *body*, a JSON object or a form whatever its type says, with those of a
    Basic *authorization* header where the body has none. Raises *OAuthError*.
    """
    found = _object(body) if body.lstrip()[:1] == b"{" else _form(body)
    read = {}
    for name, value in found.items():
        if value is None or value == "" or isinstance(value, bool | list | dict):
            continue
        text = str(value)
        if len(text) > _LONGEST or not text.isprintable():
            raise OAuthError("invalid_request", f"{name[:40]!a} is no text of 1 to {_LONGEST} characters")
        read[name] = text
    return _basic(authorization) | read


def authorization(query: Mapping[str, str]) -> Authorization:
    """
    What the consent page is asked for; raises *OAuthError* where the app cannot be told
    of it, since it or its address is missing.
    """
    for name in ("client_id", "redirect_uri"):
        value = query.get(name, "")
        if not value or len(value) > _LONGEST or not value.isprintable():
            raise OAuthError("invalid_request", f"{name} is missing, or no text that can be one")
    return Authorization(
        client_id=query["client_id"],
        redirect_uri=query["redirect_uri"],
        response_type=query.get("response_type", ""),
        state=query.get("state"),
        challenge=query.get("code_challenge"),
        challenge_method=query.get("code_challenge_method"),
        again=query.get("prompt") == "login",
    )


def check(asked: Authorization) -> None:
    """Raises *OAuthError* for what the app is told by a redirect."""
    if asked.response_type != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if asked.challenge is None and asked.challenge_method is None:
        return
    if asked.challenge_method != "S256":
        raise OAuthError("invalid_request", "code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(asked.challenge or ""):
        raise OAuthError("invalid_request", "code_challenge must be 43 characters of base64url")


def may_redirect(redirect_uri: str, registered: list[str] | None) -> bool:
    """
    Whether a code may go to *redirect_uri*: exactly one of those *registered*. For an app
    nobody registered (None) to where a browser or a program of the person themselves
    receives it: out of band, https, this very machine, an app's own scheme.
    """
    if registered is not None:
        return redirect_uri in registered
    if redirect_uri == OUT_OF_BAND:
        return True
    try:
        parts = urlsplit(redirect_uri)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    if parts.fragment or "#" in redirect_uri or re.search(r"[\s\\\"<>]", redirect_uri):
        return False
    if parts.scheme == "https":
        return bool(host) and "@" not in parts.netloc
    if parts.scheme == "http":
        return _LOOPBACK.fullmatch(host) is not None and "@" not in parts.netloc
    return _SCHEME.fullmatch(parts.scheme) is not None and parts.scheme not in _NO_APPS


def may_register(redirect_uri: str) -> bool:
    """Whether an operator can register *redirect_uri*: anything but what runs, reads or is no address."""
    parts = urlsplit(redirect_uri) if re.fullmatch(r"[!#-+\--:=?-\[\]-~]{1,2000}", redirect_uri) else None
    if parts is None or "#" in redirect_uri:
        return False
    return (
        redirect_uri == OUT_OF_BAND or parts.scheme in {"http", "https"} or may_redirect(redirect_uri, None)
    )


def redirect(redirect_uri: str, **answer: str | None) -> str:
    """*redirect_uri* with *answer* added to its query."""
    separator = "&" if "?" in redirect_uri else "?"
    given = {name: value for name, value in answer.items() if value is not None}
    return f"{redirect_uri}{separator}{urlencode(given)}"


def proves(verifier: str, challenge: str) -> bool:
    """Whether *verifier* is what *challenge* was made of (RFC 7636 §4.6, S256)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return compare_digest(digest, challenge.encode())


def user_code(text: str) -> str | None:
    """The code a person means by what they typed; None when it can be none."""
    code = re.sub(r"[\s-]", "", text[:40]).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def token_answer(access: str, refresh: str, *, seconds: int, created_at: int) -> dict[str, Any]:
    """What an app gets; *seconds* the access token is good for, *created_at* in unix time."""
    return {
        "access_token": access,
        "token_type": "bearer",
        "expires_in": seconds,
        "refresh_token": refresh,
        "scope": "public",
        "created_at": created_at,
    }


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise OAuthError("invalid_request", "the body is neither JSON nor a form") from error
    return found if isinstance(found, dict) else {}


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=_MOST, strict_parsing=False))
    except ValueError as error:
        raise OAuthError("invalid_request", "the body is neither JSON nor a form") from error


def _basic(header: str) -> dict[str, str]:
    """Client id and secret of a Basic authorization header (RFC 6749 §2.3.1); empty for any other."""
    if header[:6].lower() != "basic ":
        return {}
    try:
        text = base64.b64decode(header[6:].strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        return {}
    client_id, colon, secret = text.partition(":")
    if not (colon and client_id and text.isprintable() and len(text) <= _LONGEST):
        return {}
    return {"client_id": client_id} | ({"client_secret": secret} if secret else {})
