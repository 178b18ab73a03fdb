"""How fast one front door accepts, beside a handler that does nothing."""

from __future__ import annotations

import statistics
import time

from benchmarks import bodies, load
from benchmarks.bare import bare_server
from benchmarks.stack import Stack, cpu_seconds

CONNECTIONS = 64


def measure(stack: Stack, *, seconds: float, rounds: int) -> list[str]:
    """
    Rows of a table: requests a second, bare and ours, in turn, and the ratio of each pair.

    1.2 KB bodies, the token checked, durable in the stream before the 202. The worker
    sleeps meanwhile: it is the front door that is measured. Where others work on the
    machine, the processor time of a request tells more than the rate.
    """
    ((user, token),) = stack.users(1)
    request = bodies.native(token, bodies.event_body("progress", user, 1, 50.0))
    rows, ratios = [], []
    with bare_server() as server, stack.worker_asleep():
        front = stack.children()["front"]
        time.sleep(0.5)
        for number in range(rounds):
            bare, bare_cpu = _run(server.port, server.pid, request, seconds)
            ours, cpu = _run(stack.port, front, request, seconds)
            ratios.append(ours.rate / bare.rate)
            rows.append(
                f"| {number + 1} | {bare.rate:,.0f} | {ours.rate:,.0f} | {ratios[-1]:.2f} |"
                f" {bare_cpu:.0f} | {cpu:.0f} | {bare_cpu / cpu:.2f} |"
                f" {bare.percentile(99):.1f} | {ours.percentile(50):.1f} | {ours.percentile(99):.1f} |"
                f" {cpu * ours.rate / 1e6:.0%} |"
            )
    head = [
        "| round | bare/s | ours/s | ratio | bare, µs of processor | ours, µs | ratio |"
        " bare p99 ms | ours p50 ms | ours p99 ms | front door busy |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *rows, f"| median | | | **{statistics.median(ratios):.2f}** | | | | | | | |"]


def _run(port: int, pid: int, request: bytes, seconds: float) -> tuple[load.Result, float]:
    """What one run saw, and the server's processor time for a request in microseconds."""
    before = cpu_seconds(pid)
    result = load.run(port, lambda _: request, connections=CONNECTIONS, seconds=seconds)
    assert set(result.statuses) == {202}, result.statuses  # a refused run measures nothing
    return result, (cpu_seconds(pid) - before) / len(result.latencies) * 1e6
