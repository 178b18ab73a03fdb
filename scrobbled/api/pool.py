"""What an application reads through: connections, the names of the catalogue; and how events come again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

if TYPE_CHECKING:
    from scrobbled.catalog.live import Names
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Pool

#: Sends events through the stream (again) and returns when they were applied, or after some seconds.
PutBack: TypeAlias = "Callable[[Sequence[PlaybackEvent]], Awaitable[None]]"

NAMES: web.AppKey[Names] = web.AppKey("names")
POOL: web.AppKey[Pool] = web.AppKey("pool")
PUT_BACK: web.AppKey[PutBack] = web.AppKey("put_back")
