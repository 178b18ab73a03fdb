"""`scrobbled serve`: everything of one machine under one supervisor.

It claims the data directory, starts the embedded servers that no URL replaces,
brings the schema up to date, makes the first user, and keeps the front door
and the workers running: what dies is started again, at once at first, then at
most every two seconds. On SIGINT or SIGTERM the order is turned round, so
that everything accepted is still written by somebody: the front door, the
workers, Valkey, PostgreSQL, all inside ten seconds.

The supervisor is one thread that sleeps until a signal or a deadline. It holds
no connection and no data; killing it loses nothing.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog

from scrobbled.config import Settings
from scrobbled.errors import ConfigError, Unavailable, plainly
from scrobbled.servers import Places, Program, claim, postgres, valkey
from scrobbled.servers.kept import LONGEST_PAUSE, Kept
from scrobbled.servers.signals import Signals, catch_signals

FRONT = "ingest,api,ui"
WORKER = "worker"

#: Seconds a server may take to start; recovery after a crash replays at most max_wal_size.
START_SECONDS = 120.0

#: Seconds after the signal by which each group has ended; what is left over is killed.
STOP_BY = (4.0, 7.0, 8.0, 9.5)

#: Seconds between looks at /health/ready while starting.
READY_POLL = 0.05

#: Seconds until the first token is shown even if nothing is ready.
TOKEN_PATIENCE = 30.0

log = structlog.get_logger(stage="serve")

Migrate = Callable[[str], Awaitable[list[str]]]
FirstUser = Callable[[str], Awaitable[str | None]]


def supervise(
    settings: Settings, environment: Mapping[str, str], migrate: Migrate, first_user: FirstUser
) -> None:
    """Run everything until a signal ends it.

    *migrate* and *first_user* are given the URL of the database; what the
    latter returns is the first token, shown once.
    """

    started = time.monotonic()
    places = Places(settings.data_dir)
    places.make()
    with claim(places), catch_signals() as signals:
        _insist_on_free_port(settings)
        _empty_metrics(settings)
        urls = {
            "SCROBBLED_DATABASE_URL": settings.database_url or places.database_url,
            "SCROBBLED_REDIS_URL": settings.redis_url or places.redis_url,
        }
        supervisor = _Supervisor(settings, signals, started)
        try:
            supervisor.start_servers(places)
            token = asyncio.run(_prepare(urls["SCROBBLED_DATABASE_URL"], migrate, first_user, signals))
            supervisor.start_children({**environment, **urls})
            supervisor.keep(token)
        finally:
            supervisor.stop()


class _Supervisor:
    """The programs of this machine, started in one order and stopped in the other."""

    def __init__(self, settings: Settings, signals: Signals, started: float) -> None:
        self._settings = settings
        self._signals = signals
        self._started = started
        self._kept: list[Kept] = []

    def start_servers(self, places: Places) -> None:
        """Start the embedded servers that are needed and wait until they serve."""

        if not self._settings.redis_url:
            self._start(valkey.program(places), group=2)
        if not self._settings.database_url:
            # Every process has a pool, and so may a few commands beside them.
            connections = (self._settings.workers + 2) * self._settings.database_connections
            self._start(postgres.program(places, max(60, connections + 20)), group=3)
        for kept in self._kept:
            kept.program.wait_ready(START_SECONDS)
            log.info("server ready", server=kept.program.name, pid=kept.program.pid)

    def start_children(self, environment: Mapping[str, str]) -> None:
        """Start the front door and the workers."""

        if self._signals.stop:
            return
        # One scrape of the front door shows all of them, so none opens a port of its own.
        shared = {**environment, "SCROBBLED_METRICS_PORT": ""}
        shared.pop("PROMETHEUS_MULTIPROC_DIR", None)  # the front door counts in memory, which is cheaper
        self._start(_child("front door", FRONT, shared), group=0)
        for number in range(1, self._settings.workers + 1):
            own = {
                "SCROBBLED_WORKER_NAME": f"{self._settings.worker_name}-{number}",
                "SCROBBLED_WORKERS": "1",
                "PROMETHEUS_MULTIPROC_DIR": str(self._settings.metrics_dir),
            }
            self._start(_child(f"worker {number}", WORKER, {**shared, **own}), group=1)

    def keep(self, token: str | None) -> None:
        """Restart what dies until a signal comes; tell once when all is ready, and the first token."""

        ready = False
        while not self._signals.stop:
            pause = min(filter(None, (self._look_after(kept) for kept in self._kept)), default=None)
            if not ready and (ready := _answers_ready(self._settings)):
                seconds = round(time.monotonic() - self._started, 2)
                log.info("ready", url=base_url(self._settings), seconds=seconds)
            if token and (ready or time.monotonic() - self._started > TOKEN_PATIENCE):
                _show(token, self._settings)
                token = None
            self._signals.wait(pause if ready else min(pause or READY_POLL, READY_POLL))
        if token:
            _show(token, self._settings)

    def stop(self) -> None:
        """End everything, group by group, each within its time."""

        began = time.monotonic()
        for group, seconds in enumerate(STOP_BY):
            members = [kept.program for kept in self._kept if kept.group == group]
            for program in members:
                program.ask_to_stop()
            for program in members:
                if not program.wait(began + seconds - time.monotonic()):
                    log.warning(
                        "killed", program=program.name, pid=program.pid, reason="did not stop in time"
                    )
        log.info("stopped", seconds=round(time.monotonic() - began, 2))

    def _start(self, program: Program, group: int) -> None:
        kept = Kept(program, group)
        self._kept.append(kept)
        kept.start()

    def _look_after(self, kept: Kept) -> float | None:
        """Restart *kept* when it is dead and its pause is over; returns what is left of the pause."""

        if kept.program.alive:
            return None
        now = time.monotonic()
        if kept.restart_at is None:
            self._note_death(kept, now)
        if kept.restart_at is not None and now < kept.restart_at:
            return kept.restart_at - now
        try:
            kept.start()
        except (OSError, Unavailable) as error:
            log.exception("restart failed", program=kept.program.name, error=str(error))
            kept.restart_at = now + LONGEST_PAUSE
            return LONGEST_PAUSE
        log.info("restarted", program=kept.program.name, pid=kept.program.pid)
        return None

    def _note_death(self, kept: Kept, now: float) -> None:
        pause = kept.died(now)
        _forget_metrics(self._settings, kept.program.pid)
        log.error(
            "program ended",
            program=kept.program.name,
            pid=kept.program.pid,
            status=kept.program.status,
            last_words=kept.program.last_words() or None,
            restart_in=pause,
        )


def base_url(settings: Settings) -> str:
    """Where a client on this machine reaches the front door."""

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _child(name: str, roles: str, environment: Mapping[str, str]) -> Program:
    return Program(name, [sys.executable, "-m", "scrobbled", "serve", "--role", roles], environment)


async def _prepare(
    database_url: str, migrate: Migrate, first_user: FirstUser, signals: Signals
) -> str | None:
    """Bring the schema up to date and make the first user, when the database comes up late too."""

    end = time.monotonic() + START_SECONDS
    while not signals.stop:
        try:
            if ran := await migrate(database_url):
                log.info("migrated", migrations=len(ran), newest=ran[-1])
            return await first_user(database_url)
        except (OSError, Unavailable) as error:
            if time.monotonic() > end:
                raise Unavailable(f"the database does not answer: {plainly(error)}") from error
            log.warning("waiting for the database", error=str(error))
            await asyncio.sleep(1)
    return None


def _insist_on_free_port(settings: Settings) -> None:
    """Say at once, and once, that the port is taken; a front door restarting for ever says it worse."""

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        where = f"SCROBBLED_HOST {settings.host}, SCROBBLED_PORT {settings.port}"
        taken = "; stop what listens there, or choose another port" if error.errno == errno.EADDRINUSE else ""
        raise ConfigError(f"cannot listen on {where}: {plainly(error)}{taken}") from error


def _answers_ready(settings: Settings) -> bool:
    """Whether the front door answers /health/ready with 200."""

    host, _, port = base_url(settings).removeprefix("http://").rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=1) as connection:
            connection.sendall(b"GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in connection.recv(64).partition(b"\r\n")[0]
    except OSError:
        return False


def _show(token: str, settings: Settings) -> None:
    """Print the first token, the one time it can be."""

    print(  # noqa: T201 - this is for the person at the terminal, and must never be in a log
        f"\nYour first token, shown this once:\n\n  {token}\n\nTry it:\n\n"
        f"  curl -H 'Authorization: Bearer {token}' {base_url(settings)}/v1/me\n\n"
        f"Connect a player, and set a password with which apps sign in:\n\n  {_command()} connect plex\n"
        f"  {_command()} user password admin\n",
        flush=True,
    )


def _command() -> str:
    """What to write for `scrobbled` in another terminal at the same place: as this one was called."""

    return sys.argv[0] if Path(sys.argv[0]).name == "scrobbled" else "scrobbled"


def _empty_metrics(settings: Settings) -> None:
    """Remove the numbers of processes that are gone; they would be summed for ever."""

    settings.metrics_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for stale in settings.metrics_dir.glob("*.db"):
        stale.unlink(missing_ok=True)


def _forget_metrics(settings: Settings, pid: int | None) -> None:
    """Remove the gauges of a process that ended; its counters stay, since what it did stays done."""

    for stale in settings.metrics_dir.glob(f"gauge_live*_{pid}.db"):
        stale.unlink(missing_ok=True)
