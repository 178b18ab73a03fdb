"""What an application reads through: connections, and the names of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from scrobbled.catalog.live import Names
    from scrobbled.store.pool import Pool

NAMES: web.AppKey[Names] = web.AppKey("names")
POOL: web.AppKey[Pool] = web.AppKey("pool")
