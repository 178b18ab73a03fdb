"""
Who is asking: tokens, checked against a memory that forgets quickly.

PostgreSQL is asked once in a while per token, not per request; a revoked token is
refused everywhere within *FRESH* seconds. While PostgreSQL is away, tokens known a
moment ago stay good for *STALE* seconds: a player must not lose a play to that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256

import msgspec
from aiohttp import web

from scrobbled.errors import Unavailable

#: Seconds an answer of the database is believed.
FRESH = 15.0

#: Seconds a good token stays good while the database is away.
STALE = 300.0

#: Tokens remembered at most; wrong ones count too, so that guessing cannot fill the memory.
_MOST = 50_000


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a token stands for, and what it may do."""

    user_id: int
    token_id: int
    name: str
    scopes: frozenset[str]


LookUp = Callable[[bytes], Awaitable[Identity | None]]
Touch = Callable[[list[tuple[int, int]]], Awaitable[None]]

#: Who asks, on every request to a route that needs a token.
IDENTITY = web.RequestKey("identity", Identity)


class Authenticator:
    """
    Checks tokens. *look_up* takes a token's SHA-256 and raises *Unavailable* when the
    database is away; *touch* is told which (user, token) pairs were used.
    """

    def __init__(self, look_up: LookUp, touch: Touch) -> None:
        self._look_up = look_up
        self._touch = touch
        self._known: dict[bytes, tuple[float, Identity | None]] = {}
        self._used: dict[bytes, tuple[int, int]] = {}

    async def identify(self, request: web.Request) -> Identity | None:
        """The identity of *request*'s token; None when it has none or a wrong one."""
        token = token_of(request)
        if not token:
            return None
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None and time.monotonic() - known[0] < FRESH:
            identity = known[1]
        else:
            identity = await self._ask(digest, known)
        if identity is not None and digest not in self._used:
            self._used[digest] = (identity.user_id, identity.token_id)
        return identity

    async def flush(self, every: float = 30.0) -> None:
        """Report used tokens every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(every)
            used, self._used = self._used, {}
            if used:
                with suppress(Unavailable):
                    await self._touch(sorted(set(used.values())))

    async def _ask(self, digest: bytes, known: tuple[float, Identity | None] | None) -> Identity | None:
        now = time.monotonic()
        try:
            identity = await self._look_up(digest)
        except Unavailable:
            if known is not None and known[1] is not None and now - known[0] < STALE:
                return known[1]
            raise
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = (now, identity)
        return identity


def token_of(request: web.Request) -> str:
    """
    The token a request carries, '' for none: as a bearer, as ``X-API-Key``, in the
    path of a webhook, or as ``?token=``.
    """
    header = request.headers.get("Authorization", "")
    if header[:7].lower() == "bearer ":
        return header[7:].strip()
    return (
        request.headers.get("X-API-Key")
        or request.match_info.get("token")
        or (request.query.get("token", "") if request.query_string else "")
    )
