"""
How many requests one process takes on: the rest is told to come back, at once.

A crowd that is let in waits for each other, and everybody's answer comes late. So only
some requests begin in one turn of the event loop, which is what a busy processor is
shared by; those on top are refused before anything is done for them. Waiting for a
server costs no turn, so a slow stream or database fills the house much later.
"""

from __future__ import annotations

import asyncio
import time
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

#: Seconds until a refused client hears of it: one that asks again at once would cost as much
#: as one that is let in. More than *MOST_DELAYED* are not kept waiting.
DELAY = 0.5
MOST_DELAYED = 2_000

#: Seconds between two lines about a crowd.
_NEWS = 5.0

_TOO_MANY = "too many requests at once; try again soon"
_HEADERS = dict(SAFE)


class Gate:
    """Lets *most* requests in; *inside* are there now."""

    def __init__(self, most: int) -> None:
        self.inside = 0
        self._most = most
        self._begun = 0
        self._refused = 0
        self._delayed = 0
        self._told_at = float("-inf")

    def enter(self) -> bool:
        """Whether one more may come in; *leave* when it is done."""
        if self._begun >= AT_A_TIME or self.inside >= self._most:
            return False
        if not self._begun:
            asyncio.get_running_loop().call_soon(self._turn)
        self._begun += 1
        self.inside += 1
        return True

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

    def _turn(self) -> None:
        self._begun = 0


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
                return await handler(request)
            finally:
                gate.leave()

        return guarded
