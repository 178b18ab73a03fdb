"""How soon a front door that was killed takes events again, and what its start costs."""

from __future__ import annotations

import os
import signal
import statistics
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

from benchmarks.stack import Stack

#: Seconds after which the supervisor thinks well of a program again, and a little more.
_REST = 6.0


def measure(stack: Stack, *, rounds: int) -> list[str]:
    """Rows of a table: *rounds* times kill -9, on a machine where nothing else happens."""
    ((_, token),) = stack.users(1)
    done = []
    for _ in range(rounds):
        time.sleep(_REST)
        done.append(_round(stack, token))
    waits, costs = [wait for wait, _ in done], [cost for _, cost in done]
    return [
        "| rounds | accepting again: median, s | worst, s | bar, s | processor time of the start: median, s | least, s |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| {rounds} | {statistics.median(waits):.2f} | {max(waits):.2f} | ≤ 2 |"
        f" {statistics.median(costs):.2f} | {min(costs):.2f} |",
    ]


def _round(stack: Stack, token: str) -> tuple[float, float]:
    """Seconds from the kill to the first 2xx, and the new process's processor time until then."""
    os.kill(stack.children()["front"], signal.SIGKILL)
    began = time.monotonic()
    while not _accepted(stack.port, token):
        time.sleep(0.005)
    return time.monotonic() - began, stack.cpu_seconds("front")


def _accepted(port: int, token: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with suppress(OSError, HTTPException):
        connection.request("POST", f"/webhooks/generic/{token}", b'{"event": "stop", "title": "A film"}')
        return connection.getresponse().status == 200  # accepted
    return False
