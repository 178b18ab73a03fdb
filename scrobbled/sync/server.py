"""What all media servers have in common: asked politely, and refusals in plain words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Protocol

import msgspec

from scrobbled.catalog.client import Api, Patience, Refused
from scrobbled.errors import ConfigError, NotFound, Unavailable
from scrobbled.wire.history import Page

#: Seconds between two requests: it is somebody's living room.
PAUSE: Final = 0.1

#: A home server that is away stays away; one that is busy comes back soon.
PATIENCE: Final = Patience(tries=4, first_wait=1.0, longest_wait=10.0, longest_asked=60.0)

#: Entries of one page.
PAGE: Final = 200

_TOKEN_REFUSED: Final = frozenset({401, 403})


class Account(msgspec.Struct, frozen=True):
    """Somebody who uses a media server."""

    id: str
    name: str


class Server(Protocol):
    """A media server that can be asked for its list."""

    async def accounts(self) -> list[Account]:
        """Everybody who uses it, as far as the token may know."""

    def pages(self, account: Account) -> AsyncIterator[Page]:
        """What *account* played, newest first."""


def account_called(accounts: list[Account], wanted: str | None) -> Account:
    """
    The account whose id or name is *wanted*, or the only one. Raises *NotFound*, which names
    those there are: a play must not land in somebody else's history.
    """
    plain = (wanted or "").strip().casefold().replace("-", "")
    if wanted is None and len(accounts) == 1:
        return accounts[0]
    names = ", ".join(account.name for account in accounts) or "nobody"
    if wanted is None:
        raise NotFound(f"several people use this server ({names}); say whose plays with --account NAME")
    for account in accounts:
        if plain in {
            account.id.casefold().replace("-", ""),
            account.name.strip().casefold().replace("-", ""),
        }:
            return account
    raise NotFound(f"nobody called {wanted} uses this server; there are: {names}")


async def ask(api: Api, path: str, parameters: Mapping[str, str], *, what: str) -> dict[str, Any]:
    """
    The JSON object at *path*; a list comes as its ``Items``. Raises *ConfigError* when the token
    is refused, *NotFound* when this is no such server, *Unavailable* when it does not answer;
    *what* is its name.
    """
    try:
        answer = await api.get(path, **parameters)
    except Refused as error:
        if error.status in _TOKEN_REFUSED:
            raise ConfigError(
                f"{what} refuses the token (it answered {error.status}); see --token"
            ) from error
        raise
    if answer is None:
        raise NotFound(f"there is no {path} at this address; is it {what}, and is its base path in the URL?")
    try:
        decoded = msgspec.json.decode(answer, type=dict[str, Any] | list[Any])
        return {"Items": decoded} if isinstance(decoded, list) else decoded
    except msgspec.DecodeError as error:
        raise Unavailable(f"{what} answered {path} with something else than expected: {error}") from error


def objects(value: object) -> list[dict[str, Any]]:
    """The JSON objects of a list; anything else is passed over."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
