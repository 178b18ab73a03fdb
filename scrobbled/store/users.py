"""Users and tokens. A token is shown once; only its SHA-256 is kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.errors import NotFound, PayloadError
from scrobbled.model.profile import Profile
from scrobbled.store import activities, sql
from scrobbled.store.asking import asking
from scrobbled.store.pool import connect

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("users")

#: Tokens a user may hold at once; those of apps they let in are not counted.
MOST_TOKENS = 20

#: Characters of a name or label.
_LONGEST = 100

#: Words that stand where a user's slug does in addresses; nobody is called so.
RESERVED = (
    "avatar",
    "blocked",
    "hidden",
    "likes",
    "me",
    "reactions",
    "requests",
    "saved-filters",
    "settings",
    "set-cover",
    "syncs",
)

#: What a token may do unless it is said: everything with the data of its own user.
USUAL_SCOPES = ("read", "scrobble", "write")
ALL_SCOPES = (*USUAL_SCOPES, "admin")


class TokenOwner(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token stands for; *seconds_left* None = it does not run out."""

    user_id: int
    token_id: int
    name: str
    scopes: frozenset[str]
    shared: bool
    seconds_left: float | None


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A user, and where their rules differ from the server's."""

    id: int
    name: str
    created_at: datetime
    watched_threshold: float | None
    lost_stop: bool | None


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is listed: everything but the token. *last_event_at* is of webhooks."""

    id: int
    label: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    last_event_at: datetime | None


async def by_token(database: Database, digest: bytes) -> TokenOwner | None:
    """The owner of the token with this SHA-256; raises *Unavailable* when the database is away."""
    async with asking(database, "by_token") as connection:
        row = await connection.fetchrow(_QUERIES["by_token"], digest)
    if row is None:
        return None
    return TokenOwner(
        user_id=row["user_id"],
        token_id=row["token_id"],
        name=row["name"],
        scopes=frozenset(row["scopes"]),
        shared=row["shared"],
        seconds_left=row["seconds_left"],
    )


async def touch(database: Database, used: Collection[tuple[int, int]]) -> None:
    """Note that these (user, token) pairs were used just now."""
    async with asking(database, "touch_tokens") as connection:
        await connection.execute(_QUERIES["touch"], [user for user, _ in used], [token for _, token in used])


async def add_user(database: Database, name: str) -> int:
    """Create a user; raises *PayloadError* when the name is taken or empty."""
    name = _checked(name, "a user's name")
    user_id: int | None = await database.fetchval(_QUERIES["add_user"], name, RESERVED)
    if user_id is None:
        message = f"there is a user called {name} already"
        raise PayloadError(message)
    return user_id


def _checked(word: str, what: str) -> str:
    """*word* without the space around it; raises *PayloadError* where *what* it is cannot be that."""
    word = word.strip()
    if not word or not word.isprintable() or len(word) > _LONGEST:
        message = f"{what} has 1 to {_LONGEST} printable characters"
        raise PayloadError(message)
    return word


async def user_called(database: Database, name: str) -> User:
    """The user of that name, in any case of letters; raises *NotFound*."""
    row = await database.fetchrow(_QUERIES["user_by_name"], name)
    if row is None:
        message = f"there is no user called {name}; add one with `scrobbled user add {name}`"
        raise NotFound(message)
    return User(**dict(row))


async def meant(database: Database, name: str | None) -> User:
    """The user of that name; without one, the only user there is. Raises *NotFound* where several are."""
    if name is not None:
        return await user_called(database, name)
    found = await database.fetch(_QUERIES["some_users"], 2)
    if len(found) != 1:
        several, none = "say whose with --user NAME", "add one with `scrobbled user add NAME`"
        message = f"there are several users; {several}" if found else f"there is no user yet; {none}"
        raise NotFound(message)
    return User(**dict(found[0]))


async def everybody(database: Database) -> list[User]:
    """All users, in the order in which they were added."""
    return [User(**dict(row)) for row in await database.fetch(_QUERIES["everybody"])]


async def some_after(database: Database, after: int, limit: int) -> list[User]:
    """Up to *limit* users whose ids come after that one, by id."""
    async with asking(database, "users") as connection:
        return [User(**dict(row)) for row in await connection.fetch(_QUERIES["users_after"], after, limit)]


async def user(database: Database, user_id: int) -> User:
    """The user with that id; raises *NotFound*."""
    async with asking(database, "user") as connection:
        row = await connection.fetchrow(_QUERIES["user_by_id"], user_id)
    if row is None:
        raise NotFound
    return User(**dict(row))


async def with_slug(database: Database, slug: str) -> Profile | None:
    """The user whom addresses call *slug*, in any case of letters."""
    async with asking(database, "user") as connection:
        row = await connection.fetchrow(_QUERIES["with_slug"], slug.lower())
    return None if row is None else Profile(**dict(row))


async def profile(database: Database, user_id: int) -> Profile:
    """The user with that id, as others know them; raises *NotFound*."""
    async with asking(database, "user") as connection:
        row = await connection.fetchrow(_QUERIES["profile"], user_id)
    if row is None:
        raise NotFound
    return Profile(**dict(row))


async def set_profile(
    database: Database, user_id: int, change: Callable[[Profile], tuple[bool | None, dict[str, Any]]]
) -> None:
    """
    Change what a user says of themselves, and whether they are private (None: as before), to what
    *change* makes of both.
    """
    async with asking(database, "set_profile") as connection, connection.transaction():
        await connection.execute(_QUERIES["lock_user"], user_id)
        private, said = change(await profile(connection, user_id))
        await connection.execute(_QUERIES["set_profile"], user_id, private, said)
        await activities.moved(connection, [(user_id, "account.settings_at")])


async def set_private(database: Database, user_id: int, *, private: bool) -> None:
    """Whether others see nothing of a user."""
    await set_profile(database, user_id, lambda before: (private, before.profile))


async def set_rules(
    connection: Database, user_id: int, *, watched_threshold: float | None, lost_stop: bool | None
) -> None:
    """A user's own rules, None = the server's; obeyed from their next event on."""
    if watched_threshold is not None and not 1 <= watched_threshold <= 100:  # noqa: PLR2004  # percent
        message = "the threshold is a percent from 1 to 100"
        raise PayloadError(message)
    await connection.execute(_QUERIES["set_rules"], user_id, watched_threshold, lost_stop)


async def tokens(database: Database, user_id: int) -> list[Token]:
    """The tokens of a user that are not revoked, oldest first."""
    async with asking(database, "tokens") as connection:
        return [Token(**dict(row)) for row in await connection.fetch(_QUERIES["active_tokens"], user_id)]


async def create_token(
    database: Database,
    user_id: int,
    label: str,
    scopes: Collection[str] = USUAL_SCOPES,
    *,
    shared: bool = False,
) -> tuple[str, int]:
    """
    A new token and its id; the token is not kept. Raises *PayloadError* when the
    label or a scope is wrong, or the user holds *MOST_TOKENS* already.
    """
    label = _checked(label, "a token's label")
    if not scopes or not set(scopes) <= set(ALL_SCOPES):
        message = f"scopes are one or more of {', '.join(ALL_SCOPES)}"
        raise PayloadError(message)
    token = f"scr_pat_{secrets.token_urlsafe(32)}"
    async with asking(database, "create_token") as connection, connection.transaction():
        await connection.execute(_QUERIES["lock_user"], user_id)
        if await connection.fetchval(_QUERIES["own_tokens"], user_id) >= MOST_TOKENS:
            message = f"a user holds at most {MOST_TOKENS} tokens; revoke one first"
            raise PayloadError(message)
        digest = sha256(token.encode()).digest()
        row = await connection.fetchrow(
            _QUERIES["add_token"], user_id, digest, label, sorted(set(scopes)), shared
        )
    assert row is not None  # an insert that returns has a row
    return token, row["id"]


async def revoke_token(database: Database, user_id: int, token_id: int) -> None:
    """Revoke a user's token; raises *NotFound* when there is none such that is active."""
    async with asking(database, "revoke_token") as connection:
        revoked = await connection.fetchval(_QUERIES["revoke_token"], user_id, token_id)
    if revoked is None:
        message = f"there is no active token {token_id}"
        raise NotFound(message)


async def first_user(database_url: str) -> str | None:
    """
    On a server without users, create ``admin`` and return a token; else None.

    Two processes that start at once make one user.
    """
    connection = await connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(_QUERIES["lock_first_user"])
            if await connection.fetchval(_QUERIES["any_user"]):
                return None
            user_id = await add_user(connection, "admin")
            token, _ = await create_token(connection, user_id, "first start")
            return token
    finally:
        await connection.close()
