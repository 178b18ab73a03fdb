"""A new user with all they begin with, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrobbled.store import sessions, users
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

#: What the token is called that a new user is given.
_LABEL: Final = "first"


async def enroll(database: Database, name: str, password_hash: str | None) -> tuple[int, str]:
    """
    Add the user *name*: their id, and a token, which is not kept. Without a *password_hash* they
    sign no apps in. Raises *PayloadError* when the name is taken or none.
    """
    async with asking(database, "enroll") as connection, connection.transaction():
        user_id = await users.add_user(connection, name)
        if password_hash is not None:
            await sessions.set_password(connection, user_id, name, password_hash)
        token, _ = await users.create_token(connection, user_id, _LABEL)
    return user_id, token
