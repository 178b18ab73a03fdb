"""The real thing, started for a benchmark: a supervisor, its children, users with tokens."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import asyncpg

from scrobbled.servers import Places


class Stack:
    """A running instance in a directory of its own."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
        self._process = process
        self.port = port
        self.places = Places(folder / "data")
        self.log = folder / "log"

    def children(self) -> dict[str, int]:
        """By name (front, worker, valkey, postgres), the pids of what the supervisor runs."""
        found: dict[str, int] = {}
        for pid in map(int, _children_of(self._process.pid)):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for name, mark in (
                ("front", "ingest"),
                ("worker", "role worker"),
                ("valkey", "valkey"),
                ("postgres", "postgres"),
            ):
                if mark in command:
                    found.setdefault(name, pid)
        return found

    def megabytes(self, name: str) -> float:
        """Resident memory of a child."""
        status = Path(f"/proc/{self.children()[name]}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def cpu_seconds(self, name: str) -> float:
        """Processor time a child has used."""
        return cpu_seconds(self.children()[name])

    @contextmanager
    def worker_asleep(self) -> Iterator[None]:
        """Measure the front door alone: the worker is stopped meanwhile."""
        worker = self.children()["worker"]
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(worker, signal.SIGCONT)

    def gauge(self, name: str) -> float:
        """One number of /metrics, summed over its labels."""
        page = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10).read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(name))

    def wait_until_empty(self, patience: float) -> float:
        """Seconds until the stream holds nothing unprocessed."""
        started = time.perf_counter()
        while self.gauge("scrobbled_stream_depth") and time.perf_counter() - started < patience:
            time.sleep(0.1)
        return time.perf_counter() - started

    def users(self, count: int) -> list[tuple[int, str]]:
        """New users: (id, token)."""
        return asyncio.run(self._users(count))

    async def _users(self, count: int) -> list[tuple[int, str]]:
        connection = await asyncpg.connect(self.places.database_url)
        try:
            made = []
            for _ in range(count):
                token = f"scr_pat_{secrets.token_urlsafe(32)}"
                user = await connection.fetchval(
                    "insert into users (name, slug) values ($1, $1) returning id",
                    f"bench {secrets.token_hex(6)}",
                )
                await connection.execute(
                    "insert into tokens (user_id, hash, label) values ($1, $2, 'bench')",
                    user,
                    sha256(token.encode()).digest(),
                )
                made.append((user, token))
            return made
        finally:
            await connection.close()


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(**settings: str) -> Iterator[Stack]:
    """A fresh instance; *settings* are SCROBBLED_* without the prefix."""
    folder = Path(tempfile.mkdtemp(prefix="scrobbled-bench-"))
    port = _free_port()
    environment = {
        **os.environ,
        "SCROBBLED_DATA_DIR": str(folder / "data"),
        "SCROBBLED_PORT": str(port),
        "SCROBBLED_STREAM_MAX_EVENTS": "1000000",
        "SCROBBLED_REQUESTS_PER_MINUTE": "0",
        "SCROBBLED_REQUESTS_PER_DAY": "0",
        "SCROBBLED_TRAKT_READS": "0",
        "SCROBBLED_TRAKT_WRITES": "0",
        **{f"SCROBBLED_{name.upper()}": value for name, value in settings.items()},
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrobbled", "serve"], env=environment, stdout=log, stderr=log
        )
    stack = Stack(process, folder, port)
    try:
        _wait_ready(port)
        yield stack
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2).read()
            return
        time.sleep(0.1)
    message = "the instance did not become ready"
    raise TimeoutError(message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
