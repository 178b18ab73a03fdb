"""Three times what can be sustained: what the accepted part feels, and how soon all is well again."""

from __future__ import annotations

import threading

from benchmarks import bodies, load
from benchmarks.stack import Stack

USERS = 200
#: As in normal times, and for the crowd: enough for each to send once before the last is answered.
CONNECTIONS, CROWD = 32, 512
TIMES = 3


def measure(stack: Stack, *, rate: float, seconds: float) -> list[str]:
    """Rows of a table: *rate* events a second, then three times that for *seconds*, then *rate* again."""
    requests = bodies.mixed(stack.users(USERS))

    def send(connections: int, rate: float, seconds: float) -> load.Result:
        return load.run(
            stack.port,
            lambda n: requests[n % len(requests)],
            connections=connections,
            seconds=seconds,
            rate=rate,
        )

    send(CONNECTIONS, rate / 4, 3)
    normal = send(CONNECTIONS, rate, min(seconds, 15))
    peaks: dict[str, float] = {name: stack.megabytes(name) for name in ("front", "worker", "valkey")}
    before, over = dict(peaks), threading.Event()
    watcher = threading.Thread(target=_watch, args=(stack, peaks, over))
    watcher.start()
    crowd = send(CROWD, rate * TIMES, seconds)
    over.set()
    watcher.join()
    after, back = [], None
    for second in range(10):
        after.append(send(CONNECTIONS, rate, 1))
        if back is None and after[-1].percentile(99) <= 2 * normal.percentile(99):
            back = second
    return _table(rate, normal, crowd, after, back, before, peaks, stack.wait_until_empty(300))


def _watch(stack: Stack, peaks: dict[str, float], over: threading.Event) -> None:
    while not over.wait(0.5):
        for name, most in list(peaks.items()):
            peaks[name] = max(most, stack.megabytes(name))


def _table(  # noqa: PLR0917  # what measure found
    rate: float,
    normal: load.Result,
    crowd: load.Result,
    after: list[load.Result],
    back: int | None,
    before: dict[str, float],
    peaks: dict[str, float],
    drained: float,
) -> list[str]:
    usual, then = (load.percentile(each.accepted, 99) for each in (normal, crowd))
    memory = ", ".join(f"{name} {before[name]:.0f} → {peaks[name]:.0f} MB" for name in peaks)
    return [
        "| | offered/s | answered/s | accepted/s | p50 ms of accepted | p99 ms of accepted | statuses |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        _row("normal", rate, normal),
        _row(f"{TIMES} times that, {CROWD} connections", rate * TIMES, crowd),
        _row("normal again, the first second", rate, after[0]),
        "",
        "| what | figure | bar |",
        "| --- | --- | --- |",
        f"| p99 of accepted, beside normal | {then / usual:.1f} | ≤ 5 |",
        f"| normal again (p99 ≤ twice) after | {'never' if back is None else f'{back} s'} | ≤ 5 s |",
        f"| memory | {memory} | bounded |",
        f"| stream empty after | {drained:.0f} s | |",
    ]


def _row(name: str, offered: float, run: load.Result) -> str:
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(run.statuses.items()))
    return (
        f"| {name} | {offered:,.0f} | {run.rate:,.0f} | {len(run.accepted) / run.seconds:,.0f} |"
        f" {load.percentile(run.accepted, 50):.1f} | {load.percentile(run.accepted, 99):.1f} | {statuses} |"
    )
