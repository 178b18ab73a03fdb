"""Apps: registered by the operator, or known since somebody let them in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

import msgspec

from scrobbled.errors import NotFound, PayloadError
from scrobbled.store import sql
from scrobbled.store.asking import asking

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("apps")

#: Characters of a name.
_LONGEST = 100


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app. *secret* is a SHA-256; *registered* False means its client id came along with it."""

    id: int
    client_id: str
    name: str
    secret: bytes | None
    redirect_uris: list[str]
    registered: bool
    created_at: datetime

    def knows(self, secret: str) -> bool:
        """Whether *secret* is the app's; any is, as long as none was seen."""
        if self.secret is None:
            return not self.registered
        return compare_digest(self.secret, sha256(secret.encode()).digest())


class Listed(App, frozen=True, kw_only=True):
    """An app as it is listed, with how many *sign_ins* it has."""

    sign_ins: int


async def find(database: Database, client_id: str) -> App | None:
    """The app with this client id; None for one that is not known yet."""
    async with asking(database, "find_app") as connection:
        row = await connection.fetchrow(_QUERIES["find"], client_id)
    return None if row is None else App(**dict(row))


async def register(database: Database, name: str, redirect_uris: Sequence[str]) -> tuple[str, str]:
    """A new app's client id and secret; the secret is not kept. Raises *PayloadError* for a wrong name."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > _LONGEST:
        message = f"an app's name has 1 to {_LONGEST} printable characters"
        raise PayloadError(message)
    client_id, secret = secrets.token_hex(32), secrets.token_hex(32)
    digest = sha256(secret.encode()).digest()
    await database.execute(_QUERIES["register"], client_id, name, digest, list(redirect_uris))
    return client_id, secret


async def remember(database: Database, client_id: str) -> App:
    """The app with this client id, which nobody registered; known from now on."""
    async with asking(database, "remember_app") as connection:
        row = await connection.fetchrow(_QUERIES["remember"], client_id, called(client_id))
    assert row is not None  # an upsert that returns has a row
    return App(**dict(row))


def called(client_id: str) -> str:
    """The name of an app that nobody gave one."""
    return f"app {client_id[:8]}"


async def pin(database: Database, app: App, secret: str) -> None:
    """Hold an app that nobody registered to the first secret it came with."""
    await database.execute(_QUERIES["pin"], app.id, sha256(secret.encode()).digest())


async def everything(database: Database) -> list[Listed]:
    """All apps, oldest first."""
    return [Listed(**dict(row)) for row in await database.fetch(_QUERIES["everything"])]


async def remove(database: Database, client_id: str) -> None:
    """Forget an app and end all its sign-ins; raises *NotFound*."""
    if await database.fetchval(_QUERIES["remove"], client_id) is None:
        message = f"there is no app with the client id {client_id}; see `scrobbled app list`"
        raise NotFound(message)
