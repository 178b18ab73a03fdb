"""
What can go wrong, each as something that begins, lasts for a moment and ends.

A fault is over when its coroutine returns; from then on everything must recover by itself.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import asyncpg

from tests.faults import refusing
from tests.faults.proxy import Proxy
from tests.faults.refusing import end_connections
from tests.faults.stack import Stack

Fault = Callable[[Stack, random.Random], Awaitable[None]]

#: The workers' lock on a user, see store/queries/timeline.sql.
_LOCK = "select pg_advisory_xact_lock(7274662, hashint8($1::bigint))"
_MEGABYTE = bytes(1024 * 1024)


async def _last(chance: random.Random, most: float = 2.0) -> None:
    await asyncio.sleep(chance.uniform(0.2, most))


# Processes ------------------------------------------------------------------------


async def _kill_part(name: str, stack: Stack, _chance: random.Random) -> None:
    stack.instance.kill(name)


async def _kill_server(name: str, stack: Stack, chance: random.Random) -> None:
    stack.kill(name)
    await _last(chance)
    await _revive(stack, name)


async def _kill_both(stack: Stack, chance: random.Random) -> None:
    stack.kill("valkey")
    stack.kill("postgres")
    await _last(chance)
    await _revive(stack, "valkey", "postgres")


async def _start_without_stream(stack: Stack, chance: random.Random) -> None:
    """The front door dies while there is no stream, and begins without one."""

    stack.kill("valkey")
    old = stack.instance.kill("front door")
    while stack.instance.parts().get("front door") in {None, old}:  # noqa: ASYNC110  # a process
        await asyncio.sleep(0.05)
    await _last(chance, 4)
    await _revive(stack, "valkey")


async def _revive(stack: Stack, *names: str) -> None:
    """The fault is over when the servers answer again: how fast they start is their own affair."""

    for name in names:
        stack.revive(name)
    for name in names:
        while not stack.serves(name):  # noqa: ASYNC110  # a process
            await asyncio.sleep(0.02)


async def _stop_part(name: str, stack: Stack, chance: random.Random) -> None:
    pid = stack.instance.parts()[name]
    os.kill(pid, signal.SIGSTOP)
    await _last(chance, 3)
    os.kill(pid, signal.SIGCONT)


async def _stop_servers(names: Sequence[str], stack: Stack, chance: random.Random) -> None:
    for name in names:
        stack.signal(name, signal.SIGSTOP)
    await _last(chance, 3)
    for name in names:
        stack.signal(name, signal.SIGCONT)


# The network ----------------------------------------------------------------------


def _stream(stack: Stack) -> Proxy:
    return stack.stream


def _database(stack: Stack) -> Proxy:
    return stack.database


async def _cut(direction: str, proxy: Callable[[Stack], Proxy], stack: Stack, chance: random.Random) -> None:
    """Three connections, each reset in the middle of what it says."""

    for _ in range(3):
        proxy(stack).cut_within(direction, chance, 4000)
        for _ in range(100):
            if proxy(stack).is_cut(direction):
                break
            await asyncio.sleep(0.02)


async def _delay(proxy: Callable[[Stack], Proxy], stack: Stack, chance: random.Random) -> None:
    proxy(stack).delay = lambda: chance.uniform(0, 0.2)
    await _last(chance, 3)
    proxy(stack).delay = None


async def _silence(proxy: Callable[[Stack], Proxy], stack: Stack, chance: random.Random) -> None:
    """Nothing passes for a while; then it does, or the connections turn out to be dead."""

    proxy(stack).fall_silent()
    await _last(chance, 3)
    if chance.random() < 0.5:
        proxy(stack).cut()
    proxy(stack).speak()


async def _unreachable(proxy: Callable[[Stack], Proxy], stack: Stack, chance: random.Random) -> None:
    await proxy(stack).close()
    await _last(chance)
    await proxy(stack).listen()


# Disks ----------------------------------------------------------------------------


async def _fill(name: str, stack: Stack, chance: random.Random) -> None:
    filler = stack.disk(name) / "filler"
    await asyncio.to_thread(_write_all, filler)
    await _last(chance, 3)
    filler.unlink()
    await _revive(stack, name)


def _write_all(filler: Path) -> None:
    """Write until there is no byte left."""

    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(_MEGABYTE):
            pass
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(b"\0"):
            pass


# PostgreSQL -----------------------------------------------------------------------


async def _refuse(stack: Stack, chance: random.Random) -> None:
    """The database takes no connections, and those it had are ended."""

    other = await asyncpg.connect(stack.database_url, database="postgres")
    try:
        await other.execute("alter database scrobbled with allow_connections false")
        await end_connections(other)
        await _last(chance)
    finally:
        await other.execute("alter database scrobbled with allow_connections true")
        await other.close()


async def _use_up(stack: Stack, chance: random.Random) -> None:
    """Somebody else has every connection that PostgreSQL gives."""

    opened: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        opened.append(await asyncpg.connect(stack.database_url, database="postgres"))
        await end_connections(opened[0])
        end = asyncio.get_running_loop().time() + chance.uniform(0.5, 2.0)
        while asyncio.get_running_loop().time() < end:
            try:
                opened.append(await asyncpg.connect(stack.database_url, database="postgres"))
            except asyncpg.PostgresError:
                await end_connections(opened[0])
                await asyncio.sleep(0.05)
    finally:
        for each in opened:
            each.terminate()


async def _deadlock(stack: Stack, chance: random.Random) -> None:
    """Somebody locks users one by one in an order of their own; the workers are the victims."""

    other = await asyncpg.connect(stack.database_url)
    try:
        await other.execute("set deadlock_timeout = '60s'")
        users = [row["id"] for row in await other.fetch("select id from users order by id desc limit 20")]
        end = asyncio.get_running_loop().time() + chance.uniform(2.0, 4.0)
        while asyncio.get_running_loop().time() < end:
            async with other.transaction():
                for user in chance.sample(users, len(users)):
                    await other.execute(_LOCK, user)
                    await asyncio.sleep(0.01)
    finally:
        other.terminate()


async def _conflict(stack: Stack, chance: random.Random) -> None:
    """Every transaction must serialise, while somebody else writes the same rows."""

    other = await asyncpg.connect(stack.database_url)
    try:
        await other.execute("alter database scrobbled set default_transaction_isolation = 'repeatable read'")
        await end_connections(other)
        end = asyncio.get_running_loop().time() + chance.uniform(1.0, 2.5)
        while asyncio.get_running_loop().time() < end:
            async with other.transaction(isolation="read_committed"):
                await other.execute("update viewers set source = source")
                await asyncio.sleep(0.1)
    finally:
        await other.execute("alter database scrobbled reset default_transaction_isolation")
        await end_connections(other)
        other.terminate()


# The clock ------------------------------------------------------------------------


async def _jump(sign: int, stack: Stack, chance: random.Random) -> None:
    """The clock is off by minutes to days, and then right again; some of it without a stream."""

    stack.set_clock(sign * chance.choice([90, 3600, 86_400]))
    await _last(chance, 1)
    if chance.random() < 0.5:
        await _kill_server("valkey", stack, chance)
    stack.set_clock(0)
    await _last(chance, 1)


KINDS: dict[str, Fault] = {
    "front door killed": partial(_kill_part, "front door"),
    "worker killed": partial(_kill_part, "worker"),
    "Valkey killed": partial(_kill_server, "valkey"),
    "PostgreSQL killed": partial(_kill_server, "postgres"),
    "both servers killed": _kill_both,
    "front door killed without a stream": _start_without_stream,
    "front door stopped": partial(_stop_part, "front door"),
    "worker stopped": partial(_stop_part, "worker"),
    "Valkey stopped": partial(_stop_servers, ["valkey"]),
    "PostgreSQL stopped": partial(_stop_servers, ["postgres"]),
    "both servers stopped": partial(_stop_servers, ["valkey", "postgres"]),
    "stream cut in a command": partial(_cut, "up", _stream),
    "stream cut in a reply": partial(_cut, "down", _stream),
    "database cut in a query": partial(_cut, "up", _database),
    "database cut in a reply": partial(_cut, "down", _database),
    "stream delayed": partial(_delay, _stream),
    "database delayed": partial(_delay, _database),
    "stream silent": partial(_silence, _stream),
    "database silent": partial(_silence, _database),
    "stream unreachable": partial(_unreachable, _stream),
    "database unreachable": partial(_unreachable, _database),
    "Valkey's disk full": partial(_fill, "valkey"),
    "PostgreSQL's disk full": partial(_fill, "postgres"),
    "PostgreSQL refuses": _refuse,
    "PostgreSQL's connections used up": _use_up,
    "deadlock": _deadlock,
    "serialisation failure": _conflict,
    "PostgreSQL only reads": refusing.only_read,
    "schema changed": refusing.change_schema,
    "groups destroyed": refusing.lose_groups,
    "Valkey's memory full": refusing.run_out_of_memory,
    "Valkey's last write torn": refusing.tear_last_write,
    "clock jumps ahead": partial(_jump, 1),
    "clock jumps back": partial(_jump, -1),
}


def impossible(stack: Stack, kind: str) -> str | None:
    """Why *kind* cannot be made here; None when it can."""

    if "disk" in kind and not stack.has_disks:
        return "a small disk cannot be mounted here; it takes root"
    if "clock" in kind and not stack.has_clock:
        return "there is no C compiler for the clock that jumps"
    return None
