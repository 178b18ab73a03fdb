"""Connecting to Redis or Valkey, and whether it keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import redis.asyncio
from redis import exceptions
from redis.exceptions import RedisError, ResponseError

from scrobbled.errors import NoAnswer, plainly

#: What going wrong means that the same command may work later.
TRANSIENT = (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.BusyLoadingError, OSError)

#: Seconds a command may take before its connection counts as dead; no command waits longer by itself.
_PATIENCE = 10.0

#: Seconds in which a task has heard that it is cancelled.
_HEARD = 0.2


@asynccontextmanager
async def open_redis(url: str, *, must_answer: bool = True) -> AsyncIterator[redis.asyncio.Redis]:
    """A client for *url*; raises *NoAnswer* when the server does not answer and *must_answer*."""
    client = redis.asyncio.Redis.from_url(
        url, socket_connect_timeout=5, socket_timeout=_PATIENCE, health_check_interval=0
    )
    try:
        if must_answer:
            await client.ping()
        yield client
    except TRANSIENT as error:
        message = f"Redis does not answer: {plainly(error).rstrip('.')}"
        raise NoAnswer(message) from error
    finally:
        await client.aclose()


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """
    Cancel *tasks* until all of them have ended; what they raise stays in them. Once may not do: before
    Python 3.12 asyncio.wait_for, with which redis-py sends, loses a cancellation that comes as it ends.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_HEARD)


async def durability_doubts(client: redis.asyncio.Redis) -> list[str]:
    """
    Why this server could lose an event it accepted: one sentence each, [] = it won't.

    Accepted means durable, so an append-only file must be synced on every write and
    nothing may be evicted.
    """
    try:
        settings = {**await client.config_get("append*"), **await client.config_get("maxmemory*")}
    except ResponseError:
        return ["its settings cannot be read, so nobody knows whether accepted events survive a crash"]
    doubts = []
    if settings.get("appendonly") != "yes":
        doubts.append("appendonly is off: accepted events are lost when it stops; set `appendonly yes`")
    elif settings.get("appendfsync") != "always":
        doubts.append(
            f"appendfsync is {settings.get('appendfsync')}: the last second of accepted events"
            " is lost when it crashes; set `appendfsync always`"
        )
    policy = settings.get("maxmemory-policy", "noeviction")
    if settings.get("maxmemory", "0") != "0" and policy != "noeviction":
        doubts.append(
            f"maxmemory-policy is {policy}: accepted events may be evicted; set `maxmemory-policy noeviction`"
        )
    return doubts


__all__ = ["TRANSIENT", "RedisError", "durability_doubts", "end", "open_redis"]
