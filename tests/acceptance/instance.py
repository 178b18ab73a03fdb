"""A whole scrobbled, started as a person starts it and looked at from outside."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any

from scrobbled.servers import Places
from scrobbled.store.users import ALL_SCOPES

#: What the command line of each kept process holds, in the order they stop.
PARTS = {
    "front door": ("--role", "ingest,api,ui"),
    "worker": ("--role", "worker"),
    "valkey": ("valkey",),
    "postgres": ("postgres",),
}

#: Tests ask as fast as they can; those of the limits take this back.
UNLIMITED = {
    f"SCROBBLED_{name}": "0"
    for name in ("REQUESTS_PER_MINUTE", "REQUESTS_PER_DAY", "TRAKT_READS", "TRAKT_WRITES")
}

_TOKEN = re.compile(r"scr_pat_[A-Za-z0-9_-]+")
_numbers = count(1)


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""

        return json.loads(self.body)


@dataclass
class Instance:
    """One data directory, one port, and the supervisor that serves them once *start* was called.

    *environment* is all a process is given beside PATH, the directory and the port. *requests* are
    the ids under which every request of this helper was sent, so that its log line can be found.
    """

    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="scr-", dir="/tmp")).resolve())
    port: int = 0
    token: str = ""
    requests: dict[str, int] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def places(self) -> Places:
        """Where the embedded servers are."""

        return Places(self.folder / "data")

    @property
    def url(self) -> str:
        """The front door."""

        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The supervisor."""

        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the supervisor was started and not stopped."""

        return self._process is not None

    @property
    def stdout(self) -> str:
        """Everything said on stdout, over all starts."""

        return (self.folder / "stdout").read_text()

    @property
    def stderr(self) -> str:
        """Everything said on stderr, over all starts."""

        return (self.folder / "stderr").read_text()

    @property
    def environ(self) -> dict[str, str]:
        """The environment of every process of this instance."""

        own = {
            "PATH": os.environ["PATH"],
            "SCROBBLED_DATA_DIR": str(self.places.data_dir),
            "SCROBBLED_PORT": str(self.port),
            **UNLIMITED,
        }
        return own | self.environment

    # Life -------------------------------------------------------------------------

    def start(self) -> Instance:
        """Start everything and return when it is ready; remembers the token of a first start."""

        with (self.folder / "stdout").open("ab") as out, (self.folder / "stderr").open("ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scrobbled", "serve"],
                env=self.environ,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        eventually(self.ready, f"ready; it said: {self.stderr[-2000:]}", seconds=120)
        if not self.token:
            eventually(lambda: _TOKEN.search(self.stdout), "a first token")
            self.token = _TOKEN.findall(self.stdout)[0]
        return self

    def administer(self) -> Instance:
        """Ask with a token from now on that has every scope there is."""

        words = [word for scope in ALL_SCOPES for word in ("--scope", scope)]
        self.token = self.run("token", "create", "admin", "--label", "all", *words).stdout.strip()
        return self

    def ready(self) -> bool:
        """Whether /health/ready says so; fails when the supervisor is gone."""

        assert self._process is not None
        assert self._process.poll() is None, f"the supervisor has ended: {self.stderr[-2000:]}"
        try:
            return self.call("GET", "/health/ready", token=None, timeout=2).status == 200
        except (OSError, HTTPException):
            return False

    def interrupt(self, *, group: bool = False) -> None:
        """Send SIGINT to the supervisor; with *group*, to every process as Ctrl-C in a terminal does."""

        (os.killpg if group else os.kill)(self.pid, signal.SIGINT)

    def wait(self, seconds: float) -> int:
        """Wait until the supervisor has ended; returns its status."""

        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self) -> None:
        """Stop with SIGINT and, should that fail, without mercy; what is on disk stays."""

        if self._process is None:
            return
        if self._process.poll() is None:
            family = self.family()
            self.interrupt()
            with suppress(subprocess.TimeoutExpired):
                self.wait(60)
            if self._process.poll() is None:
                for pid in (self.pid, *family):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self.wait(60)
        self._process = None

    def kill_supervisor(self) -> None:
        """Kill -9 the supervisor."""

        assert self._process is not None
        self._process.kill()
        self._process.wait(60)
        self._process = None

    def remove(self) -> None:
        """Stop and forget everything."""

        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of scrobbled beside the instance, with *stdin* typed into it."""

        return subprocess.run(
            [sys.executable, "-m", "scrobbled", *arguments],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )

    # Processes --------------------------------------------------------------------

    def parts(self) -> dict[str, int]:
        """Name -> pid of what the supervisor keeps running and that is alive now."""

        found = {}
        for pid in children(self.pid):
            words = command(pid)
            for name, marks in PARTS.items():
                if words and all(any(mark in word for word in words) for mark in marks):
                    found[name] = pid
                    break
        return found

    def family(self) -> list[int]:
        """Every process below the supervisor."""

        found, to_look = [], [self.pid]
        while to_look:
            below = children(to_look.pop())
            found += below
            to_look += below
        return found

    def kill(self, name: str) -> int:
        """Kill -9 the part *name*, of this instance alone; returns the pid it had."""

        pid = self.parts()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def second_door(self) -> Iterator[Instance]:
        """Another front door on the same servers, ready, as long as the block runs."""

        door = Instance(token=self.token, folder=self.folder)
        urls = {
            "SCROBBLED_DATABASE_URL": self.places.database_url,
            "SCROBBLED_REDIS_URL": self.places.redis_url,
            "SCROBBLED_PORT": str(door.port),
        }
        with (self.folder / "second").open("ab") as log:
            door._process = subprocess.Popen(
                [sys.executable, "-m", "scrobbled", "serve", "--role", "ingest,api,ui"],
                env=self.environ | urls,
                stdout=log,
                stderr=log,
            )
        try:
            eventually(door.ready, "a second front door")
            yield door
        finally:
            door._process.terminate()
            door.wait(60)

    # HTTP -------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Reply:
        """One request. *body* is bytes, an iterator of them, or anything to be sent as JSON.

        *token* "" is the instance's first one, None none.
        """

        name = f"call-{next(_numbers)}"
        sent = {"X-Request-ID": name, "Content-Type": "application/json"}
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        raw: Any = b"" if body is None else body
        if not isinstance(raw, bytes | Iterator):
            raw = json.dumps(raw).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, raw, sent | dict(headers or {}))
            response = connection.getresponse()
            reply = Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()
        self.requests[name] = reply.status
        return reply

    def outcome(self, event_id: str, *, token: str = "") -> dict[str, Any]:
        """What became of an event, once it has been applied."""

        reply = self.call("GET", f"/v1/events/{event_id}", token=token)
        end = time.monotonic() + 60
        while reply.status == 404 and time.monotonic() < end:
            time.sleep(0.05)
            reply = self.call("GET", f"/v1/events/{event_id}", token=token)
        assert reply.status == 200, reply.body
        found: dict[str, Any] = reply.json
        return found

    def history(self, *, token: str = "") -> list[dict[str, Any]]:
        """The newest plays."""

        found: list[dict[str, Any]] = self.call("GET", "/v1/history?limit=500", token=token).json["data"]
        return found

    def metric(self, name: str) -> float:
        """The sum of all samples of *name*; none of the stream as long as it does not answer."""

        samples: list[str] = []
        end = time.monotonic() + 30
        while not samples and time.monotonic() < end:
            text = self.call("GET", "/metrics", token=None).body.decode()
            samples = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
            time.sleep(0 if samples else 0.1)
        assert samples, f"no metric {name}"
        return sum(map(float, samples))

    def drain(self, seconds: float = 120) -> None:
        """Wait until everything accepted has been applied."""

        def empty() -> bool:
            try:
                waiting = self.metric("scrobbled_stream_depth") + self.metric("scrobbled_inbox_depth")
                return waiting == 0
            except (OSError, HTTPException, AssertionError):
                return False

        eventually(empty, "an empty queue", seconds=seconds)

    def log(self) -> list[dict[str, Any]]:
        """Every line on stderr; one that is just being written is none yet."""

        return [json.loads(line) for line in self.stderr.rpartition("\n")[0].splitlines()]


def eventually(true: Callable[[], object], what: str, *, seconds: float = 60) -> None:
    """Wait until *true* is; fails after *seconds*."""

    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    """
    A port nobody listens on, of those that no connection is given: it stays free until the instance
    takes it, also while that starts anew.
    """

    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def children(pid: int) -> list[int]:
    """The processes that *pid* started."""

    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []


def command(pid: int) -> list[str]:
    """The command line of *pid*; empty when it is gone or a zombie."""

    try:
        return [word for word in Path(f"/proc/{pid}/cmdline").read_text().split("\0") if word]
    except OSError:
        return []


def alive(pids: list[int]) -> list[int]:
    """Those of *pids* that still run."""

    return [pid for pid in pids if command(pid)]
