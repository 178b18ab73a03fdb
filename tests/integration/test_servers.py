"""The embedded servers keep what they were given, whoever dies."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from scrobbled.errors import ConfigError, Unavailable
from scrobbled.servers import Places, Program, claim, postgres, valkey
from scrobbled.servers.leftover import end_leftovers, servers_naming
from tests.conftest import Servers

#: Starts both servers as a supervisor does, says so, and waits to be killed.
INSTANCE = """
import sys, time
from pathlib import Path
from typing import Any
from scrobbled.servers import Places, claim, postgres, valkey
places = Places(Path(sys.argv[1]))
places.make()
with claim(places):
    for program in (valkey.program(places), postgres.program(places)):
        program.start()
        program.wait_ready(120)
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def places() -> Iterator[Places]:
    """An empty data directory; nothing is left running at the end."""

    with tempfile.TemporaryDirectory(prefix="scrobbled-") as folder:
        yield from _places(Path(folder).resolve() / "data")


@pytest.fixture
def deep_places() -> Iterator[Places]:
    """A data directory whose path is too long for a socket."""

    with tempfile.TemporaryDirectory(prefix="scrobbled-") as folder:
        yield from _places(Path(folder).resolve() / ("deep" * 20) / "data")


def _places(data_dir: Path) -> Iterator[Places]:
    places = Places(data_dir)
    places.make()
    yield places
    end_leftovers(places.name, signal.SIGQUIT)
    end_leftovers(str(places.valkey_socket), signal.SIGKILL)
    if not places.run.is_relative_to(data_dir):
        subprocess.run(["rm", "-r", places.run], check=True)


def started(program: Program) -> Program:
    """*program*, serving."""

    program.start()
    program.wait_ready(120)
    return program


async def note(places: Places, text: str) -> None:
    """Write *text* to both servers and have it acknowledged."""

    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(places.database_url)
        stack.push_async_callback(connection.close)
        await connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        await connection.execute("INSERT INTO notes VALUES ($1)", text)
        client = await stack.enter_async_context(Redis.from_url(places.redis_url))
        await client.xadd("notes", {"text": text})


async def notes(places: Places) -> tuple[list[str], list[str]]:
    """What PostgreSQL and Valkey hold."""

    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(places.database_url)
        stack.push_async_callback(connection.close)
        rows = await connection.fetch("SELECT text FROM notes ORDER BY text")
        client = await stack.enter_async_context(Redis.from_url(places.redis_url, decode_responses=True))
        entries: Any = await client.xrange("notes")
        return [row["text"] for row in rows], [str(fields["text"]) for _, fields in entries]


def gone(mark: str) -> bool:
    """Whether no server with *mark* is left after a few seconds."""

    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not list(servers_naming(mark)):
            return True
        time.sleep(0.05)
    return False


async def test_killed_servers_keep_everything(places: Places) -> None:
    """What was acknowledged is there after kill -9 of both servers and a restart."""

    programs = [started(valkey.program(places)), started(postgres.program(places))]
    await note(places, "one")

    for program in programs:
        assert program.pid is not None
        os.kill(program.pid, signal.SIGKILL)
        program.wait(60)
        started(program)
    await note(places, "two")

    assert (["one", "two"], ["one", "two"]) == await notes(places)
    assert [True, True] == [program.stop(60) for program in programs]


async def test_killed_supervisor_leaves_no_server(places: Places) -> None:
    """A supervisor killed with -9 takes its servers along, and the next one finds all data."""

    with subprocess.Popen(
        [sys.executable, "-c", INSTANCE, places.data_dir], stdout=subprocess.PIPE, text=True
    ) as instance:
        assert instance.stdout is not None
        assert "ready\n" == instance.stdout.readline()
        await note(places, "one")
        instance.kill()

    if sys.platform == "linux":
        assert gone(places.name)
        assert gone(str(places.valkey_socket))
    with claim(places):
        programs = [started(valkey.program(places)), started(postgres.program(places))]
        assert (["one"], ["one"]) == await notes(places)
        for program in programs:
            program.stop(60)


async def test_leftover_servers_are_replaced(places: Places) -> None:
    """Servers that still run from an earlier instance are ended in order before new ones start."""

    old = [started(valkey.program(places)), started(postgres.program(places))]
    await note(places, "one")
    new = [started(valkey.program(places)), started(postgres.program(places))]

    assert [False, False] == [program.alive for program in old]
    assert [0, 0] == [program.status for program in old]
    assert (["one"], ["one"]) == await notes(places)
    for program in new:
        program.stop(60)


async def test_stale_pid_file(places: Places) -> None:
    """A pid file whose number now belongs to another process does not keep PostgreSQL from starting."""

    server = started(postgres.program(places))
    pid_file = places.postgres_data / "postmaster.pid"
    text = pid_file.read_text()
    server.stop(60)
    owner = places.postgres_data.stat()
    pid_file.write_text(text.replace(text.split("\n", 1)[0], str(os.getpid()), 1))
    os.chown(pid_file, owner.st_uid, owner.st_gid)

    assert started(server).alive
    server.stop(60)


