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
from hashlib import sha256
from typing import TypeVar

import msgspec
import structlog
from aiohttp import web

from scrobbled.errors import Unavailable

#: Seconds a good answer of the database is believed, and a bad one.
FRESH, WRONG = 15.0, 5.0

#: Seconds a good token stays good while the database is away.
STALE = 300.0

#: While it is: seconds the database is given to answer about a known token, and seconds
#: until it is asked again. FRESH + AGAIN + PATIENCE bounds how long a revoked token works.
PATIENCE, AGAIN = 0.9, 5.0

#: Seconds a known token waits for that answer: the rest of its request has a second in all.
HURRY = 0.2

#: Characters of a token; what is longer is none of ours.
LONGEST = 200

#: Good tokens remembered at most; wrong ones have a memory of their own, so that
#: guessing cannot push the good ones out.
MOST, MOST_WRONG = 100_000, 10_000

_UNCHECKED = "tokens cannot be checked at the moment; try again soon"

log = structlog.get_logger(stage="web")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who a token stands for, and what it may do. *shared*: for everybody who uses a media server.
    *seconds_left* from the look-up on, None = it does not run out.
    """

    user_id: int
    token_id: int
    name: str
    scopes: frozenset[str]
    shared: bool = False
    seconds_left: float | None = None


LookUp = Callable[[bytes], Awaitable[Identity | None]]
Touch = Callable[[list[tuple[int, int]]], Awaitable[None]]
Clock = Callable[[], float]
Value = TypeVar("Value")

#: Who asks, on every request to a route that needs a token.
IDENTITY = web.RequestKey("identity", Identity)


class _Known(msgspec.Struct, gc=False):
    """A good token, when the database said so, until when that is believed, and when it runs out."""

    identity: Identity
    pair: tuple[int, int]
    said_at: float
    until: float
    ends: float


class Authenticator:
    """
    Checks tokens. *look_up* takes a token's SHA-256 and raises *Unavailable* when the
    database is away; *touch* is told which (user, token) pairs were used; *clock*
    counts seconds and never runs backwards.
    """

    def __init__(self, look_up: LookUp, touch: Touch, clock: Clock = time.monotonic) -> None:
        self._look_up = look_up
        self._touch = touch
        self._clock = clock
        self._good: dict[str, _Known] = {}
        self._wrong: dict[str, float] = {}
        self._asking: dict[str, asyncio.Task[Identity | None]] = {}
        self._used: set[tuple[int, int]] = set()

    def remembered(self, token: str) -> Identity | None:
        """The identity *token* is known to stand for; None when `owner` has to be asked."""
        known = self._good.get(token)
        if known is None or self._clock() >= known.until:
            return None
        self._used.add(known.pair)
        return known.identity

    async def owner(self, token: str) -> Identity | None:
        """
        The identity *token* stands for; None for a wrong one. Raises *Unavailable* for
        one not seen lately while the database is away.
        """
        identity = self.remembered(token)
        if identity is not None:
            return identity
        if len(token) > LONGEST or self._wrong.get(token, float("-inf")) > self._clock():
            return None
        identity = await self._ask(token)
        if identity is not None:
            self._used.add((identity.user_id, identity.token_id))
        return identity

    def forget(self, user_id: int, token_id: int) -> None:
        """Believe nothing about a token any more: it was revoked just now."""
        for token in [token for token, known in self._good.items() if known.pair == (user_id, token_id)]:
            del self._good[token]

    async def flush(self, every: float = 30.0) -> None:
        """Report used tokens every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(every)
            used, self._used = self._used, set()
            if not used:
                continue
            try:
                await self._touch(sorted(used))
            except Exception as error:  # noqa: BLE001  # whatever it is, the next round tries again
                log.warning("token_use_not_noted", error=str(error))
                self._used |= used

    async def _ask(self, token: str) -> Identity | None:
        """Ask the database, once for all who want to know the same."""
        task = self._asking.get(token)
        if task is None:
            task = self._asking[token] = asyncio.create_task(self._learn(token))
            task.add_done_callback(lambda done: self._answered(token, done))
        known = self._good.get(token)
        if known is None:
            return await asyncio.shield(task)
        if (await asyncio.wait({task}, timeout=HURRY))[0]:
            return task.result()
        now = self._clock()
        _insist_on_lately(known, now)
        known.until = min(now + PATIENCE, known.ends)  # by then that question has its answer, or none
        return known.identity

    def _answered(self, token: str, task: asyncio.Task[Identity | None]) -> None:
        self._asking.pop(token, None)
        if not task.cancelled():
            task.exception()  # whoever waited has heard of it; perhaps nobody did

    async def _learn(self, token: str) -> Identity | None:
        known = self._good.get(token)
        try:
            async with asyncio.timeout(PATIENCE):
                identity = await self._look_up(sha256(token.encode("utf-8", "surrogatepass")).digest())
        except (Unavailable, TimeoutError) as error:
            now = self._clock()
            if known is None:
                raise Unavailable(_UNCHECKED) from error
            _insist_on_lately(known, now)
            known.until = min(now + AGAIN, known.ends)
            return known.identity
        now = self._clock()
        self._good.pop(token, None)  # so that what is remembered stands in the order it was learned
        if identity is None:
            _remember(self._wrong, token, now + WRONG, MOST_WRONG)
        else:
            pair = (identity.user_id, identity.token_id)
            ends = float("inf") if identity.seconds_left is None else now + identity.seconds_left
            _remember(self._good, token, _Known(identity, pair, now, min(now + FRESH, ends), ends), MOST)
        return identity


def _insist_on_lately(known: _Known, now: float) -> None:
    """Raise *Unavailable* when *known* ended, or is too old to go by while nobody can check it."""
    if now - known.said_at >= STALE or now >= known.ends:
        raise Unavailable(_UNCHECKED)


def _remember(memory: dict[str, Value], token: str, value: Value, most: int) -> None:
    """Keep *value*, and let go of what was learned longest ago when there is too much."""
    memory.pop(token, None)
    if len(memory) >= most:
        del memory[next(iter(memory))]
    memory[token] = value


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
