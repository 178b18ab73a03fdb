"""Apps that users let in: authorization codes, access tokens, refresh tokens. Only SHA-256s are kept."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import msgspec

from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.apps import App
    from scrobbled.store.pool import Connection, Database

_QUERIES = sql.load("grants")

#: What an app may do for who let it in.
SCOPES: Final = ("read", "scrobble", "write")

#: Seconds an access token is good for; some clients renew only days before its end.
ACCESS_SECONDS: Final = 90 * 86_400

#: Seconds an authorization code is good for.
CODE_SECONDS: Final = 600

#: Sign-ins of one app that a user holds at once; one more ends the one unused for longest.
MOST_SIGN_INS: Final = 10

#: Sign-ins that are listed.
MOST_SHOWN: Final = 500


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """What an authorization code stands for; *grant_id* is what it was exchanged for already."""

    user_id: int
    app_id: int
    redirect_uri: str
    challenge: str | None
    grant_id: UUID | None
    expired: bool


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh token stands for. *proven*: the app showed its secret, so it has to again."""

    user_id: int
    grant_id: UUID
    app_id: int
    client_id: str
    proven: bool
    used: bool
    revoked: bool


class Holder(msgspec.Struct, frozen=True):
    """Whose token it is: the user's, through this grant, for this app."""

    user_id: int
    grant_id: UUID
    client_id: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """
    A sign-in that has not ended: of which *app*, since when, when its token of now was last used.
    *registered* False: nobody but the app itself says who it is.
    """

    id: UUID
    app: str
    client_id: str
    registered: bool
    created_at: datetime
    last_used_at: datetime | None


class Issued(msgspec.Struct, frozen=True):
    """Tokens, shown this once, and when they were made."""

    access: str
    refresh: str
    created_at: datetime


def digest(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256. Ours are random, so it needs no salt."""
    return sha256(secret.encode()).digest()


async def add_code(
    database: Database, user_id: int, app: App, code: str, *, redirect_uri: str, challenge: str | None
) -> None:
    """Keep *code*, which the user lets *app* exchange for tokens, from the same address and challenge."""
    async with asking(database, "add_code") as connection:
        await connection.execute(_QUERIES["sweep_codes"])
        await connection.execute(
            _QUERIES["add_code"], user_id, digest(code), app.id, redirect_uri, challenge, CODE_SECONDS
        )


async def code_called(database: Database, code: str) -> Code | None:
    """What *code* stands for; None when it was never given out."""
    async with asking(database, "code") as connection:
        row = await connection.fetchrow(_QUERIES["code"], digest(code))
    return None if row is None else Code(**dict(row))


async def redeem_code(
    database: Database, user_id: int, app: App, code: str, *, proven: bool
) -> Issued | None:
    """Tokens for *code*; None when somebody else was faster."""
    grant_id = uuid4()
    async with asking(database, "redeem_code") as connection, connection.transaction():
        won = await connection.fetchval(_QUERIES["redeem_code"], user_id, digest(code), grant_id)
        return None if won is None else await begin(connection, user_id, app, grant_id, proven=proven)


async def begin(connection: Connection, user_id: int, app: App, grant_id: UUID, *, proven: bool) -> Issued:
    """Let *app* in for a user, in the caller's transaction."""
    await connection.execute(_QUERIES["lock_user"], user_id)  # so that sign-ins at once are counted
    await connection.execute(_QUERIES["add_grant"], user_id, grant_id, app.id, proven)
    issued = await _issue(connection, user_id, app.name, grant_id)
    await connection.execute(_QUERIES["end_surplus"], user_id, app.id, MOST_SIGN_INS)
    return issued


async def renewal(database: Database, refresh_token: str) -> Renewal | None:
    """What a refresh token stands for; None when it was never given out."""
    async with asking(database, "renewal") as connection:
        row = await connection.fetchrow(_QUERIES["refresh_token"], digest(refresh_token))
    return None if row is None else Renewal(**dict(row))


async def renew(
    database: Database, user_id: int, app: App, refresh_token: str
) -> tuple[Issued, list[int]] | None:
    """
    New tokens, and the ids of the access tokens they replace; None when somebody else
    was faster or the sign-in has ended.
    """
    async with asking(database, "renew") as connection, connection.transaction():
        grant_id = await connection.fetchval(_QUERIES["use_refresh_token"], user_id, digest(refresh_token))
        if grant_id is None:
            return None
        dropped = await connection.fetch(_QUERIES["drop_access_tokens"], user_id, grant_id)
        await connection.execute(_QUERIES["drop_used"], user_id, grant_id)
        return await _issue(connection, user_id, app.name, grant_id), [row["id"] for row in dropped]


async def revoke(database: Database, user_id: int, grant_id: UUID) -> list[int]:
    """End a sign-in; the ids of the access tokens that were good until now."""
    async with asking(database, "revoke_grant") as connection:
        return [row["id"] for row in await connection.fetch(_QUERIES["revoke"], user_id, grant_id)]


async def held(database: Database, user_id: int) -> list[Held]:
    """The apps that a user let in, sign-in by sign-in, the last used first; at most *MOST_SHOWN*."""
    async with asking(database, "held_grants") as connection:
        return [Held(**dict(row)) for row in await connection.fetch(_QUERIES["held"], user_id, MOST_SHOWN)]


async def holder(database: Database, token: str) -> Holder | None:
    """Whose access or refresh token *token* is; None for one that no app got."""
    async with asking(database, "token_holder") as connection:
        row = await connection.fetchrow(_QUERIES["holder"], digest(token))
    return None if row is None else Holder(row["user_id"], row["grant_id"], row["client_id"])


async def _issue(connection: Connection, user_id: int, label: str, grant_id: UUID) -> Issued:
    access, refresh = f"scr_app_{secrets.token_urlsafe(32)}", f"scr_ref_{secrets.token_urlsafe(32)}"
    created_at = await connection.fetchval(
        _QUERIES["add_tokens"],
        user_id,
        digest(access),
        grant_id,
        digest(refresh),
        label,
        list(SCOPES),
        ACCESS_SECONDS,
    )
    return Issued(access, refresh, created_at)
