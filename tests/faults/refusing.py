"""Servers that run and answer, and are not as they were: full, read-only, another schema, without groups."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError

from scrobbled.stream import names
from tests.faults.stack import Stack

#: What a write leaves of itself when its server dies in the middle of it.
_TORN = b"*5\r\n$4\r\nXADD\r\n$18\r\nscrobbled:events:0\r\n$1\r\n*\r\n$5\r\neve"


@asynccontextmanager
async def stream_server(stack: Stack) -> AsyncIterator[redis.asyncio.Redis]:
    """Valkey, reached beside the proxy."""

    client = redis.asyncio.Redis(unix_socket_path=str(stack.places["valkey"].valkey_socket))
    try:
        yield client
    finally:
        await client.aclose()


async def lose_groups(stack: Stack, chance: random.Random) -> None:
    """Somebody destroys the workers' groups, and with them what was handed out."""

    async with stream_server(stack) as client:
        for _ in range(3):
            for key in await client.keys(names.events(0)[:-1] + b"*"):
                with suppress(RedisError):
                    await client.xgroup_destroy(key, names.GROUP)
            await asyncio.sleep(chance.uniform(0.1, 1.0))


async def run_out_of_memory(stack: Stack, chance: random.Random) -> None:
    """Valkey has no memory left, and a worker that begins meanwhile is to make room all the same."""

    async with stream_server(stack) as client:
        most = str((await client.config_get("maxmemory"))["maxmemory"])
        await client.config_set("maxmemory", "1")
        if chance.random() < 0.5:
            stack.instance.kill("worker")
        await asyncio.sleep(chance.uniform(1.0, 4.0))
        await client.config_set("maxmemory", most)


async def tear_last_write(stack: Stack, chance: random.Random) -> None:
    """Valkey dies in the middle of a write."""

    stack.kill("valkey")
    await asyncio.sleep(chance.uniform(0.2, 1.0))
    newest = max(stack.places["valkey"].valkey_data.glob("appendonlydir/*.incr.aof"))
    with newest.open("ab") as file:
        file.write(_TORN[: chance.randrange(1, len(_TORN))])
    stack.revive("valkey")
    while not stack.serves("valkey"):  # noqa: ASYNC110  # a process
        await asyncio.sleep(0.02)


async def only_read(stack: Stack, chance: random.Random) -> None:
    """The database is a standby for a while: it answers, and takes nothing."""

    other = await asyncpg.connect(stack.database_url)
    try:
        await other.execute("alter database scrobbled set default_transaction_read_only = on")
        await end_connections(other)
        await asyncio.sleep(chance.uniform(0.5, 3.0))
    finally:
        await other.execute("set default_transaction_read_only = off")
        await other.execute("alter database scrobbled reset default_transaction_read_only")
        await end_connections(other)
        await other.close()


async def change_schema(stack: Stack, chance: random.Random) -> None:
    """Somebody migrates: what was prepared does not fit any more."""

    other = await asyncpg.connect(stack.database_url)
    try:
        for _ in range(5):
            for table in ("events", "plays", "playback", "viewers", "titles", "tokens"):
                await other.execute(f"alter table {table} add column if not exists passing text")
                await other.execute(f"alter table {table} drop column passing")
            await asyncio.sleep(chance.uniform(0.1, 0.4))
    finally:
        await other.close()


async def end_connections(other: asyncpg.Connection[asyncpg.Record]) -> None:
    """End what scrobbled has open."""

    await other.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'scrobbled%'"
    )
