"""Devices that show a code and wait until somebody enters it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import msgspec

from scrobbled.errors import Unavailable
from scrobbled.store import grants, sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.apps import App
    from scrobbled.store.pool import Database

_QUERIES = sql.load("devices")

#: Seconds a device waits, and seconds between its polls.
WAIT_SECONDS: Final = 600
INTERVAL: Final = 5

#: Seconds after a poll within which the next one is too early; clients' timers are not exact.
TOO_EARLY: Final = 4

#: Tries at a code that no other device shows.
_TRIES = 5


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A device that waits. *agent* is what it calls itself, which proves nothing."""

    user_code: str
    client_id: str
    agent: str | None
    created_at: datetime
    expires_at: datetime


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """How far a device is: *state* pending, approved, denied or used; *early* when it asks too often."""

    client_id: str
    state: str
    user_id: int | None
    expired: bool
    early: bool


async def add(
    database: Database, client_id: str, agent: str | None, letters: str, length: int
) -> tuple[str, str]:
    """A device code and the code its user enters, of so many *letters*."""
    device_code = secrets.token_hex(32)
    async with asking(database, "add_device") as connection:
        await connection.execute(_QUERIES["sweep"])
        for _ in range(_TRIES):
            shown = "".join(secrets.choice(letters) for _ in range(length))
            values = (grants.digest(device_code), shown, client_id, agent, WAIT_SECONDS)
            if await connection.fetchval(_QUERIES["add"], *values):
                return device_code, shown
    message = "no code is free at the moment; try again soon"
    raise Unavailable(message)


async def poll(database: Database, device_code: str) -> Poll | None:
    """How far a device is, and that it asked; None for a code nobody was given."""
    async with asking(database, "poll_device") as connection:
        row = await connection.fetchrow(_QUERIES["poll"], grants.digest(device_code), TOO_EARLY)
    return None if row is None else Poll(**dict(row))


async def redeem(database: Database, device_code: str, app: App, *, proven: bool) -> grants.Issued | None:
    """Tokens for a device that was approved; None when another poll was faster."""
    async with asking(database, "redeem_device") as connection, connection.transaction():
        user_id = await connection.fetchval(_QUERIES["use"], grants.digest(device_code))
        if user_id is None:
            return None
        return await grants.begin(connection, user_id, app, uuid4(), proven=proven)


async def called(database: Database, user_code: str) -> Waiting | None:
    """The device that shows *user_code* and waits; None when there is none (any more)."""
    async with asking(database, "device") as connection:
        row = await connection.fetchrow(_QUERIES["called"], user_code)
    return None if row is None else Waiting(**dict(row))


async def waiting(database: Database) -> list[Waiting]:
    """All devices that wait, oldest first."""
    return [Waiting(**dict(row)) for row in await database.fetch(_QUERIES["waiting"])]


async def decide(database: Database, user_code: str, user_id: int, *, approved: bool) -> bool:
    """Let the device that shows *user_code* in for a user, or not; False when none waits with it."""
    state = "approved" if approved else "denied"
    async with asking(database, "decide_device") as connection:
        return await connection.fetchval(_QUERIES["decide"], user_code, user_id, state) is not None
