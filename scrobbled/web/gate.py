"""
How many requests one process takes on: the rest is told to come back, at once.

A crowd that is let in waits for each other, and everybody's answer comes late. So only
some requests are inside, and those on top are refused before anything is done for them.
Of those inside only some begin in one turn of the event loop, which is what a busy
processor is shared by; the others stand in line.

A burst is no crowd: what comes at once after a quiet moment is let in, for most players
never send twice. A crowd is what is still there a moment later.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from scrobbled import metrics
from scrobbled.web.errors import refuse
from scrobbled.web.routes import Handler, Route, Scope, Surface
from scrobbled.web.written import SAFE

if TYPE_CHECKING:
    from aiohttp import web

log = structlog.get_logger(stage="web")

#: Requests that begin in one turn: some ten milliseconds of work on a quiet machine.
AT_A_TIME = 64

#: Times as many are let in for so many seconds after a quiet moment, when no more than one in
#: *_QUIET* places was taken.
BURST = 4
GRACE = 0.25
_QUIET = 4

#: Seconds until a refused client hears of it: one that asks again at once would cost as much
#: as one that is let in. More than *MOST_DELAYED* are not kept waiting.
DELAY = 0.5
MOST_DELAYED = 2_000

#: Seconds between two lines about a crowd.
_NEWS = 5.0

_TOO_MANY = "too many requests at once; try again soon"
_HEADERS = dict(SAFE)


class Gate:
    """Lets *most* requests in, and more of them in a burst; *inside* are there now."""

    def __init__(self, most: int) -> None:
        self.inside = 0
        self._most = most
        self._quiet = max(most // _QUIET, 1)
        self._quiet_at = float("-inf")
        self._begun = 0
        self._line: deque[asyncio.Future[None]] = deque()
        self._refused = 0
        self._delayed = 0
        self._told_at = float("-inf")

    def enter(self) -> bool:
        """Whether one more may come in; *leave* when it is done."""
        if self.inside >= self._most and not self._bursts():
            return False
        self.inside += 1
        if self.inside == self._quiet:
            self._quiet_at = time.monotonic()
        return True

    def begin(self) -> bool:
        """Whether one that came in may begin in this turn; else it is to wait for its *turn*."""
        if self._begun >= AT_A_TIME or self._line:
            return False
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._next)
        self._begun += 1
        return True

    async def turn(self) -> None:
        """Wait in line for a turn."""
        loop = asyncio.get_running_loop()
        if not self._begun and not self._line:
            loop.call_soon(self._next)
        place = loop.create_future()
        self._line.append(place)
        await place

    def leave(self) -> None:
        """One that came in is done."""
        self.inside -= 1

    @contextmanager
    def outside(self) -> Iterator[None]:
        """While a request only waits for an answer, it takes nobody's place."""
        self.inside -= 1
        try:
            yield
        finally:
            self.inside += 1

    async def delay(self, surface: Surface) -> None:
        """Let somebody who is refused wait for it; counted one by one, logged now and then."""
        metrics.refused.labels(surface.value, "503").inc()
        self._refused += 1
        now = time.monotonic()
        if now - self._told_at >= _NEWS:
            log.warning("overloaded", refused=self._refused, inside=self.inside)
            self._refused, self._told_at = 0, now
        if self._delayed < MOST_DELAYED:
            self._delayed += 1
            try:
                await asyncio.sleep(DELAY)
            finally:
                self._delayed -= 1

    def _bursts(self) -> bool:
        return self.inside < BURST * self._most and time.monotonic() - self._quiet_at < GRACE

    def _next(self) -> None:
        self._begun = 0
        while self._line and self._begun < AT_A_TIME:
            place = self._line.popleft()
            if not place.done():  # its client has not gone
                place.set_result(None)
                self._begun += 1
        if self._begun:
            asyncio.get_running_loop().call_soon(self._next)


class Gates:
    """
    One gate of *most* for events, one for everything else, so that readers never keep an
    event out, and none for those who ask how we are.
    """

    def __init__(self, most: int) -> None:
        self.events = Gate(most)
        self._others = Gate(most)

    def guard(self, route: Route, handler: Handler) -> Handler:
        """*handler* of *route* behind its gate."""
        if route.surface is Surface.SYSTEM:
            return handler
        gate = self.events if route.scope is Scope.SCROBBLE else self._others
        surface = route.surface

        async def guarded(request: web.Request) -> web.StreamResponse:
            if not gate.enter():
                await gate.delay(surface)
                return refuse(surface, 503, _TOO_MANY, _HEADERS)
            try:
                if not gate.begin():
                    await gate.turn()
                return await handler(request)
            finally:
                gate.leave()

        return guarded
