"""The yardstick: aiohttp and uvloop, a handler that parses the body with orjson and says 202."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import uvloop
from aiohttp import web


async def _handle(request: web.Request) -> web.Response:
    orjson.loads(await request.read())
    return web.Response(status=202, body=b'{"id":"x"}', content_type="application/json")


def _serve(listener: socket.socket) -> None:
    application = web.Application()
    application.router.add_post("/v1/events", _handle)
    uvloop.install()
    web.run_app(application, sock=listener, access_log=None, print=None, handle_signals=True)


@contextmanager
def bare_server() -> Iterator[int]:
    """A bare server in a process of its own; the port it listens on."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    try:
        yield listener.getsockname()[1]
    finally:
        process.terminate()
        process.join()
        listener.close()
