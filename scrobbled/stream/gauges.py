"""The stream in numbers, read when somebody asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrobbled.stream import names

if TYPE_CHECKING:
    import redis.asyncio


def _now() -> float:
    return datetime.now(UTC).timestamp()


async def read(client: redis.asyncio.Redis, partitions: int) -> dict[str, float]:
    """By metric name: depth, age of the oldest event in seconds, dead letters, memory in use (0–1)."""
    pipeline = client.pipeline(transaction=False)
    for partition in range(partitions):
        pipeline.xlen(names.events(partition))
        pipeline.xrange(names.events(partition), count=1)
    pipeline.xlen(names.DEAD)
    pipeline.info("memory")
    *found, dead, memory = await pipeline.execute()
    first = [int(entries[0][0].split(b"-")[0]) / 1000 for entries in found[1::2] if entries]
    limit = int(memory.get("maxmemory", 0))
    return {
        "scrobbled_stream_depth": sum(found[::2]),
        "scrobbled_stream_oldest_seconds": max(_now() - min(first), 0.0) if first else 0.0,
        "scrobbled_stream_dead": dead,
        "scrobbled_stream_memory_ratio": int(memory["used_memory"]) / limit if limit else 0.0,
    }
