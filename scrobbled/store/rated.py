"""Ratings that came as events: the newest by its own time stands, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from scrobbled.model.wanted import ThingKind
from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

_QUERIES = sql.load("rated")


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """What a user gave an item, 1 to 10, or None: they took it away. *event_id* is the event that said so."""

    user_id: int
    item_id: int
    title_id: int
    kind: ThingKind
    rating: int | None
    rated_at: datetime
    source: str
    event_id: UUID


async def rate(connection: Connection, ratings: Sequence[Rating]) -> None:
    """
    Store *ratings*, whose events are stored already; one that is older than another that is
    kept changes nothing.
    """
    newest: dict[tuple[int, int], Rating] = {}
    for each in sorted(ratings, key=lambda rating: (rating.rated_at, rating.event_id)):
        newest[each.user_id, each.item_id] = each
    rows = (
        (
            each.user_id,
            each.item_id,
            each.title_id,
            each.kind.value,
            each.rating,
            each.rated_at,
            each.source,
            each.event_id,
        )
        for each in newest.values()
    )
    await connection.execute(_QUERIES["rate"], *sql.columns(rows, 8))
