"""The yardstick: aiohttp and uvloop, a handler that parses the body with orjson and says 202."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import orjson
import uvloop
from aiohttp import web


class Bare(NamedTuple):
    """A running bare server."""

    port: int
    pid: int


async def _handle(request: web.Request) -> web.Response:
    orjson.loads(await request.read())
    return web.Response(status=202, body=b'{"id":"x"}', content_type="application/json")


def bare_application() -> web.Application:
    """An application that does next to nothing with an event."""
    application = web.Application()
    application.router.add_post("/v1/events", _handle)
    return application


def _serve(listener: socket.socket) -> None:
    application = bare_application()
    uvloop.install()
    web.run_app(application, sock=listener, access_log=None, print=None, handle_signals=True)


@contextmanager
def bare_server() -> Iterator[Bare]:
    """A bare server in a process of its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    try:
        yield Bare(listener.getsockname()[1], process.pid or 0)
    finally:
        process.terminate()
        process.join()
        listener.close()
