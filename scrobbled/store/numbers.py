"""What users did, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.model.media import Kind
from scrobbled.model.profile import Numbers, Watched
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("numbers")


async def numbers(database: Database, user_id: int) -> Numbers:
    """How much a user watched, has and rated."""
    async with asking(database, "numbers") as connection:
        watched, collected, rated = [
            await connection.fetch(_QUERIES[name], user_id) for name in ("watched", "collected", "rated")
        ]
    return Numbers(
        watched={
            row["kind"]: Watched(plays=row["plays"], items=row["items"], minutes=row["minutes"])
            for row in watched
        },
        watched_shows=sum(row["titles"] for row in watched if row["kind"] == Kind.EPISODE),
        collected={row["kind"]: row["items"] for row in collected},
        collected_shows=sum(row["titles"] for row in collected if row["kind"] == Kind.EPISODE),
        rated={(row["kind"], row["rating"]): row["times"] for row in rated},
    )
