"""A TCP proxy in front of a unix socket, for whoever wants a network to fail."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_CHUNK = 16 * 1024


class Proxy:
    """
    Forwards connections on ``127.0.0.1:port`` to the socket *target*. *delay* holds each
    piece up for as many seconds; while *silent* nothing passes and nobody is told.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._left: dict[str, int] = {}
        self.port = 0
        self.delay: Callable[[], float] | None = None

    async def listen(self) -> None:
        """Take connections."""

        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse connections, and cut those that are open."""

        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()

    def cut(self) -> None:
        """Reset every connection."""

        for writer in list(self._open):
            writer.transport.abort()

    def cut_within(self, direction: str, chance: random.Random, most: int) -> None:
        """Reset the connection that next has sent up to *most* more bytes *up* (to the server) or *down*."""

        self._left[direction] = chance.randrange(1, most)

    def is_cut(self, direction: str) -> bool:
        """Whether that has happened."""

        return direction not in self._left

    def fall_silent(self) -> None:
        """Hold everything back."""

        self._passing.clear()

    def speak(self) -> None:
        """Let everything pass again."""

        self._passing.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        for direction, source, sink in (("up", reader, server_writer), ("down", server_reader, writer)):
            self._open.add(sink)
            task = asyncio.create_task(self._pump(direction, source, sink, (writer, server_writer)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(
        self,
        direction: str,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                await self._passing.wait()
                if self.delay is not None:
                    await asyncio.sleep(self.delay())
                left = self._left.get(direction)
                if left is not None and left <= len(data):
                    del self._left[direction]
                    sink.write(data[:left])
                    await asyncio.sleep(0)
                    break
                if left is not None:
                    self._left[direction] = left - len(data)
                sink.write(data)
                await sink.drain()
        for writer in both:
            self._open.discard(writer)
            writer.transport.abort()
