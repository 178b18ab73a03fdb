"""IMDb's dumps into an empty catalogue, and again, by the command people use."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.dumps import Dumps, make
from benchmarks.stack import Stack


class Run(NamedTuple):
    """What one run of the command took. Memory is in MB, at its peak."""

    seconds: float
    client: float
    postgres: float
    said: str


def measure(stack: Stack, *, count: int, episodes: int, akas: int) -> list[str]:
    """Rows of a table: the first run, the same files again, and again though they are known."""
    folder = Path(
        os.environ.get("SCROBBLED_BENCH_DIR") or Path(tempfile.gettempdir()) / "scrobbled-bench-data"
    )
    dumps = make(folder, count=count, episodes=episodes, akas=akas)
    total = dumps.titles + dumps.episodes + dumps.akas
    rows = [
        f"{dumps.titles:,} titles, {dumps.episodes:,} episodes, {dumps.akas:,} other names",
        "",
        "| run | seconds | rows/s | client, MB | PostgreSQL, MB | said |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, more in (("first", []), ("second", []), ("second, `--again`", ["--again"])):
        run = _import(stack, dumps, more)
        rows.append(
            f"| {name} | {run.seconds:.1f} | {total / run.seconds:,.0f} | {run.client:.0f} | {run.postgres:.0f} |"
            f" {run.said} |"
        )
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def _import(stack: Stack, dumps: Dumps, more: list[str]) -> Run:
    command = [sys.executable, "-m", "scrobbled", "catalog", "import", "imdb", *map(str, dumps.files), *more]
    environment = {**os.environ, "SCROBBLED_DATA_DIR": str(stack.places.data_dir)}
    peaks = {"client": 0.0, "postgres": 0.0}
    over = threading.Event()
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watcher = threading.Thread(target=_watch, args=(stack, process.pid, peaks, over))
        watcher.start()
        said = process.communicate()[0].strip()
        seconds = time.perf_counter() - started
        over.set()
        watcher.join()
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return Run(seconds, peaks["client"], peaks["postgres"], said)


def _watch(stack: Stack, client: int, peaks: dict[str, float], over: threading.Event) -> None:
    server = stack.children()["postgres"]
    ended = False
    while not ended:
        peaks["client"] = max(peaks["client"], _highest(client))
        family = [server, *_descendants(server)]
        peaks["postgres"] = max(peaks["postgres"], sum(map(_proportional, family)))
        ended = over.wait(2.0)  # adding up what processes share takes time of its own


def _highest(pid: int) -> float:
    """MB of a process when it had most."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it is over
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmHWM")), 0.0)


def _proportional(pid: int) -> float:
    """MB of a process, with its part of what it shares."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it is over
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")), 0.0)


def _descendants(pid: int) -> list[int]:
    try:
        children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*children, *(each for child in children for each in _descendants(child))]
