"""Ending the servers that a killed instance left behind.

We hold the lock of the data directory when we come here, so whatever still
serves it has no supervisor any more. It is found by its command line, which
names the data directory, and not by a pid file: after a crash of the machine
the number in that may belong to somebody else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SERVERS = ("postgres", "valkey-server", "redis-server")


def end_leftovers(mark: str, gently: signal.Signals, *, seconds: float = 10) -> list[int]:
    """End every server whose command line holds *mark* and return their process ids.

    They get *gently*; after *seconds* what is left is killed, which both
    servers survive without losing a committed byte.
    """

    first = list(servers_naming(mark))
    for signal_number, patience in ((gently, seconds), (signal.SIGKILL, 5)):
        for pid in servers_naming(mark):
            with suppress(ProcessLookupError):
                os.kill(pid, signal_number)
        end = time.monotonic() + patience
        while left := list(servers_naming(mark)):
            if time.monotonic() > end:
                break
            time.sleep(0.02)
        if not left:
            break
    return first


def servers_naming(mark: str) -> Iterator[int]:
    """The process ids of the servers whose command line holds *mark*."""

    for pid, command in _commands():
        program = os.path.basename(command.split(" ", 1)[0]).rstrip(":")  # noqa: PTH119 - text, not a path of ours
        if mark in command and program in SERVERS and pid != os.getpid():
            yield pid


def _commands() -> Iterator[tuple[int, str]]:
    """Each process with its command line, words joined by spaces."""

    if sys.platform != "linux":
        ps = ["/bin/ps", "-axo", "pid=,args="]
        listing = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
        for line in listing.splitlines():
            pid, _, command = line.strip().partition(" ")
            yield int(pid), command
        return
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it ended while we looked
                yield int(folder.name), _command_line(folder)


def _command_line(folder: Path) -> str:
    """The command line in /proc; empty for a process that has ended and waits for its parent."""

    return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