async def test_torn_append_only_file(places: Places) -> None:
    """A last write that was cut in the middle is dropped; everything before it is there."""

    server = started(valkey.program(places))
    async with Redis.from_url(places.redis_url) as client:
        await client.set("kept", "yes")
        await client.set("torn", "x" * 1000)
    server.process.kill()  # type: ignore[union-attr]
    server.wait(60)
    (log_file,) = (places.valkey_data / "appendonlydir").glob("*.incr.aof")
    os.truncate(log_file, log_file.stat().st_size - 500)

    started(server)
    async with Redis.from_url(places.redis_url) as client:
        assert (b"yes", None) == (await client.get("kept"), await client.get("torn"))
    server.stop(60)


async def test_unfinished_initdb(places: Places) -> None:
    """A data directory that was not finished (a power cut) is made again."""

    (places.data_dir / "postgres.unfinished").mkdir()
    (places.data_dir / "postgres.unfinished" / "PG_VERSION").write_text("18\n")

    assert started(postgres.program(places)).stop(60)


async def test_long_path(deep_places: Places) -> None:
    """Where the path is too long for a socket, a short private directory serves, the same every time."""

    assert Path("/tmp") == deep_places.run.parent
    assert 0o700 == stat.S_IMODE(deep_places.run.stat().st_mode)
    assert Places(deep_places.data_dir).database_url == deep_places.database_url
    programs = [started(valkey.program(deep_places)), started(postgres.program(deep_places))]
    await note(deep_places, "one")

    assert (["one"], ["one"]) == await notes(deep_places)
    for program in programs:
        program.stop(60)


async def test_a_directory_that_anybody_may_enter() -> None:
    """A data directory that was there before, open to everybody, serves root as well as one of its own."""

    with tempfile.TemporaryDirectory(prefix="open-", dir="/tmp") as folder:
        data_dir = Path(folder) / "data"
        for each in (data_dir.parent, data_dir):
            each.mkdir(exist_ok=True)
            each.chmod(0o755)
        places = Places(data_dir)
        places.make()
        programs = [started(valkey.program(places)), started(postgres.program(places))]
        await note(places, "one")
        kept = await notes(places)
        for program in programs:
            program.stop(60)

    assert (["one"], ["one"]) == kept


def _link(path: Path) -> None:
    path.symlink_to("/tmp")


def _open_folder(path: Path) -> None:
    path.mkdir()
    path.chmod(0o755)


@pytest.mark.parametrize("trap", [_link, _open_folder, Path.touch])
def test_sockets_in_a_directory_of_others(trap: Callable[[Path], None], tmp_path: Path) -> None:
    """The sockets are not put where somebody else could have prepared the place."""

    (tmp_path / "data").mkdir()
    places = Places(tmp_path / "data")
    if places.run.is_relative_to(places.data_dir):
        trap(places.run)
        with pytest.raises(ConfigError, match="mode 0700"):
            places.make()


async def test_nobody_else_gets_in(places: Places) -> None:
    """No TCP port is open, and the sockets lie in directories that only the owner enters."""

    servers = [started(valkey.program(places)), started(postgres.program(places))]

    for folder in (places.data_dir, places.run, places.postgres_run, places.valkey_socket.parent):
        assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    connection = await asyncpg.connect(places.database_url)
    assert "" == await connection.fetchval("SHOW listen_addresses")
    await connection.close()
    async with Redis.from_url(places.redis_url) as client:
        assert {"port": "0"} == await client.config_get("port")
    for server in servers:
        server.stop(60)


async def test_durable_settings(places: Places) -> None:
    """Both servers are set to have written what they acknowledged."""

    programs = [started(valkey.program(places)), started(postgres.program(places))]
    connection = await asyncpg.connect(places.database_url)
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    assert ["on"] * 4 == [await connection.fetchval("SELECT current_setting($1)", name) for name in names]
    await connection.close()
    async with Redis.from_url(places.redis_url) as client:
        wanted = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
        assert wanted == await client.config_get(*wanted)
    for program in programs:
        program.stop(60)


async def test_letters_outside_ascii(servers: Servers) -> None:
    """Trigrams and lower case know letters of every script, else no such title could be found."""

    connection = await asyncpg.connect(servers.database_url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert await connection.fetchval("SELECT cardinality(show_trgm('Ñé'))") > 0
        assert "ñé" == await connection.fetchval("SELECT lower('ÑÉ')")
    finally:
        await transaction.rollback()
        await connection.close()


def test_second_instance(places: Places) -> None:
    """A second instance is refused with the pid of the first, and may start once that has gone."""

    with claim(places):
        other = subprocess.run(
            [sys.executable, "-c", INSTANCE, places.data_dir], capture_output=True, text=True, check=False
        )
        with ExitStack() as stack, pytest.raises(ConfigError, match=f"pid {os.getpid()}"):
            stack.enter_context(claim(places))

    assert f"pid {os.getpid()}" in other.stderr
    with claim(places):
        pass


def test_server_that_does_not_start(places: Places) -> None:
    """A server that cannot start says why, with the end of its log."""

    server = valkey.program(places)
    server.command += ["--no-such-setting", "1"]
    server.start()

    with pytest.raises(Unavailable, match="no-such-setting"):
        server.wait_ready(120)
