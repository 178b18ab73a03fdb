"""
The real processes, with everything between them where it can be made to fail.

The supervisor runs the front door and the workers. PostgreSQL and Valkey are kept alive
here, each on a small disk of its own and behind a proxy. Whoever checks reaches the
database directly.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import struct
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from scrobbled.servers import Places, Program, claim, postgres, valkey
from tests.acceptance.instance import Instance, children
from tests.faults.proxy import Proxy

#: What each server's disk holds, in MiB.
DISKS = {"postgres": 1024, "valkey": 128}
CONNECTIONS = 40
_CLOCK = Path(__file__).with_name("clock.c")
_LIBC = ctypes.CDLL(None)


class Stack:
    """Made by *running*. *has_disks*: the servers' disks can be filled; *has_clock*: the clock can jump."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = {name: Places(folder / name) for name in DISKS}
        self.programs: dict[str, Program] = {}
        self.down: set[str] = set()
        self.database = Proxy(self.places["postgres"].postgres_run / ".s.PGSQL.5432")
        self.stream = Proxy(self.places["valkey"].valkey_socket)
        self.instance = Instance()
        self.has_disks = False
        self.has_clock = False

    @property
    def database_url(self) -> str:
        """The database, without the proxy."""

        return self.places["postgres"].database_url

    # Servers ----------------------------------------------------------------------

    def processes(self, name: str) -> list[int]:
        """A server with all its processes, the one that starts the others last."""

        pid = self.programs[name].pid
        return [] if pid is None else [*children(pid), pid]

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send every process of a server a signal."""

        for pid in self.processes(name):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self, name: str) -> None:
        """Kill -9 a server, and leave it down until *revive*."""

        self.down.add(name)
        os.kill(self.programs[name].process.pid, signal.SIGKILL)  # type: ignore[union-attr]  # it was started

    def revive(self, name: str) -> None:
        """Let it be started again."""

        self.down.discard(name)

    def serves(self, name: str) -> bool:
        """Whether a server runs and answers."""

        return self.programs[name].alive and self.programs[name].is_ready()

    async def keep(self) -> None:
        """Start whatever died, as a service manager would, until cancelled."""

        while True:
            for name, program in self.programs.items():
                if name not in self.down and not program.alive:
                    with suppress(OSError):
                        program.start()
            await asyncio.sleep(0.2)

    def disk(self, name: str) -> Path:
        """Where a server's disk is mounted."""

        return self.places[name].data_dir

    # Clock ------------------------------------------------------------------------

    def set_clock(self, seconds: float) -> None:
        """Let the wall clock of the front door and the workers be off by *seconds*."""

        with (self.folder / "clock").open("r+b") as file:
            file.write(struct.pack("q", int(seconds * 1e9)))

    def environment(self, workers: int) -> dict[str, str]:
        """What the supervisor is told."""

        given = {
            "SCROBBLED_DATABASE_URL": f"postgresql://scrobbled@127.0.0.1:{self.database.port}/scrobbled",
            "SCROBBLED_REDIS_URL": f"redis://127.0.0.1:{self.stream.port}/0",
            "SCROBBLED_WORKERS": str(workers),
        }
        if self.has_clock:
            given |= {"LD_PRELOAD": str(self.folder / "clock.so"), "CLOCK_OFFSET": str(self.folder / "clock")}
        return given


@asynccontextmanager
async def running(*, workers: int = 1) -> AsyncIterator[Stack]:
    """A stack at work; everything is gone afterwards."""

    with _folder() as folder, ExitStack() as cleaning:
        stack = Stack(folder)
        mounted = [cleaning.enter_context(_disk(folder / name)) for name in DISKS]
        stack.has_disks = all(mounted)
        stack.has_clock = _build_clock(folder)
        for places in stack.places.values():
            places.make()
            cleaning.enter_context(claim(places))
        stack.programs = {
            "valkey": valkey.program(stack.places["valkey"]),
            "postgres": postgres.program(stack.places["postgres"], CONNECTIONS),
        }
        for program in stack.programs.values():
            program.start()
            cleaning.callback(program.stop, 5)
        for program in stack.programs.values():
            program.wait_ready(60)
        keeper = asyncio.create_task(stack.keep())
        try:
            await stack.database.listen()
            await stack.stream.listen()
            stack.instance.environment |= stack.environment(workers)
            await asyncio.to_thread(stack.instance.start)
            yield stack
        finally:
            keeper.cancel()
            stack.database.speak()
            stack.stream.speak()
            await asyncio.to_thread(stack.instance.remove)
            await stack.database.close()
            await stack.stream.close()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="flt-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _disk(place: Path) -> Iterator[bool]:
    """A small disk at *place*, where we may mount one; whether there is one."""

    place.mkdir(mode=0o700)
    size = f"size={DISKS[place.name]}m,mode=0700".encode()
    mounted = _LIBC.mount(b"tmpfs", bytes(place), b"tmpfs", 0, size) == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", place], check=False)


def _build_clock(folder: Path) -> bool:
    """Compile the clock that can jump; whether that is possible here."""

    compiler = shutil.which("gcc") or shutil.which("cc")
    (folder / "clock").write_bytes(bytes(8))
    if compiler is None:
        return False
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", folder / "clock.so", _CLOCK, "-ldl"], check=False
    )
    return built.returncode == 0
