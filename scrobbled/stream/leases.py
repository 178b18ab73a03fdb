"""
Who reads which partition: one worker at a time, so that a user's events keep their order.

A lease is a key that expires. A worker renews what it holds and takes what is free
up to its fair share; when more workers come it gives some back between batches. A
lease only saves work and keeps order: two holders at once would still apply every
event once, because the database says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import OutOfMemoryError

from scrobbled.stream import names

if TYPE_CHECKING:
    import redis.asyncio

#: Seconds until a dead worker's partitions are free.
TERM = 5.0

#: Renew what is mine, take what is free; KEYS are leases, ARGV: name, milliseconds.
_TAKE = """
local taken = {}
for index, key in ipairs(KEYS) do
    local holder = redis.call('GET', key)
    if not holder or holder == ARGV[1] then
        redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
        taken[#taken + 1] = index - 1
    end
end
return taken
"""

#: I am alive; KEYS is the list of workers, ARGV: name, now, seconds. How many are alive.
_ANNOUNCE = """
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, ARGV[2] - ARGV[3])
return redis.call('ZCARD', KEYS[1])
"""

#: Before a script: it may run on a server without memory (Redis 7, Valkey). What it needs is little,
#: and nobody but a worker makes room.
_THOUGH_FULL: Final = "#!lua flags=allow-oom\n"

_GIVE_BACK = """
for _, key in ipairs(KEYS) do
    if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
"""


class Leases:
    """The partitions of the worker called *name*; names must be unique among workers."""

    def __init__(self, client: redis.asyncio.Redis, name: str, partitions: int) -> None:
        self._client = client
        self._name = name
        self._partitions = partitions
        self.held: frozenset[int] = frozenset()

    async def renew(self) -> frozenset[int]:
        """Renew, take or give back towards the fair share; return what is newly held."""
        before = self.held
        share = await self._fair_share()
        surplus = sorted(before)[share:]
        if surplus:
            await self._give_back(surplus)
        wanted = sorted(before.difference(surplus))
        free = [each for each in self._in_my_order() if each not in before]
        kept = await self._take(wanted) if wanted else frozenset()
        for partition in free[: self._partitions] if len(kept) < share else []:
            if len(kept) >= share:
                break
            kept |= await self._take([partition])
        self.held = kept
        return kept - before

    async def release(self) -> None:
        """Give everything back: the next worker need not wait for it to expire."""
        await self._give_back(sorted(self.held))
        await self._client.zrem(names.WORKERS, self._name)
        self.held = frozenset()

    async def _fair_share(self) -> int:
        now = datetime.now(UTC).timestamp()
        workers: int = await self._run(_ANNOUNCE, [names.WORKERS], now, TERM)
        return math.ceil(self._partitions / max(workers, 1))

    def _in_my_order(self) -> list[int]:
        """Partitions starting at a place of this worker's own, so that two seldom collide."""
        offset = sum(self._name.encode()) % self._partitions
        return [(offset + step) % self._partitions for step in range(self._partitions)]

    async def _take(self, partitions: list[int]) -> frozenset[int]:
        taken = await self._run(_TAKE, [names.lease(each) for each in partitions], int(TERM * 1000))
        return frozenset(partitions[index] for index in taken)

    async def _give_back(self, partitions: list[int]) -> None:
        if partitions:
            await self._run(_GIVE_BACK, [names.lease(each) for each in partitions])

    async def _run(self, script: str, keys: Sequence[bytes], *arguments: float) -> Any:
        """What *script* gives for *keys*, with this worker's name as its first argument."""
        given: list[Any] = [len(keys), *keys, self._name, *arguments]
        try:
            return await self._client.eval(script, *given)
        except OutOfMemoryError:
            return await self._client.eval(_THOUGH_FULL + script, *given)
