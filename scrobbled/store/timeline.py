"""What users did and where their viewings stand: read and written by the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind
from scrobbled.model.outcome import Outcome
from scrobbled.model.play import Play, playback_id
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


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event and how it ended, to be kept. *runtime* in seconds, *score* 0–1."""

    event: PlaybackEvent
    items: tuple[int, ...]
    progress: float | None
    runtime: float | None
    outcome: Outcome
    reason: str | None
    subject: str | None
    score: float | None


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
    users, items = _columns(pairs, 2)
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
        )
        found[row["user_id"]].append(
            RecentEvent(moment=moment, outcome=Outcome(row["outcome"]), reason=row["reason"])
        )
    return found


async def plays_of_items(
    connection: Connection, pairs: Iterable[tuple[int, int]]
) -> dict[int, list[asyncpg.Record]]:
    """By user id, the plays (id, item_id, watched_at, cause, event_id) of the *pairs*' items."""
    found: defaultdict[int, list[asyncpg.Record]] = defaultdict(list)
    users, items = _columns(pairs, 2)
    for row in await connection.fetch(_QUERIES["plays_of_items"], users, items):
        found[row["user_id"]].append(row)
    return found


async def expired(
    database: Database, now: datetime, *, partitions: int, held: Iterable[int], limit: int
) -> list[int]:
    """Users in the *held* partitions whose watching has run out by *now*."""
    rows = await database.fetch(_QUERIES["expired"], now, partitions, list(held), limit)
    return [row["user_id"] for row in rows]


async def insert_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Keep events with their outcomes; one that is there already stays as it is."""
    columns = _columns(
        (
            (
                row.event.user_id,
                row.event.id,
                row.event.occurred_at,
                row.event.received_at,
                row.event.source,
                row.event.action.value,
                ",".join(map(str, row.items)),
                row.progress,
                row.runtime,
                row.outcome.value,
                row.reason,
                row.subject,
                row.score,
            )
            for row in rows
        ),
        13,
    )
    await connection.execute(_QUERIES["insert_events"], *columns)


async def update_outcomes(
    connection: Connection, rows: Iterable[tuple[int, UUID, Outcome, str | None]]
) -> None:
    """Change the outcome of (user id, event id) to (outcome, reason)."""
    columns = _columns(((user, event, outcome.value, reason) for user, event, outcome, reason in rows), 4)
    await connection.execute(_QUERIES["update_outcomes"], *columns)


async def delete_plays(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Remove the plays named by (user id, play id)."""
    await connection.execute(_QUERIES["delete_plays"], *_columns(pairs, 2))


async def insert_plays(connection: Connection, plays: Sequence[Play]) -> None:
    """Add *plays* to their histories, and take their titles off the watchlists."""
    columns = _columns(
        (
            (
                play.user_id,
                play.id,
                play.item_id,
                play.title_id,
                play.kind.value,
                play.watched_at,
                play.cause,
                play.source,
                play.event_id,
            )
            for play in plays
        ),
        9,
    )
    await connection.execute(_QUERIES["insert_plays"], *columns)
    await connection.execute(_QUERIES["leave_watchlist"], columns[0], columns[3])


async def write_viewings(connection: Connection, rows: Mapping[tuple[int, int], ViewingRow]) -> None:
    """Store viewings by (user id, item id)."""
    columns = _columns(
        (
            (
                user_id,
                item_id,
                row.title_id,
                row.kind.value,
                playback_id(user_id, item_id),
                row.viewing.last_event_at or row.viewing.last_play_at,
                row.viewing.stage.value,
                row.viewing.counted,
                row.viewing.settled,
                row.viewing.position,
                row.viewing.last_play_at,
                row.viewing.saved,
                row.viewing.paused_at,
            )
            for (user_id, item_id), row in sorted(rows.items(), key=lambda entry: entry[0])
        ),
        13,
    )
    await connection.execute(_QUERIES["write_viewings"], *columns)


async def forget_viewings(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Remove the viewings of (user id, item id) *pairs*: nothing happened there after all."""
    await connection.execute(_QUERIES["forget_viewings"], *_columns(pairs, 2))


async def write_viewers(
    connection: Connection, rows: Iterable[tuple[int, datetime, Watching | None]]
) -> None:
    """Store what each user watches now: (user id, applied to, watching)."""
    columns = _columns(
        (
            (user_id, applied_to, *_watching_columns(watching))
            for user_id, applied_to, watching in sorted(rows, key=lambda row: row[0])
        ),
        8,
    )
    await connection.execute(_QUERIES["write_viewers"], *columns)


async def keep_unmatched(
    connection: Connection, rows: Iterable[tuple[PlaybackEvent, list[dict[str, Any]]]]
) -> None:
    """Keep events nobody could match, whole, with the candidates there were."""
    columns = _columns(
        (
            (event.user_id, event.id, _json(event), _json(candidates), event.occurred_at)
            for event, candidates in rows
        ),
        5,
    )
    await connection.execute(_QUERIES["keep_unmatched"], *columns)


async def record_dead(database: Database, event: PlaybackEvent, reason: str) -> None:
    """Keep the outcome of an event that was given up."""
    await database.execute(
        _QUERIES["record_dead"],
        event.user_id,
        event.id,
        event.occurred_at,
        event.received_at,
        event.source,
        event.action.value,
        reason,
    )


async def forget_dead(database: Database, event: PlaybackEvent) -> None:
    """Open the outcome of an event again that was given up."""
    await database.execute(_QUERIES["forget_dead"], event.user_id, event.id)


async def forget(
    database: Database, *, heartbeats_before: datetime, events_before: datetime, positions_before: datetime
) -> int:
    """Remove what is older than it is kept, a slice at a time; return how many events went."""
    gone = 0
    slice_size = 10_000
    for query, before in (("forget_heartbeats", heartbeats_before), ("forget_events", events_before)):
        while True:
            count = int((await database.execute(_QUERIES[query], before, slice_size)).split()[-1])
            gone += count
            if count < slice_size:
                break
    await database.execute(_QUERIES["forget_positions"], positions_before)
    return gone


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into parallel columns, as unnest takes them."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


def _watching_columns(watching: Watching | None) -> tuple[Any, ...]:
    if watching is None:
        return (None,) * 6
    return (
        ",".join(map(str, watching.items)),
        watching.action.value,
        watching.event_id,
        watching.source,
        watching.started_at,
        watching.expires_at,
    )


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
        ),
    )
