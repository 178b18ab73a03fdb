"""
One connection that takes packed commands and hands back bare replies.

Appending an event costs the front door more than anything else it does, and most
of a client's share of that is machinery between the socket and the caller. This is
the socket and the reply parser (*hiredis*), for what is on the path of a request:
appending (*producer*), counting (*limits*) and hearing answers (*answers*). Everything
else goes through the ordinary client. See docs/decisions/0005.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias, cast

import hiredis
from redis.asyncio.connection import ConnectionPool

from scrobbled.errors import Unavailable

_AWAY = "the stream server is away"

#: Hears what is published to a channel.
Heard: TypeAlias = Callable[[bytes], None]

#: Is told the replies, where an error is a *hiredis.ReplyError* among the others, or why there are none.
Told: TypeAlias = Callable[[list[Any], Unavailable | None], None]


class Pipe(asyncio.Protocol):
    """Commands out, replies back in the same order. Made by *connect*, or by *listen* to hear messages."""

    def __init__(self, heard: Heard | None = None) -> None:
        self._heard = heard
        self._reader = hiredis.Reader(replyError=hiredis.ReplyError)
        self._outstanding: deque[tuple[int, list[Any], Told]] = deque()
        self._transport: asyncio.Transport | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, commands: bytes, count: int) -> asyncio.Future[list[Any]]:
        """
        As *write*; the future holds the replies, and raises *Unavailable* when the connection
        goes before the last of them came.
        """
        replies: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self.write(commands, count, partial(_settle, replies))
        return replies

    def write(self, commands: bytes, count: int, told: Told) -> None:
        """
        Write *count* packed *commands* now; *told* is called as soon as the last reply is here, where a
        future would cost another turn of the loop.
        """
        if self._transport is None or self._transport.is_closing():
            told([], Unavailable(_AWAY))
        else:
            self._outstanding.append((count, [], told))
            self._transport.write(commands)

    def close(self) -> None:
        """Hang up; whoever still waits is told *Unavailable*."""
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol --------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        # Else uvloop keeps what is written until everything else of this turn is done.
        self._transport.set_write_buffer_limits(0)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            if self._heard is not None and isinstance(reply, list) and reply[0] == b"message":
                self._heard(reply[2])
                continue
            count, replies, told = self._outstanding[0]
            replies.append(reply)
            if len(replies) == count:
                self._outstanding.popleft()
                told(replies, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        while self._outstanding:
            *_, told = self._outstanding.popleft()
            told([], Unavailable(_AWAY if exc is None else f"{_AWAY}: {exc}"))
        if not self.closed.done():
            self.closed.set_result(None)


def _settle(future: asyncio.Future[list[Any]], replies: list[Any], problem: Unavailable | None) -> None:
    if future.done():
        return  # nobody waits any more
    if problem is None:
        future.set_result(replies)
    else:
        future.set_exception(problem)


async def connect(url: str, heard: Heard | None = None) -> Pipe:
    """
    A pipe to the server at *url* (``redis://``, ``rediss://`` or ``unix://``), signed
    in, on its database, and answered by it: one that loads its data, cannot write or only
    listens is not there yet. Raises *OSError* or *Unavailable*.
    """
    options = ConnectionPool.from_url(url).connection_kwargs
    loop = asyncio.get_running_loop()
    if "path" in options:
        _, pipe = await loop.create_unix_connection(partial(Pipe, heard), options["path"])
    else:
        context = ssl.create_default_context() if url.startswith("rediss:") else None
        host, port = options.get("host", "localhost"), options.get("port", 6379)
        _, pipe = await loop.create_connection(partial(Pipe, heard), host, port, ssl=context)
    try:
        await _greet(pipe, options)
    except BaseException:
        pipe.close()
        raise
    return pipe


async def listen(url: str, channel: bytes, heard: Heard) -> Pipe:
    """As *connect*; what is published to *channel* is *heard* for as long as the pipe is open."""
    pipe = await connect(url, heard)
    try:
        await _say(pipe, ("SUBSCRIBE", channel))
    except BaseException:
        pipe.close()
        raise
    return pipe


async def _greet(pipe: Pipe, options: dict[str, Any]) -> None:
    for command in _greeting(options):
        await _say(pipe, command)


async def _say(pipe: Pipe, command: tuple[str | bytes, ...]) -> None:
    (reply,) = await pipe.send(hiredis.pack_command(cast("Any", command)), 1)
    if isinstance(reply, hiredis.ReplyError):
        message = f"the stream server refuses {command[0]!s}: {reply}"
        raise Unavailable(message)


def _greeting(options: dict[str, Any]) -> list[tuple[str, ...]]:
    commands: list[tuple[str, ...]] = []
    if options.get("password"):
        user = (options["username"],) if options.get("username") else ()
        commands.append(("AUTH", *user, options["password"]))
    if options.get("db"):
        commands.append(("SELECT", str(options["db"])))
    return [*commands, ("PING",)]
