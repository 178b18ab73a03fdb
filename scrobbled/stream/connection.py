"""Connecting to Redis or Valkey, and whether it keeps what it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio
from redis import exceptions
from redis.exceptions import RedisError, ResponseError

from scrobbled.errors import Unavailable, plainly

#: What going wrong means that the same command may work later.
TRANSIENT = (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.BusyLoadingError, OSError)

#: Seconds a command may take before its connection counts as dead; no command waits longer by itself.
_PATIENCE = 10.0


@asynccontextmanager
async def open_redis(url: str, *, must_answer: bool = True) -> AsyncIterator[redis.asyncio.Redis]:
    """A client for *url*; raises *Unavailable* when the server does not answer and *must_answer*."""
    client = redis.asyncio.Redis.from_url(
        url, socket_connect_timeout=5, socket_timeout=_PATIENCE, health_check_interval=0
    )
    try:
        if must_answer:
            await client.ping()
        yield client
    except TRANSIENT as error:
        message = f"Redis does not answer: {plainly(error).rstrip('.')}"
        raise Unavailable(message) from error
    finally:
        await client.aclose()


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


__all__ = ["TRANSIENT", "RedisError", "durability_doubts", "open_redis"]
