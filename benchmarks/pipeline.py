"""From HTTP to a committed row, and answers that are waited for, under load."""

from __future__ import annotations

import json
import statistics
import threading
import time
import urllib.error
import urllib.request

from benchmarks import bodies, load
from benchmarks.load import Result
from benchmarks.stack import Stack

USERS = 200
CONNECTIONS = 32


def sustained(stack: Stack, *, rate: float, seconds: float) -> list[str]:
    """Rows of a table: what happens at *rate* events a second for *seconds*."""
    users = stack.users(USERS)
    requests = bodies.mixed(users)
    resting = {name: stack.megabytes(name) for name in ("front", "worker")}
    load.run(stack.port, lambda n: requests[n % len(requests)], connections=8, seconds=3, rate=rate / 4)
    depths: list[float] = []
    visible: list[float] = []
    over = threading.Event()
    watchers = [
        threading.Thread(target=_watch_depth, args=(stack, depths, over)),
        threading.Thread(target=_watch_visible, args=(stack, users[0][1], visible, over)),
    ]
    before = {name: stack.cpu_seconds(name) for name in ("front", "worker", "valkey")}
    for watcher in watchers:
        watcher.start()
    result = load.run(
        stack.port, lambda n: requests[n % len(requests)], connections=CONNECTIONS, seconds=seconds, rate=rate
    )
    over.set()
    for watcher in watchers:
        watcher.join()
    busy = {name: (stack.cpu_seconds(name) - before[name]) / result.seconds for name in before}
    loaded = {name: stack.megabytes(name) for name in resting}
    drained = stack.wait_until_empty(60)
    return _table(result, visible, depths, drained, busy, resting, loaded)


def answers(stack: Stack, *, rate: float, seconds: float) -> list[str]:
    """Rows of a table: Trakt's ``scrobble/stop``, waited for, beside *rate* events a second."""
    users = stack.users(USERS)
    requests = bodies.mixed(users, seed=2)
    outcome: list[Result] = []
    background = threading.Thread(
        target=lambda: outcome.append(
            load.run(
                stack.port,
                lambda n: requests[n % len(requests)],
                connections=CONNECTIONS,
                seconds=seconds,
                rate=rate,
            )
        )
    )
    background.start()
    time.sleep(1)
    stops = [bodies.trakt_stop(token, number % 400, 90.0) for number, (_, token) in enumerate(users)]
    result = load.run(
        stack.port,
        lambda n: stops[n % len(stops)],
        connections=4,
        seconds=max(seconds - 2, 1),
        rate=50,
        offset=0,
    )
    background.join()
    stack.wait_until_empty(60)
    return [
        "| load, events/s | stops answered | statuses | p50 ms | p95 ms | p99 ms | max ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        f"| {outcome[0].rate:,.0f} | {len(result.latencies)} | {result.statuses} | {result.percentile(50):.1f} |"
        f" {result.percentile(95):.1f} | {result.percentile(99):.1f} | {result.percentile(100):.1f} |",
    ]


def _watch_depth(stack: Stack, depths: list[float], over: threading.Event) -> None:
    while not over.wait(1.0):
        depths.append(stack.gauge("scrobbled_stream_depth"))


def _watch_visible(stack: Stack, token: str, waits: list[float], over: threading.Event) -> None:
    """Send an event, ask for its outcome until it is there, note the milliseconds; again."""
    base, headers = f"http://127.0.0.1:{stack.port}", {"Authorization": f"Bearer {token}"}
    body = bodies.event_body("progress", 0, 1, 50.0)
    while not over.wait(0.2):
        request = urllib.request.Request(f"{base}/v1/events", body, headers)
        event = json.loads(urllib.request.urlopen(request, timeout=10).read())["id"]
        accepted = time.perf_counter()
        while not over.is_set():
            try:
                asked = urllib.request.Request(f"{base}/v1/events/{event}", headers=headers)
                urllib.request.urlopen(asked, timeout=10).read()
            except urllib.error.HTTPError:
                time.sleep(0.002)
            else:
                waits.append((time.perf_counter() - accepted) * 1000)
                break


def _table(  # noqa: PLR0917  # the columns
    result: Result,
    visible: list[float],
    depths: list[float],
    drained: float,
    busy: dict[str, float],
    resting: dict[str, float],
    loaded: dict[str, float],
) -> list[str]:
    visible.sort()
    seen = [
        visible[min(int(len(visible) * part), len(visible) - 1)] if visible else 0.0
        for part in (0.5, 0.95, 0.99)
    ]
    half = len(depths) // 2
    return [
        "| what | figure |",
        "| --- | --- |",
        f"| events a second, for {result.seconds:.0f} s | {result.rate:,.0f}, statuses {result.statuses} |",
        f"| accept p50 / p95 / p99 | {result.percentile(50):.1f} / {result.percentile(95):.1f} / {result.percentile(99):.1f} ms |",
        f"| accept to visible p50 / p95 / p99 | {seen[0]:.0f} / {seen[1]:.0f} / {seen[2]:.0f} ms ({len(visible)} probes) |",
        f"| unprocessed, median of first and second half, most | {_median(depths[:half])} / {_median(depths[half:])} / {max(depths, default=0):.0f} |",
        f"| empty after the load ended | {drained:.1f} s |",
        f"| processor: front door / worker / Valkey | {busy['front']:.0%} / {busy['worker']:.0%} / {busy['valkey']:.0%} |",
        f"| memory at rest: front door / worker | {resting['front']:.0f} / {resting['worker']:.0f} MB |",
        f"| memory under load: front door / worker | {loaded['front']:.0f} / {loaded['worker']:.0f} MB |",
    ]


def _median(values: list[float]) -> str:
    return f"{statistics.median(values):.0f}" if values else "-"
