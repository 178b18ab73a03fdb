"""What people taught by resolving events: looked up by the batch, changed one resolve at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.errors import NotFound
from scrobbled.match.corrections import Key, Lesson
from scrobbled.model.media import Title, TitleKind
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("corrections")

#: The channel on which changes are told; its payload is the user's id, "" for everybody.
CHANGED = "corrections_changed"

#: Before the first and after the last correction of a list.
NEWEST = 2**63 - 1


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """
    A correction, or an alias (*own* false), for what was asked. *ids* are the title's; *season*
    and *number* are None where the event's own stand.
    """

    own: bool
    source: str
    title_id: int
    kind: TitleKind
    ids: dict[str, str]
    season: int | None
    number: int | None


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one resolve taught. *said*: kind, source and value of each key, and whether it holds
    for everybody; *title* is None when the catalogue lost it.
    """

    id: int
    title: Title | None
    season: int | None
    number: int | None
    taught_at: datetime
    said: list[dict[str, Any]]


async def find(
    database: Database, asked: Sequence[tuple[int, int, int, str, str, str]]
) -> dict[int, list[Found]]:
    """
    By position, what was taught for each (position, user id, rank, kind, source, value): the
    user's own first, then by rank.
    """
    found: dict[int, list[Found]] = {}
    for row in await database.fetch(_QUERIES["find"], *sql.columns(asked, 6)):
        found.setdefault(row["position"], []).append(
            Found(
                own=row["own"],
                source=row["source"],
                title_id=row["title_id"],
                kind=TitleKind(row["kind"]),
                ids=row["ids"],
                season=row["season"],
                number=row["number"],
            )
        )
    return found


async def taught(database: Database) -> tuple[list[int], bool]:
    """Who taught anything, and whether there are aliases."""
    rows = await database.fetch(_QUERIES["taught"])
    return [row["user_id"] for row in rows], bool(await database.fetchval(_QUERIES["has_aliases"]))


async def teach(
    database: Database, user_id: int, title_id: int, lessons: Sequence[Lesson], agreement: int
) -> int | None:
    """
    Keep *lessons* about a title for a user and, where *agreement* users say the same, for
    everybody; workers hear of it. Returns the correction's id, None when nothing was to be kept.
    """
    columns = sql.columns([(*lesson.key, lesson.season, lesson.number) for lesson in lessons], 5)
    async with asking(database, "teach") as connection, connection.transaction():
        await connection.execute(_QUERIES["lock"])
        correction: int | None = await connection.fetchval(_QUERIES["teach"], user_id, title_id, *columns)
        if correction is not None:
            await _follow(connection, user_id, [lesson.key for lesson in lessons], agreement)
    return correction


async def take_back(database: Database, user_id: int, correction: int, agreement: int) -> None:
    """Forget what one resolve taught; raises *NotFound* when there is no such correction of the user."""
    async with asking(database, "take_back") as connection, connection.transaction():
        await connection.execute(_QUERIES["lock"])
        rows = await connection.fetch(_QUERIES["unteach"], user_id, correction)
        if not rows:
            raise NotFound(f"no correction {correction} of yours; GET /v1/corrections lists them")
        await _follow(connection, user_id, [Key(*row) for row in rows], agreement)


async def listed(database: Database, user_id: int, *, before: int = NEWEST, limit: int) -> list[Correction]:
    """What a user taught, newest first, from before the correction *before*."""
    async with asking(database, "corrections") as connection:
        rows = await connection.fetch(_QUERIES["listed"], user_id, before, limit)
    return [
        Correction(
            id=row["id"],
            title=_title(row),
            season=row["season"],
            number=row["number"],
            taught_at=row["taught_at"],
            said=row["said"],
        )
        for row in rows
    ]


async def _follow(connection: Connection, user_id: int, keys: Sequence[Key], agreement: int) -> None:
    """Let the aliases follow, and tell the workers, all of it when the transaction commits."""
    changed = await connection.fetch(_QUERIES["agree"], *sql.columns(keys, 3), agreement)
    await connection.execute(_QUERIES["tell"], str(user_id))
    if changed:
        await connection.execute(_QUERIES["tell"], "")


def _title(row: Any) -> Title | None:
    if row["name"] is None:
        return None
    return Title(
        id=row["title_id"],
        kind=TitleKind(row["kind"]),
        name=row["name"],
        slug=row["slug"],
        year=row["year"],
        ids=row["ids"],
    )
