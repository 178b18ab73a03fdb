"""
The episodes of shows in their order, for what people watched and have to be told in it.

That is asked for apart from what people did: joining, sorting and gathering thousands of episodes takes
PostgreSQL longer than looking them up here by id.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from scrobbled.model.places import Places
from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

_QUERIES = sql.load("places")


async def places(
    connection: Connection, show_ids: Collection[int], now: datetime, *, specials: bool
) -> dict[int, Places]:
    """By id, the episodes of shows; a show without any is left out."""
    rows = await connection.fetch(_QUERIES["places"], list(show_ids), specials, now)
    return {title_id: Places(*columns) for title_id, *columns in rows}
