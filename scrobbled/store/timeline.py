"""What users did and where their viewings stand: read and written by the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Moment, Stage, Viewing, Watching, WatchingAction
from scrobbled.store import sql

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("timeline")

#: Seconds, where neither the payload nor the catalogue knows.
_UNKNOWN_RUNTIME = 3600.0


class ViewerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user's own rules (None: the server's) and what they are watching."""

    user_id: int
    threshold: float | None
    lost_stop: bool | None
    applied_to: datetime | None
    watching: Watching | None


class ViewingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A viewing, with what its item is."""

    title_id: int
    kind: Kind
    viewing: Viewing


class KnownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was applied before, and how it ended."""

    outcome: Outcome
    reason: str | None
    progress: float | None
    item_ids: tuple[int, ...]


class RecentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A kept event as the rules need it, and the outcome it was told."""

    moment: Moment
    outcome: Outcome
    reason: str | None


async def lock_users(connection: Connection, user_ids: Iterable[int]) -> None:
    """Until the transaction ends, nobody else decides about these users."""
    await connection.execute(_QUERIES["lock_users"], list(user_ids))


async def known_events(
    connection: Connection, events: Sequence[PlaybackEvent]
) -> dict[tuple[int, UUID], KnownEvent]:
    """Those of *events* that were applied already, by user and event id."""
    users = {event.id: event.user_id for event in events}
    rows = await connection.fetch(
        _QUERIES["known_events"], [event.user_id for event in events], [event.id for event in events]
    )
    return {
        (users[row["id"]], row["id"]): KnownEvent(
            outcome=Outcome(row["outcome"]),
            reason=row["reason"],
            progress=row["progress"],
            item_ids=tuple(row["item_ids"]),
        )
        for row in rows
    }


async def viewers(connection: Connection, user_ids: Iterable[int]) -> dict[int, ViewerRow]:
    """The users that exist among *user_ids*."""
    rows = await connection.fetch(_QUERIES["viewers"], list(user_ids))
    return {row["id"]: _viewer(row) for row in rows}


async def viewings(
    connection: Connection, pairs: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], ViewingRow]:
    """The viewings of (user id, item id) *pairs* that were ever played."""
    users, items = sql.columns(pairs, 2)
    rows = await connection.fetch(_QUERIES["viewings"], users, items)
    return {(row["user_id"], row["item_id"]): _viewing(row) for row in rows}


async def recent_events(connection: Connection, user_ids: list[int]) -> dict[int, list[RecentEvent]]:
    """All kept events of *user_ids* that the rules were told about."""
    found: defaultdict[int, list[RecentEvent]] = defaultdict(list)
    for row in await connection.fetch(_QUERIES["recent_events"], user_ids):
        moment = Moment(
            id=row["id"],
            at=row["occurred_at"],
            action=Action(row["action"]),
            items=tuple(row["item_ids"]),
            progress=row["progress"],
            runtime=row["runtime"] or _UNKNOWN_RUNTIME,
            source=row["source"],
            by_hand=row["by_hand"],
        )
        found[row["user_id"]].append(
            RecentEvent(moment=moment, outcome=Outcome(row["outcome"]), reason=row["reason"])
        )
    return found


async def plays_of_items(
    connection: Connection, pairs: Iterable[tuple[int, int]]
) -> dict[int, list[asyncpg.Record]]:
    """By user id, the plays (id, item_id, watched_at, cause, event_id, created_at) of the *pairs*' items."""
    found: defaultdict[int, list[asyncpg.Record]] = defaultdict(list)
    users, items = sql.columns(pairs, 2)
    for row in await connection.fetch(_QUERIES["plays_of_items"], users, items):
        found[row["user_id"]].append(row)
    return found


async def removed_plays(connection: Connection, user_ids: list[int]) -> dict[int, list[asyncpg.Record]]:
    """
    By user id, the plays (as *plays_of_items*, with removed_at) that these users took out of their
    histories.
    """
    found: defaultdict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in await connection.fetch(_QUERIES["removed_plays"], user_ids):
        found[row["user_id"]].append(row)
    return found


async def expired(
    database: Database, now: datetime, *, partitions: int, held: Iterable[int], limit: int
) -> list[int]:
    """Users in the *held* partitions whose watching has run out by *now*."""
    rows = await database.fetch(_QUERIES["expired"], now, partitions, list(held), limit)
    return [row["user_id"] for row in rows]


def _viewer(row: asyncpg.Record) -> ViewerRow:
    watching = None
    if row["item_ids"] is not None:
        watching = Watching(
            items=tuple(row["item_ids"]),
            action=WatchingAction(row["action"]),
            event_id=row["event_id"],
            source=row["source"],
            started_at=row["started_at"],
            expires_at=row["expires_at"],
        )
    return ViewerRow(
        user_id=row["id"],
        threshold=row["watched_threshold"],
        lost_stop=row["lost_stop"],
        applied_to=row["applied_to"],
        watching=watching,
    )


def _viewing(row: asyncpg.Record) -> ViewingRow:
    return ViewingRow(
        title_id=row["title_id"],
        kind=Kind(row["kind"]),
        viewing=Viewing(
            stage=Stage(row["viewing"]),
            counted=row["counted"],
            settled=row["settled"],
            position=row["position"],
            last_event_at=row["last_event_at"],
            last_play_at=row["last_play_at"],
            saved=row["progress"],
            paused_at=row["paused_at"],
            unticked_at=row["unticked_at"],
        ),
    )
