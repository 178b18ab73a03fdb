"""
Passwords: argon2id, in threads of their own, few at a time.

A hash takes 19 MiB and some 30 ms of a core (OWASP's parameters), so however many
people sign in at once, a few do it and the others wait; beyond that they are sent away.
"""

from __future__ import annotations

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final

from scrobbled.errors import PayloadError, Unavailable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: Characters of a password.
SHORTEST, LONGEST = 8, 200

#: Hashes made at once, and people who wait for one.
_AT_ONCE, _MOST_WAITING = 2, 50

#: Checked for those who are not there or have no password, so that they take as long. Of a
#: random password that was thrown away.
_NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$aROLvGp8BxduRTM35EqP3g$uLk84Dq0JccZspPxmutlH3FiohNLkC/ftyJUWisPxvA"
)


def hashed(password: str) -> str:
    """What is kept of *password*; raises *PayloadError* when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST or "\x00" in password:
        message = f"a password has {SHORTEST} to {LONGEST} characters"
        raise PayloadError(message)
    return _hasher().hash(_bytes(password))


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415  # as late as somebody signs in: starts are to be quick

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Checker:
    """Checks passwords without holding up the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, "password")
        self._waiting = 0

    async def right(self, password: str, kept: str | None) -> bool:
        """
        Whether *password* is the one that is *kept*; False for None, after as long. Raises
        *Unavailable* when too many wait.
        """
        if self._waiting >= _MOST_WAITING:
            message = "too many people sign in at the moment; try again soon"
            raise Unavailable(message)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, _verify, password, kept)
        finally:
            self._waiting -= 1


def _verify(password: str, kept: str | None) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415  # as above

    try:
        _hasher().verify(kept or _NOBODYS, _bytes(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def _bytes(password: str) -> bytes:
    """The same letters are the same password, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
