"""
How many requests a token may make: which routes count, and how each surface says it.

What brings events in is never refused for a limit: a play would be lost to it. Our own
surfaces have Flick's headers, Trakt's has Trakt's one. See docs/decisions/0021.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec
import orjson
import structlog
from aiohttp import web

from scrobbled import metrics
from scrobbled.errors import Unavailable
from scrobbled.web.address import asker
from scrobbled.web.errors import Refusal
from scrobbled.web.routes import Route, Scope, Surface

if TYPE_CHECKING:
    from scrobbled.web.auth import Identity

MINUTE, FIVE_MINUTES, DAY = 60, 300, 86_400

#: Counts one use in windows of (limit, seconds): whether it is granted, the counter's unix time,
#: what is used in each window. Raises *Unavailable* when nobody can count.
Take: TypeAlias = Callable[[str, Sequence[tuple[int, int]]], Awaitable[tuple[bool, int, list[int]]]]

#: Counts a request of somebody, or of nobody known; gives headers for its answer.
Charge: TypeAlias = Callable[["web.Request", "Identity | None"], Awaitable[Mapping[str, str]]]

#: Seconds after a counter was found to be away until it is asked again.
_AGAIN: Final = 1.0

#: The names Trakt has for them (Trakt fact sheet §1).
_TRAKT_READS, _TRAKT_WRITES, _TRAKT_ANYBODY = (
    "AUTHED_API_GET_LIMIT",
    "AUTHED_API_POST_LIMIT",
    "UNAUTHED_API_GET_LIMIT",
)

log = structlog.get_logger(stage="web")


class Allowance(msgspec.Struct, frozen=True):
    """*windows* of (limit, seconds), shared by all routes with the same *name*."""

    name: str
    windows: tuple[tuple[int, int], ...]


class Bounds(msgspec.Struct, frozen=True):
    """What *each* address may have of something, and *everybody* together, in so many *seconds*."""

    each: int
    everybody: int
    seconds: int


#: Codes for devices, which anybody may ask for and each of which we keep for a while.
DEVICE_CODES_AT_ONCE: Final = Bounds(each=30, everybody=3000, seconds=600)


class Share:
    """
    What nobody needs a token for, and has *bounds*. Unlike *Limits* it fails closed: while
    nobody can count, nobody gets any.
    """

    def __init__(self, take: Take, name: str, bounds: Bounds) -> None:
        self._take, self._name, self._bounds = take, name, bounds

    async def take(self, request: web.Request) -> None:
        """Count one for who asks; raises a 429 when there is no more, *Unavailable* when nobody can count."""
        seconds = self._bounds.seconds
        # The address first, so that one that has its share uses up nobody else's.
        shares = ((asker(request), self._bounds.each), ("everybody", self._bounds.everybody))
        for who, most in shares:
            granted, now, _ = await self._take(f"{self._name}.{who}", ((most, seconds),))
            if not granted:
                wait = _end(now, seconds) - now
                message = f"too many were asked for; try again in {wait} s"
                raise Refusal(429, message, {"Retry-After": str(wait)})


#: How many devices may begin to sign in.
DEVICE_CODES: web.AppKey[Share] = web.AppKey("device_codes", Share)


class Limits:
    """
    The limits of one front door. *take* counts, for all front doors; *minute* and *day* are
    what a token may do on a surface, *surfaces* the same by surface where it differs, *trakt* the
    reads and the writes that Trakt's surface allows in five minutes. 0 is no limit.
    """

    def __init__(
        self,
        take: Take,
        *,
        minute: int,
        day: int,
        surfaces: Mapping[str, tuple[int, int]],
        trakt: tuple[int, int],
    ) -> None:
        self._take = take
        self._default = (minute, day)
        self._surfaces = surfaces
        self._trakt = trakt
        self._away_until = float("-inf")

    def charging(self, route: Route) -> Charge | None:
        """What counts the requests to *route* (see *charge*); None when they are free."""
        allowance = self.of(route)
        return None if allowance is None else partial(self.charge, allowance)

    def of(self, route: Route) -> Allowance | None:
        """What *route* counts towards; None when it is free."""
        if not route.counted or route.scope is Scope.SCROBBLE:
            return None
        if route.surface is Surface.TRAKT:
            return self._trakts(route)
        if route.scope is None or route.surface in (Surface.WEBHOOKS, Surface.SYSTEM):
            return None
        minute, day = self._surfaces.get(route.surface.value, self._default)
        windows = tuple(each for each in ((minute, MINUTE), (day, DAY)) if each[0])
        return Allowance(route.surface.value, windows) if windows else None

    async def charge(
        self, allowance: Allowance, request: web.Request, identity: Identity | None
    ) -> Mapping[str, str]:
        """
        Count *request*; the headers that say what is left, none while nobody can count. Raises
        a 429 when nothing is.
        """
        if time.monotonic() < self._away_until:
            metrics.uncounted.inc()
            return {}
        if identity is None:
            allowance = Allowance(_TRAKT_ANYBODY, allowance.windows)
        who = f"{identity.user_id}.{identity.token_id}" if identity is not None else _anybody(request)
        try:
            granted, now, used = await self._take(f"{allowance.name}.{who}", allowance.windows)
        except Unavailable as error:
            self._away_until = time.monotonic() + _AGAIN
            metrics.uncounted.inc()
            log.warning("limits_away", error=str(error))
            return {}
        headers = _headers(allowance, now, used)
        if granted:
            return headers
        raise _refusal(allowance, now, used, headers)

    def _trakts(self, route: Route) -> Allowance | None:
        reads, writes = self._trakt
        if route.method == "GET":
            name, limit = _TRAKT_READS, reads
        else:
            name, limit = _TRAKT_WRITES, 0 if route.scope is None else writes
        return Allowance(name, ((limit, FIVE_MINUTES),)) if limit else None


def _anybody(request: web.Request) -> str:
    """Whoever asks without a token: the app and the address, as Trakt counts them."""
    app = request.headers.get("trakt-api-key", "")[:100]
    return f"{asker(request)}.{app}".replace("{", "").replace("}", "")


def _headers(allowance: Allowance, now: int, used: Sequence[int]) -> dict[str, str]:
    """Trakt's one header for its own windows, Flick's for all others."""
    (limit, seconds), left = allowance.windows[0], max(allowance.windows[0][0] - used[0], 0)
    if seconds == FIVE_MINUTES:
        until = datetime.fromtimestamp(_end(now, seconds), UTC)
        said = {
            "name": allowance.name,
            "period": seconds,
            "limit": limit,
            "remaining": left,
            "until": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return {"X-Ratelimit": orjson.dumps(said).decode()}
    headers = {}
    for (most, length), taken in zip(allowance.windows, used, strict=True):
        suffix = "-Day" if length == DAY else ""
        headers[f"X-RateLimit-Limit{suffix}"] = str(most)
        headers[f"X-RateLimit-Remaining{suffix}"] = str(max(most - taken, 0))
    headers["X-RateLimit-Reset"] = str(_end(now, seconds))
    return headers


def _refusal(allowance: Allowance, now: int, used: Sequence[int], headers: Mapping[str, str]) -> Refusal:
    """429, and when the last of the windows that are used up ends."""
    spent = [window for window, taken in zip(allowance.windows, used, strict=True) if taken >= window[0]]
    most, seconds = max(spent, key=lambda window: window[1])
    wait = _end(now, seconds) - now
    period = {MINUTE: "a minute", FIVE_MINUTES: "5 minutes", DAY: "a day"}[seconds]
    message = f"this token may make {most} requests {period} here; try again in {wait} s"
    return Refusal(429, message, {**headers, "Retry-After": str(wait)})


def _end(now: int, seconds: int) -> int:
    return now - now % seconds + seconds
