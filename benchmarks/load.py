"""
Load over HTTP from a process of its own, and what came back.

A small client on plain sockets: a full HTTP client would cost more than the server
it measures. It speaks to 127.0.0.1 only, for a bounded time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import uvloop


class Result(msgspec.Struct):
    """
    What one run saw. *latencies* in seconds, ascending, *accepted* those of 2xx alone; *seconds* of
    wall clock.
    """

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    accepted: list[float] = []

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, percent: float) -> float:
        """The latency *percent* of the requests did not exceed, in milliseconds."""
        return percentile(self.latencies, percent)


def percentile(latencies: Sequence[float], percent: float) -> float:
    """The one of ascending *latencies* (seconds) that *percent* did not exceed, in milliseconds."""
    if not latencies:
        return float("nan")
    return latencies[min(int(len(latencies) * percent / 100), len(latencies) - 1)] * 1000


def request(method: str, path: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(
    port: int,
    requests: Callable[[int], bytes],
    *,
    connections: int,
    seconds: float,
    rate: float | None = None,
    offset: int = 0,
) -> Result:
    """
    Send ``requests(0)``, ``requests(1)``… over *connections* for *seconds*, in a
    process of its own; at most *rate* a second in total (None: as fast as it goes).
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(
        target=_in_process, args=(send, port, requests, connections, seconds, rate, offset)
    )
    process.start()
    result: Result = msgspec.msgpack.decode(receive.recv_bytes(), type=Result)
    process.join()
    return result


def _in_process(send, port, requests, connections, seconds, rate, offset) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, PLR0917  # arguments of run
    result = uvloop.run(_run(port, requests, connections, seconds, rate, offset))
    send.send_bytes(msgspec.msgpack.encode(result))


async def _run(  # noqa: PLR0917  # arguments of run
    port: int,
    requests: Callable[[int], bytes],
    connections: int,
    seconds: float,
    rate: float | None,
    offset: int,
) -> Result:
    latencies: list[float] = []
    accepted: list[float] = []
    statuses: dict[int, int] = {}
    started = time.perf_counter()
    deadline = started + seconds
    counter = iter(range(offset, offset + 1_000_000_000))

    async def one_connection(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        interval = connections / rate if rate else 0.0
        due = time.perf_counter() + interval * number / connections
        try:
            while (now := time.perf_counter()) < deadline:
                if rate:
                    if due > now:
                        await asyncio.sleep(due - now)
                    due = max(due + interval, time.perf_counter() - 1.0)
                began = time.perf_counter()
                writer.write(requests(next(counter)))
                status = await _answer(reader)
                latencies.append(time.perf_counter() - began)
                if status < 300:  # 2xx
                    accepted.append(latencies[-1])
                statuses[status] = statuses.get(status, 0) + 1
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    await asyncio.gather(*(one_connection(number) for number in range(connections)))
    seconds = time.perf_counter() - started
    return Result(seconds=seconds, latencies=sorted(latencies), statuses=statuses, accepted=sorted(accepted))


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    return int(head[9:12])
