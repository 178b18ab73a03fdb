"""
Counting what tokens use, in Redis, so that all front doors count together.

One round trip for each counted request, over a connection of its own. Counters are not
worth a write to disk: the script keeps them out of the append-only file, where each
would be synced among the events. A server that starts again counts from zero.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import hiredis

from scrobbled.errors import Unavailable
from scrobbled.stream import names
from scrobbled.stream.pipe import connect

if TYPE_CHECKING:
    from scrobbled.stream.pipe import Pipe

#: Seconds the server may take to count, and to be connected to.
_PATIENCE: Final = 0.25

_AWAY: Final = "the stream server does not count at the moment"

#: A window begins at a multiple of its length (unix time, the server's own clock), so all doors
#: agree when it ends. A refused request uses up nothing.
_TAKE: Final = b"""
if redis.set_repl then redis.set_repl(redis.REPL_NONE) end
local now, used, refused = tonumber(redis.call('TIME')[1]), {}, 0
for i, key in ipairs(KEYS) do
    used[i] = tonumber(redis.call('GET', key) or 0)
    if used[i] >= tonumber(ARGV[2 * i - 1]) then refused = 1 end
end
if refused == 0 then
    for i, key in ipairs(KEYS) do
        used[i] = redis.call('INCR', key)
        if used[i] == 1 then
            local seconds = tonumber(ARGV[2 * i])
            redis.call('EXPIREAT', key, now - now % seconds + seconds)
        end
    end
end
return {refused, now, unpack(used)}
"""


class Counters:
    """Counts in windows of time, for one front door."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pipe: Pipe | None = None
        self._script = b""
        self._connecting = asyncio.Lock()

    async def take(self, name: str, windows: Sequence[tuple[int, int]]) -> tuple[bool, int, list[int]]:
        """
        Use one of what *name* may do in each of *windows*, (limit, seconds) each. Gives whether
        it was granted, the server's unix time, and what is used in each window by now. Raises
        *Unavailable* when the server is away, or too slow to wait for.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                refused, now, *used = await self._run(name, windows)
        except (OSError, TimeoutError) as error:
            await self.close()
            raise Unavailable(_AWAY) from error
        return not refused, now, used

    async def close(self) -> None:
        """Hang up; the next *take* connects again."""
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()

    async def _run(self, name: str, windows: Sequence[tuple[int, int]]) -> list[int]:
        pipe = await self._connected()
        keys = [names.limit(name, seconds) for _, seconds in windows]
        arguments = [b"%d" % number for window in windows for number in window]
        command = (b"EVALSHA", self._script, b"%d" % len(keys), *keys, *arguments)
        (reply,) = await pipe.send(hiredis.pack_command(cast("Any", command)), 1)
        if isinstance(reply, hiredis.ReplyError):  # such as NOSCRIPT: another server took over
            await self.close()
            raise Unavailable(_AWAY)
        return cast("list[int]", reply)

    async def _connected(self) -> Pipe:
        async with self._connecting:
            if self._pipe is None or self._pipe.closed.done():
                pipe = await connect(self._url)
                load = cast("Any", (b"SCRIPT", b"LOAD", _TAKE))
                (reply,) = await pipe.send(hiredis.pack_command(load), 1)
                if isinstance(reply, hiredis.ReplyError):
                    pipe.close()
                    message = f"the stream server takes no script: {reply}"
                    raise Unavailable(message)
                self._pipe, self._script = pipe, reply
            return self._pipe
