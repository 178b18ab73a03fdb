"""Received webhooks: kept by the batch, listed for their owner, read again by a better parser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.event import PlaybackEvent
from scrobbled.model.outcome import Outcome
from scrobbled.model.webhook import Webhook
from scrobbled.store import sql
from scrobbled.store.asking import asking
from scrobbled.store.reads import BEGINNING
from scrobbled.store.sweeping import sweep

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("webhooks")

#: Bytes that a row takes beside its body, about: the event, and the row itself.
_BESIDE = 600

#: Rows removed by one statement.
_SLICE = 5_000


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """
    A webhook on a page. *event* is what it was read as, *size* that of its body in bytes;
    *outcome* is None while it is not known, or no more.
    """

    id: UUID
    received_at: datetime
    token_id: int
    player: str
    event: PlaybackEvent
    size: int
    outcome: Outcome | None
    reason: str | None


class Kept(Listed, frozen=True, kw_only=True):
    """A webhook with all that came. *body* is None when it was not kept; *item_ids* is what it was about."""

    content_type: str
    filters: dict[str, list[str]]
    body: bytes | None
    truncated: bool
    item_ids: list[int] | None


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which webhooks are meant: read as *player*, ended as *outcome*, received *since*; None: all."""

    player: str | None = None
    outcome: Outcome | None = None
    since: datetime = BEGINNING


async def keep(connection: Connection, rows: Sequence[tuple[PlaybackEvent, Webhook]]) -> None:
    """Store webhooks beside the events they were read as, and note by which connections they came."""
    columns = sql.columns(
        (
            (
                event.user_id,
                event.id,
                event.received_at,
                webhook.token_id,
                webhook.player,
                msgspec.json.encode(event).decode(),
                webhook.content_type,
                msgspec.json.encode(webhook.filters).decode(),
                webhook.body,
                webhook.size,
                webhook.truncated,
            )
            for event, webhook in rows
        ),
        11,
    )
    await connection.execute(_QUERIES["keep"], *columns)
    await connection.execute(_QUERIES["heard"], columns[3], columns[2])


async def read_anew(connection: Connection, events: Sequence[PlaybackEvent]) -> None:
    """Note what kept webhooks are read as now."""
    rows = ((event.user_id, event.id, msgspec.json.encode(event).decode()) for event in events)
    await connection.execute(_QUERIES["read_anew"], *sql.columns(rows, 3))


async def page(
    database: Database, user_id: int, wanted: Filter, *, after: tuple[datetime, UUID], limit: int
) -> list[Listed]:
    """Up to *limit* of a user's webhooks, newest first, that come after the place *after*."""
    outcome = wanted.outcome and wanted.outcome.value
    async with asking(database, "webhooks") as connection:
        rows = await connection.fetch(
            _QUERIES["page"], user_id, *after, wanted.since, wanted.player, outcome, limit
        )
    return [Listed(**_facts(row)) for row in rows]


async def one(database: Database, user_id: int, webhook_id: UUID) -> Kept | None:
    """A user's webhook with its body; None when there is none of that id."""
    async with asking(database, "webhook") as connection:
        row = await connection.fetchrow(_QUERIES["one"], user_id, webhook_id)
    return None if row is None else Kept(**_facts(row))


async def owners(database: Database, webhook_id: UUID) -> list[int]:
    """The users, two at most, that have a webhook of this id."""
    async with asking(database, "owners_of_webhook") as connection:
        return [row["id"] for row in await connection.fetch(_QUERIES["owners"], webhook_id)]


async def missed(
    database: Database,
    user_id: int,
    outcomes: Sequence[Outcome],
    *,
    player: str | None,
    after: tuple[datetime, UUID],
    limit: int,
) -> list[Kept]:
    """Up to *limit* whole bodies of events that ended as one of *outcomes*, oldest first, after *after*."""
    words = [outcome.value for outcome in outcomes]
    async with asking(database, "missed_webhooks") as connection:
        rows = await connection.fetch(_QUERIES["missed"], user_id, *after, words, player, limit)
    return [Kept(**_facts(row)) for row in rows]


async def forget(database: Database, *, before: datetime, heartbeats_before: datetime, size: int) -> int:
    """Remove what is too old, and what is older than its user's newest *size* bytes; return how many."""
    gone = await sweep(database, _QUERIES["forget_old"], before, _SLICE, at_once=_SLICE)
    gone += await sweep(database, _QUERIES["forget_heartbeats"], heartbeats_before, _SLICE, at_once=_SLICE)
    return gone + await sweep(database, _QUERIES["forget_large"], size, _SLICE, _BESIDE, at_once=_SLICE)


def _facts(row: asyncpg.Record) -> dict[str, Any]:
    facts = dict(row)
    outcome = facts["outcome"]
    return facts | {
        "event": msgspec.convert(facts["event"], PlaybackEvent),
        "outcome": None if outcome is None else Outcome(outcome),
    }
