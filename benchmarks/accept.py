"""How fast one front door accepts, beside a handler that does nothing."""

from __future__ import annotations

import statistics
import time

from benchmarks import bodies, load
from benchmarks.bare import bare_server
from benchmarks.stack import Stack

CONNECTIONS = 64


def measure(stack: Stack, *, seconds: float, rounds: int) -> list[str]:
    """
    Rows of a table: requests a second, bare and ours, in turn, and the ratio of each pair.

    1.2 KB bodies, the token checked, durable in the stream before the 202. The worker
    sleeps meanwhile: it is the front door that is measured.
    """
    ((user, token),) = stack.users(1)
    request = bodies.native(token, bodies.event_body("progress", user, 1, 50.0))
    rows, ratios = [], []
    with bare_server() as port, stack.worker_asleep():
        time.sleep(0.5)
        for number in range(rounds):
            bare = load.run(port, lambda _: request, connections=CONNECTIONS, seconds=seconds)
            before = stack.cpu_seconds("front")
            ours = load.run(stack.port, lambda _: request, connections=CONNECTIONS, seconds=seconds)
            busy = (stack.cpu_seconds("front") - before) / ours.seconds
            assert set(ours.statuses) == {202}, ours.statuses  # a refused run measures nothing
            ratios.append(ours.rate / bare.rate)
            rows.append(
                f"| {number + 1} | {bare.rate:,.0f} | {ours.rate:,.0f} | {ratios[-1]:.2f} |"
                f" {bare.percentile(99):.1f} | {ours.percentile(50):.1f} | {ours.percentile(99):.1f} | {busy:.0%} |"
            )
    head = [
        "| round | bare/s | ours/s | ratio | bare p99 ms | ours p50 ms | ours p99 ms | front door busy |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *rows, f"| median | | | **{statistics.median(ratios):.2f}** | | | | |"]
