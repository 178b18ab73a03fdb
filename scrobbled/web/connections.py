"""
Connections that cost and do nothing: how many there may be, and how long each may take.

An address has its share of them, so that one client cannot hold all places by sending slowly.

aiohttp closes a connection on which nothing happens between two requests. It waits for
ever for a first request whose head comes byte by byte, for a body, and for somebody who
does not read the answer. All of that is looked for once a second, so that requests pay
nothing for it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

import msgspec

from scrobbled.web.address import Proxies, neighbourhood

if TYPE_CHECKING:
    from aiohttp import web

#: Seconds a client has for the head of its first request, for a body, and to take some of an answer.
HEAD, BODY, STALLED = 15.0, 60.0, 30.0

#: Seconds a connection may rest between two requests, and that a second head may take.
IDLE: Final = 75.0

#: How many of the oldest connections are looked at for one to close, when there is no room.
_LOOK_AT: Final = 100

_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


class Patience(msgspec.Struct, frozen=True):
    """Seconds, as *HEAD*, *BODY* and *STALLED*."""

    head: float = HEAD
    body: float = BODY
    stalled: float = STALLED


class Connections:
    """
    The connections of *server*, *most* at once, and *each* from one address that is none of
    *proxies* (0: no bound), which speak for many; *watch* must be running.
    """

    def __init__(
        self,
        server: web.Server,
        most: int,
        patience: Patience | None = None,
        *,
        each: int = 0,
        proxies: Proxies | None = None,
    ) -> None:
        self._server = server
        self._most, self._each = most, each
        self._proxies = proxies or Proxies(())
        self._patience = patience or Patience()
        self._since: dict[web.RequestHandler, tuple[object, float]] = {}
        self._by_address: defaultdict[str, list[web.RequestHandler]] = defaultdict(list)

    def accept(self) -> asyncio.Protocol:
        """What a new connection begins with: only once it is made is it known from where it comes."""
        return _Greeting(self)

    def speaker(self, transport: asyncio.BaseTransport) -> asyncio.Protocol:
        """
        What speaks with a new connection. Where there is no room, or none for its address, one that
        rests makes way; does none rest, the new one is told to come back.
        """
        address = self._counted(transport)
        if address is not None and not self._has_room(address):
            return _Refused()
        if len(self._server.connections) >= self._most and not _make_way(self._server.connections):
            return _Refused()
        made = self._server()
        if address is not None:
            self._by_address[address].append(made)
        return made

    async def watch(self, every: float = 1.0) -> None:
        """Close what takes too long, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(every)
            self.sweep(loop.time())

    def sweep(self, now: float) -> None:
        """Close what has been in one state for too long at *now*, in the loop's seconds."""
        known, self._since = self._since, {}
        for address in list(self._by_address):
            self._still_open(address)
        for connection in self._server.connections:
            state, patience = self._state(connection)
            if state is None:
                continue
            before, since = known.get(connection, (state, now))
            if before != state:
                since = now
            if now - since > patience:
                _abort(connection)
            else:
                self._since[connection] = state, since

    def _state(self, connection: web.RequestHandler) -> tuple[object, float]:
        """What *connection* is waited for, and for how long that is fine; None when for nothing."""
        transport, request = connection.transport, connection._current_request  # noqa: SLF001  # nothing public says it
        if transport is None:
            return None, 0.0
        number = connection._request_count  # noqa: SLF001  # as above
        if number == 0:
            return "head", self._patience.head
        if request is not None and not request.content.is_eof():
            return ("body", number), self._patience.body
        unsent = transport.get_write_buffer_size()
        return (("answer", number, unsent), self._patience.stalled) if unsent else (None, 0.0)

    def _counted(self, transport: asyncio.BaseTransport) -> str | None:
        """Whose share a connection is of; None where nobody's."""
        peer = transport.get_extra_info("peername")
        if not self._each or not isinstance(peer, tuple) or self._proxies.include(str(peer[0])):
            return None
        return neighbourhood(str(peer[0]))

    def _has_room(self, address: str) -> bool:
        if len(self._by_address[address]) < self._each:
            return True
        mine = self._still_open(address)
        return len(mine) < self._each or _make_way(mine)

    def _still_open(self, address: str) -> list[web.RequestHandler]:
        """The connections of *address*, without those that ended, which nobody tells us of."""
        mine = [each for each in self._by_address.pop(address, ()) if each.transport is not None]
        if mine:
            self._by_address[address] = mine
        return mine


class _Greeting(asyncio.Protocol):
    """Finds what speaks with a connection, and hands it over."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        # Else uvloop keeps an answer until all else of this turn is done, such as its line in the log.
        cast("asyncio.Transport", transport).set_write_buffer_limits(0)
        speaker = self._connections.speaker(transport)
        transport.set_protocol(speaker)
        speaker.connection_made(transport)


class _Refused(asyncio.Protocol):
    """Says that there is no room, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        writable = cast("asyncio.Transport", transport)
        writable.write(_FULL)
        writable.close()


def _make_way(connections: Iterable[web.RequestHandler]) -> bool:
    """Close the oldest of *connections* that rests; whether there was one."""
    for connection in islice(connections, _LOOK_AT):
        waiter = connection._waiter  # noqa: SLF001  # nothing public says it
        if connection.transport is not None and waiter is not None and not waiter.done():
            _abort(connection)
            return True
    return False


def _abort(connection: web.RequestHandler) -> None:
    """Close at once, without sending what nobody takes."""
    transport = connection.transport
    connection.force_close()
    if transport is not None:
        transport.abort()
