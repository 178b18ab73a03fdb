"""
Where the time of an accepted event goes: whole requests without sockets, and each part alone.

In one process, in processor time, the best of many runs: what others do on the machine
matters less than with `accept`, whose rates it explains. The stream is replaced by one
that answers at once.
"""

from __future__ import annotations

import asyncio
import timeit
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any, cast

import uvloop
from aiohttp import web

from benchmarks import bodies
from benchmarks.bare import bare_application
from scrobbled import log, metrics
from scrobbled.ingest import native
from scrobbled.ingest.door import DOOR, Door, receipt
from scrobbled.roles.memory import settle
from scrobbled.stream.codec import encode_event
from scrobbled.stream.pipe import Pipe, Told
from scrobbled.stream.producer import Producer
from scrobbled.web import app
from scrobbled.web.auth import Authenticator, Identity
from scrobbled.web.gate import Gate
from scrobbled.web.responses import dump
from scrobbled.web.written import Written
from scrobbled.wire import native as wire

CONNECTIONS = 64
_PATIENCE = 120.0
_BODY = bodies.event_body("progress", 1, 1, 50.0)
_REQUEST = bodies.native("scr_pat_" + "x" * 43, _BODY)


class _Client(asyncio.Transport):
    """A connection whose other end sends the next request as soon as it has an answer."""

    def __init__(self, server: web.Server, requests: _Requests) -> None:
        super().__init__()
        self._requests = requests
        self.protocol = server()
        self.protocol.connection_made(self)

    def write(self, data: Any) -> None:
        """Take an answer."""
        assert b" 202 " in data[:13]
        self._requests.answered(self.protocol)

    def is_closing(self) -> bool:
        """Never."""
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002  # it has none
        """Nothing is known."""
        return default

    def resume_reading(self) -> None:
        """It never pauses."""


class _Requests:
    """So many requests over all connections of a server."""

    def __init__(self, server: web.Server) -> None:
        self._loop = asyncio.get_running_loop()
        self._clients = [_Client(server, self) for _ in range(CONNECTIONS)]
        self._left = 0
        self._done = self._loop.create_future()

    def answered(self, protocol: web.RequestHandler) -> None:
        """Send the next."""
        self._left -= 1
        if self._left >= CONNECTIONS:
            self._loop.call_soon(protocol.data_received, _REQUEST)
        elif self._left == 0:
            self._done.set_result(None)

    async def microseconds(self, count: int) -> float:
        """Processor time of a request, over *count* of them."""
        self._left, self._done = count, self._loop.create_future()
        before = process_time()
        for client in self._clients:
            client.protocol.data_received(_REQUEST)
        async with asyncio.timeout(_PATIENCE):  # an answer that is none of ours would be waited for
            await self._done
        return (process_time() - before) / count * 1e6


class _Stream:
    """Says at once that what it is sent is durable."""

    def write(self, _commands: bytes, count: int, told: Told) -> None:
        """As of *Pipe*."""
        asyncio.get_running_loop().call_soon(told, [b"1-1"] * count, None)

    def close(self) -> None:
        """As of *Pipe*."""


def measure(*, count: int, rounds: int) -> list[str]:
    """Rows of a table: microseconds of a request and of its parts, the best of *rounds*."""
    with Path("/dev/null").open("wb") as nowhere:
        log.set_up("json", "info", nowhere)
        bare, ours = uvloop.run(_whole(count, rounds))
        log.flush()
    parts = [(name, _best(part, count, rounds)) for name, part in _parts().items()]
    return [
        "| part | µs |",
        "| --- | --- |",
        f"| a bare request, without sockets | {bare:.1f} |",
        f"| an accepted event, without sockets and stream | {ours:.1f} |",
        *(f"| {name} | {each:.1f} |" for name, each in parts),
    ]


async def _whole(count: int, rounds: int) -> tuple[float, float]:
    """A bare request and one of ours, measured in turn."""
    bare_runner = web.AppRunner(bare_application(), access_log=None)
    await bare_runner.setup()
    runner = await _front_door()
    settle()
    bare, ours = (_Requests(cast("web.Server", each.server)) for each in (bare_runner, runner))
    found = [(await bare.microseconds(count), await ours.microseconds(count)) for _ in range(rounds)]
    return min(each[0] for each in found), min(each[1] for each in found)


async def _front_door() -> web.AppRunner:
    async def look_up(_: bytes) -> Identity:
        return Identity(user_id=7, token_id=8, name="bench", scopes=frozenset({"scrobble"}))

    async def touch(_: list[tuple[int, int]]) -> None:
        pass

    application = app.build(native.routes(1024 * 1024), Authenticator(look_up, touch))
    producer = Producer("redis://nowhere", partitions=16, limit=10**9)
    producer._pipe = cast("Pipe", _Stream())  # noqa: SLF001  # what `run` would connect
    application[DOOR] = Door(
        producer, cast("Any", None), cast("Any", None), Gate(10**9), name="bench", patience=5
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    app.shorten(runner, application)
    return runner


def _parts() -> dict[str, Callable[[], object]]:
    """What a request consists of and can be measured alone, by what it is called."""
    given = receipt(7)
    (event,) = wire.parse_events(_BODY, given)
    said = metrics.http_requests.labels("bench", "POST", "202")
    line = log.Shape("request", fixed={"path": "/v1/events"}, varying=("id", "status", "ms", "in", "out"))
    facts = ("0123abcd-ff", 202, 11.5, 1200, 63)
    return {
        "its id and time (`receipt`)": lambda: receipt(7),
        "its body, parsed and checked (`parse_events`)": lambda: wire.parse_events(_BODY, given),
        "for the stream (`encode_event`)": lambda: encode_event(event),
        "its answer (`Written`)": lambda: Written(dump(wire.receipts([event], several=False)), 202),
        "its log line (`Shape.rendered`)": lambda: line.rendered(1.7e9, facts),
        "counted (`Spread.observe`)": lambda: said.observe(0.011),
    }


def _best(part: Callable[[], object], count: int, rounds: int) -> float:
    return min(timeit.repeat(part, number=count, repeat=rounds, timer=process_time)) / count * 1e6
