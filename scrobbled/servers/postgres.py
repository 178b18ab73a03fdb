"""The embedded PostgreSQL: made once, started with our settings, found again after a crash."""

from __future__ import annotations

import locale
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from scrobbled.errors import Unavailable
from scrobbled.servers.account import Account, command_as, hand_over, server_account
from scrobbled.servers.binaries import PostgresBinaries, find_postgres
from scrobbled.servers.leftover import end_leftovers
from scrobbled.servers.places import POSTGRES_SOCKET, Places
from scrobbled.servers.program import Program

DATABASE = "scrobbled"
USER = "scrobbled"
#: The first version with a C.UTF-8 of its own, which sorts and folds the same on every system.
BUILTIN_LOCALE = 17
#: What systems call it. PostgreSQL's pg_trgm still asks the system which bytes are letters:
#: with plain C it drops every letter outside ASCII, and no title with one would be found.
CHARACTER_TYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8")

SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "max_wal_size": "2GB",
    "jit": "off",  # our queries are short; compiling them costs more than it gains
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
}


def program(places: Places, max_connections: int = 60) -> Program:
    """The server for *places*, its data directory made when there is none yet."""

    account = server_account(places.postgres_data)
    binaries = find_postgres(places.postgres_data)
    hand_over(places.postgres_run, account)
    end_leftovers(_mark(places), signal.SIGINT)
    if not (places.postgres_data / "PG_VERSION").exists():
        _create(places, binaries, account)
    return Program(
        name="postgres",
        command=_command(places, binaries, account, max_connections),
        environment=_environment(),
        stop_signal=signal.SIGINT,  # "fast": clients are disconnected and a checkpoint is written
        log_file=places.postgres_log,
        before_start=lambda: _clear(places),
        is_ready=lambda: _is_ready(places),
    )


def _command(
    places: Places, binaries: PostgresBinaries, account: Account | None, max_connections: int
) -> list[str]:
    settings = SETTINGS | {
        "max_connections": str(max_connections),
        "unix_socket_directories": str(places.postgres_run),
        "unix_socket_permissions": "0700",
        "cluster_name": _mark(places),
    }
    if binaries.has_library("pg_stat_statements"):
        settings["shared_preload_libraries"] = "pg_stat_statements"
    command = [
        str(binaries.postgres),
        "-D",
        str(places.postgres_data),
        "-p",
        POSTGRES_SOCKET.rpartition(".")[2],
    ]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    socket = places.postgres_run / POSTGRES_SOCKET
    return command_as(account, command, places.postgres_data, socket, dies_with=signal.SIGINT)


def _create(places: Places, binaries: PostgresBinaries, account: Account | None) -> None:
    """Make the data directory with our database in it.

    It is made beside its place and renamed when complete, so that a power cut
    in between leaves nothing that looks like a database.
    """

    unfinished = places.postgres_data.with_name("postgres.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    hand_over(unfinished, account)
    initdb = [
        str(binaries.initdb),
        "-D",
        str(unfinished),
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        *_locale(binaries),
    ]
    _run([*initdb, "--data-checksums", "--no-instructions"], unfinished, account)
    single = [str(binaries.postgres), "--single", "-D", str(unfinished), "postgres"]
    _run(single, unfinished, account, say=f"CREATE DATABASE {DATABASE}\n")
    unfinished.rename(places.postgres_data)


def _locale(binaries: PostgresBinaries) -> list[str]:
    options = ["--locale=C", f"--lc-ctype={_character_type()}"]
    if binaries.major >= BUILTIN_LOCALE:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return options


def _character_type() -> str:
    """The first of *CHARACTER_TYPES* that this system knows, else C."""

    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in CHARACTER_TYPES:
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _run(command: list[str], data: Path, account: Account | None, say: str = "") -> None:
    done = subprocess.run(
        command_as(account, command, data, dies_with=signal.SIGTERM),
        env=_environment(),
        cwd="/",
        input=say,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"{Path(command[0]).name} failed:\n{(done.stderr or done.stdout).strip()}")


def _environment() -> dict[str, str]:
    """What the server needs of ours; PG* variables would change what it does."""

    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _mark(places: Places) -> str:
    """What every process of this server has in its command line: its cluster name."""

    return places.name


def _clear(places: Places) -> None:
    """End an old server, and drop its pid file once nothing serves the data any more.

    In a container the number in that file is soon somebody else's, and
    PostgreSQL would refuse to start for it.
    """

    end_leftovers(_mark(places), signal.SIGINT)
    for stale in (places.postgres_data / "postmaster.pid", places.postgres_run / f"{POSTGRES_SOCKET}.lock"):
        stale.unlink(missing_ok=True)


def _is_ready(places: Places) -> bool:
    """Whether the server says so in the eighth line of its pid file, as pg_ctl reads it."""

    try:
        lines = (places.postgres_data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"  # noqa: PLR2004 - the eighth line
