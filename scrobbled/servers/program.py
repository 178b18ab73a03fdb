"""One process that the supervisor keeps: started, watched, stopped, and never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from scrobbled.errors import Unavailable

#: A log of a server is kept in two files of this many bytes, renamed when the server starts.
LOG_BYTES = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec should do as little as it can.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _nothing() -> None:
    """Do nothing before the start."""


@dataclass
class Program:
    """A program and, once started, its process.

    *before_start* runs before every start, restarts included. *is_ready* says
    whether it serves. *log_file* takes its output; without one, it shares ours.
    It has a session of its own, so Ctrl-C in a terminal reaches us alone, and
    on Linux it gets *stop_signal* when we die, whatever killed us. For that it
    must be started from the main thread: the kernel watches the thread.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    log_file: Path | None = None
    before_start: Callable[[], None] = _nothing
    is_ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it; returns before it serves."""

        self.before_start()
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(_open_log(self.log_file)) if self.log_file else None
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=self._die_with_us,  # noqa: PLW1509 - the supervisor has one thread
            )

    def wait_ready(self, seconds: float) -> None:
        """Return when it serves; raises `Unavailable` when it does not within *seconds* or ends."""

        end = time.monotonic() + seconds
        while not self.is_ready():
            if not self.alive or time.monotonic() > end:
                self.stop(1)
                raise Unavailable(
                    f"{self.name} did not start; {self.log_file} ends with:\n{self.last_words()}"
                )
            time.sleep(0.01)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""

        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id, once started."""

        return self.process.pid if self.process else None

    @property
    def status(self) -> int | None:
        """How its last process ended, None while it runs: an exit status, or a signal's number below zero."""

        return self.process.poll() if self.process else None

    def ask_to_stop(self) -> None:
        """Send the signal on which it ends in order."""

        if self.process and self.alive:
            self.process.send_signal(self.stop_signal)

    def stop(self, seconds: float) -> bool:
        """End it: in order within *seconds*, else at once. Returns whether it went in order."""

        self.ask_to_stop()
        return self.wait(seconds)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; after *seconds* kill all of it. Returns whether it went by itself."""

        if self.process is None:
            return True
        try:
            self.process.wait(max(seconds, 0.01))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
            return False
        return True

    def last_words(self) -> str:
        """The end of its log, for a message."""

        if not self.log_file or not self.log_file.exists():
            return ""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-5:])

    def _die_with_us(self) -> None:
        if _LIBC:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(self.stop_signal), 0, 0, 0)


def _open_log(path: Path) -> contextlib.AbstractContextManager[BinaryIO]:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.rename(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")
