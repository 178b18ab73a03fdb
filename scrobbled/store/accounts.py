"""Accounts of media servers that many people use: whose they are, and what waits to be somebody's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.errors import NotFound
from scrobbled.model.event import PlaybackEvent
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("accounts")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An account nobody has mapped: what the player calls it (the id first), and what it did."""

    source: str
    account: list[str]
    events: int
    since: datetime
    until: datetime


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """An account and the *name* of our user."""

    source: str
    account: str
    name: str


async def members(database: Database, events: Sequence[PlaybackEvent]) -> dict[int, int]:
    """By their position, the users whose accounts *events* name; positions of unknown ones are missing."""
    asked = (
        (position, rank, event.user_id, event.source, account)
        for position, event in enumerate(events)
        for rank, account in enumerate(event.account or ())
    )
    rows = await database.fetch(_QUERIES["members"], *sql.columns(asked, 5))
    return {row["position"]: row["member_id"] for row in rows}


async def hold(connection: Connection, events: Iterable[PlaybackEvent]) -> None:
    """Keep events of accounts nobody has mapped, whole."""
    columns = sql.columns(
        (
            (
                event.user_id,
                event.id,
                msgspec.json.encode(msgspec.structs.replace(event, ignored=None)).decode(),
                event.source,
                msgspec.json.encode(event.account).decode(),
                event.occurred_at,
            )
            for event in events
        ),
        6,
    )
    await connection.execute(_QUERIES["hold"], *columns)


async def release(connection: Connection, rows: Iterable[tuple[int, UUID, int]]) -> None:
    """Events of an owner, by (owner id, event id, member id), are a member's now."""
    await connection.execute(_QUERIES["release"], *sql.columns(rows, 3))


async def waiting(database: Database, user_id: int) -> list[Waiting]:
    """The accounts at a user's connections that nobody has mapped and that did something."""
    async with asking(database, "waiting_accounts") as connection:
        return [Waiting(**dict(row)) for row in await connection.fetch(_QUERIES["waiting"], user_id)]


async def mapped(database: Database, user_id: int) -> list[Mapped]:
    """The accounts at a user's connections that are somebody's."""
    async with asking(database, "mapped_accounts") as connection:
        return [Mapped(**dict(row)) for row in await connection.fetch(_QUERIES["mapped"], user_id)]


async def put(
    database: Database, user_id: int, source: str, account: str, member_id: int
) -> list[PlaybackEvent]:
    """Map an account at a user's connections; returns what was held of it, for the stream."""
    async with asking(database, "map_account") as connection:
        await connection.execute(_QUERIES["map"], user_id, source, account, member_id)
        rows = await connection.fetch(_QUERIES["held_by"], user_id, source, account)
    return [_anew(row["event"]) for row in rows]


async def overlooked(database: Database) -> list[PlaybackEvent]:
    """What is held although its account is mapped, for the stream: both happened at once."""
    return [_anew(row["event"]) for row in await database.fetch(_QUERIES["overlooked"])]


async def remove(database: Database, user_id: int, source: str, account: str) -> None:
    """Forget whose an account is; raises *NotFound* when it was nobody's."""
    async with asking(database, "unmap_account") as connection:
        found = await connection.fetchval(_QUERIES["unmap"], user_id, source, account)
    if found is None:
        message = f"{source} account {account!r} is mapped to nobody"
        raise NotFound(message)


def _anew(kept: dict[str, Any]) -> PlaybackEvent:
    """A held event; marked, for its owner may be whose account it is."""
    return msgspec.structs.replace(msgspec.convert(kept, PlaybackEvent), replayed=True, reply_to=None)
