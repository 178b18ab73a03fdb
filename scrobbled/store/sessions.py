"""Passwords, browsers that are signed in, and sign-ins that failed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("sessions")

#: Seconds a browser stays signed in.
SESSION_SECONDS: Final = 30 * 86_400

#: Seconds until failures are forgotten, and failures until then: of a name from one address, from
#: everywhere, and of all names from one address. So one address alone locks nobody else out.
FAILURE_SECONDS: Final = 900
MOST_FOR_NAME_FROM_ADDRESS: Final = 10
MOST_FOR_NAME: Final = 100
MOST_FROM_ADDRESS: Final = 50

#: Codes of devices that a user may enter in that time and no device shows (RFC 8628 §5.1).
MOST_WRONG_CODES: Final = 30


class Credentials(msgspec.Struct, frozen=True):
    """A user and what their password is checked against; None when they have none."""

    user_id: int
    name: str
    password_hash: str | None


class Session(msgspec.Struct, frozen=True):
    """Who is signed in."""

    user_id: int
    name: str


async def credentials(database: Database, name: str) -> Credentials | None:
    """The user called *name*; None when nobody is."""
    async with asking(database, "credentials") as connection:
        row = await connection.fetchrow(_QUERIES["credentials"], name)
    return None if row is None else Credentials(row["user_id"], row["name"], row["hash"])


async def set_password(database: Database, user_id: int, name: str, password_hash: str) -> None:
    """Give a user a password; their browsers are signed out, their failures forgotten."""
    async with asking(database, "set_password") as connection, connection.transaction():
        await connection.execute(_QUERIES["set_password"], user_id, password_hash)
        await connection.execute(_QUERIES["forget_failures"], [_about_name(name)])


async def begin(database: Database, user_id: int, secret: str) -> None:
    """Sign the browser in that has *secret*."""
    async with asking(database, "begin_session") as connection:
        await connection.execute(_QUERIES["sweep_sessions"])
        await connection.execute(_QUERIES["add_session"], user_id, _digest(secret), SESSION_SECONDS)


async def current(database: Database, secret: str) -> Session | None:
    """Who is signed in with *secret*; None for nobody."""
    async with asking(database, "session") as connection:
        row = await connection.fetchrow(_QUERIES["session"], _digest(secret))
    return None if row is None else Session(row["user_id"], row["name"])


async def end(database: Database, secret: str) -> None:
    """Sign the browser out that has *secret*."""
    async with asking(database, "end_session") as connection:
        await connection.execute(_QUERIES["end_session"], _digest(secret))


async def attempt(database: Database, name: str, address: str, password_hash: str | None) -> int | None:
    """
    Count a sign-in as failed until it *succeeded*; seconds to wait when there were too
    many for that name or from that address, None when it may be tried. *password_hash* is
    what is kept for the name, so that a new password forgets the failures everywhere.
    """
    # The address first: once it is locked, the names it tries leave nothing behind.
    limits = (
        (_about_address(address), MOST_FROM_ADDRESS),
        (_about_both(name, address, password_hash), MOST_FOR_NAME_FROM_ADDRESS),
        (_about_name(name), MOST_FOR_NAME),
    )
    async with asking(database, "attempt_sign_in") as connection:
        return await _counted(connection, limits)


async def succeeded(database: Database, name: str, address: str, password_hash: str | None) -> None:
    """The attempt that was counted last is no failure."""
    names = [_about_name(name), _about_both(name, address, password_hash)]
    async with asking(database, "sign_in_succeeded") as connection:
        await connection.execute(_QUERIES["forget_failures"], names)
        await connection.execute(_QUERIES["no_failure"], _about_address(address))


async def attempt_code(database: Database, user_id: int) -> int | None:
    """Count a device's code as wrong until it was a *right_code*; seconds to wait after too many, or None."""
    async with asking(database, "attempt_code") as connection:
        return await _counted(connection, [(_about_codes(user_id), MOST_WRONG_CODES)])


async def right_code(database: Database, user_id: int) -> None:
    """The code that was counted last is one that a device shows."""
    async with asking(database, "right_code") as connection:
        await connection.execute(_QUERIES["no_failure"], _about_codes(user_id))


async def _counted(connection: Connection, limits: Iterable[tuple[bytes, int]]) -> int | None:
    """Count one more about each; seconds to wait at the first that has more than its most."""
    await connection.execute(_QUERIES["sweep_failures"], FAILURE_SECONDS)
    for about, most in limits:
        row = await connection.fetchrow(_QUERIES["attempt"], about, FAILURE_SECONDS)
        if row is not None and row["failures"] > most:
            return max(int(row["seconds"]), 1)
    return None


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _about_name(name: str) -> bytes:
    return _digest(f"name {name.strip().lower()}")


def _about_address(address: str) -> bytes:
    return _digest(f"address {address}")


def _about_both(name: str, address: str, password_hash: str | None) -> bytes:
    return _digest(f"address {address} password {password_hash} name {name.strip().lower()}")


def _about_codes(user_id: int) -> bytes:
    return _digest(f"codes {user_id}")
