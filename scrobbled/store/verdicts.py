"""What the rules decided, written by the batch; and what is forgotten in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.model.outcome import Outcome
from scrobbled.model.play import Play
from scrobbled.model.viewing import Watching
from scrobbled.store import activities, sql
from scrobbled.store.sweeping import sweep

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database
    from scrobbled.store.timeline import ViewingRow

_QUERIES = sql.load("verdicts")

#: Rows removed by one statement.
_SLICE = 10_000


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


async def insert_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    """Keep events with their outcomes; one that is there stays as it is, unless it was open still."""
    columns = sql.columns(
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
                row.event.by_hand,
            )
            for row in rows
        ),
        14,
    )
    await connection.execute(_QUERIES["insert_events"], *columns)


async def update_outcomes(
    connection: Connection, rows: Iterable[tuple[int, UUID, Outcome, str | None]]
) -> None:
    """Change the outcome of (user id, event id) to (outcome, reason)."""
    columns = sql.columns(((user, event, outcome.value, reason) for user, event, outcome, reason in rows), 4)
    await connection.execute(_QUERIES["update_outcomes"], *columns)


async def delete_plays(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Remove the plays named by (user id, play id)."""
    await connection.execute(_QUERIES["delete_plays"], *sql.columns(pairs, 2))


async def insert_plays(connection: Connection, plays: Sequence[Play]) -> None:
    """Add *plays* to their histories, and take them off the watchlists; not what was removed by hand."""
    columns = sql.columns(
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
    left = await connection.fetch(_QUERIES["leave_watchlist"], columns[0], columns[3], columns[2])
    if left:
        changes = {(row["user_id"], activities.of(row["kind"], "watchlisted_at")) for row in left}
        changes |= {(row["user_id"], activities.WATCHLIST) for row in left}
        await activities.moved(connection, sorted(changes))


async def write_viewings(connection: Connection, rows: Mapping[tuple[int, int], ViewingRow]) -> None:
    """Store viewings by (user id, item id)."""
    columns = sql.columns(
        (
            (
                user_id,
                item_id,
                row.title_id,
                row.kind.value,
                row.viewing.last_event_at or row.viewing.last_play_at,
                row.viewing.stage.value,
                row.viewing.counted,
                row.viewing.settled,
                row.viewing.position,
                row.viewing.last_play_at,
                row.viewing.saved,
                row.viewing.paused_at,
                row.viewing.unticked_at,
            )
            for (user_id, item_id), row in sorted(rows.items(), key=lambda entry: entry[0])
        ),
        13,
    )
    await connection.execute(_QUERIES["write_viewings"], *columns)


async def forget_viewings(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Remove the viewings of (user id, item id) *pairs*: nothing happened there after all."""
    await connection.execute(_QUERIES["forget_viewings"], *sql.columns(pairs, 2))


async def write_viewers(
    connection: Connection, rows: Iterable[tuple[int, datetime, Watching | None]]
) -> None:
    """Store what each user watches now: (user id, applied to, watching)."""
    columns = sql.columns(
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
    columns = sql.columns(
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


async def forget_unmatched(connection: Connection, pairs: Iterable[tuple[int, UUID]]) -> None:
    """Events, by (user id, event id), that waited for a title wait no more."""
    await connection.execute(_QUERIES["forget_unmatched"], *sql.columns(pairs, 2))


async def forget(
    database: Database, *, heartbeats_before: datetime, events_before: datetime, positions_before: datetime
) -> int:
    """Remove what is older than it is kept, a slice at a time; return how many events went."""
    gone = 0
    for query, before in (("forget_heartbeats", heartbeats_before), ("forget_events", events_before)):
        gone += await sweep(database, _QUERIES[query], before, _SLICE, at_once=_SLICE)
    await database.execute(_QUERIES["forget_positions"], positions_before)
    return gone


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


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
