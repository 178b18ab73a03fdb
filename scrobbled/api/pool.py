"""The connections an application reads through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

POOL: web.AppKey[Pool] = web.AppKey("pool")
