"""How we ask other people's servers: by name, slowly, with patience, and no longer than they like."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
import msgspec

from scrobbled import __version__
from scrobbled.errors import Unavailable

#: Who asks. Every host here wants to be told.
USER_AGENT: Final = f"scrobbled/{__version__} (self-hosted; catalogue import)"

#: Answers after which the same request may work later.
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

#: The first that fits.
_WORDS: Final = {
    aiohttp.ClientConnectorDNSError: "there is no host of this name",
    aiohttp.ClientConnectorError: "nothing answers at this address",
    TimeoutError: "no answer in time",
    aiohttp.ServerDisconnectedError: "the connection broke off",
    aiohttp.ClientPayloadError: "the connection broke off",
    aiohttp.ClientOSError: "the connection broke off",
    aiohttp.InvalidURL: "this is no address",
}
_UNTRUSTED: Final = (
    "its certificate is not trusted, or it does not speak TLS; use the name the certificate is for, "
    "name its authority in SSL_CERT_FILE, or use http:// at home"
)

_NOT_FOUND: Final = 404
_OK: Final = 200

#: Bytes of an answer of an API; none of ours comes near.
_LONGEST_ANSWER: Final = 32 << 20


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """
    How long to try: *tries* in a row that got nowhere, waiting *first_wait* seconds and twice as
    long each time up to *longest_wait*. A server that asks (Retry-After) is given up to *longest_asked*.
    """

    tries: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_asked: float = 900.0

    def wait(self, failures: int, retry_after: str | None = None) -> float | None:
        """Seconds to wait after so many *failures* in a row, None to give up."""
        if failures >= self.tries:
            return None
        asked = seconds_of(retry_after, datetime.now(UTC))
        if asked is not None:
            return asked if asked <= self.longest_asked else None
        longest = min(self.longest_wait, self.first_wait * 2.0 ** (failures - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  # so that many clients do not come back at once


def seconds_of(retry_after: str | None, now: datetime) -> float | None:
    """
    The seconds that a Retry-After header asks for: a number of them, or a time
    (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). None when it says neither.
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


def open_session() -> AbstractAsyncContextManager[aiohttp.ClientSession]:
    """
    A session that names us and gives up on silence, not on slowness. Bodies arrive as they are
    sent: a file that is packed stays packed. Proxies come from the environment.
    """
    return aiohttp.ClientSession(
        headers={"User-Agent": USER_AGENT},
        timeout=aiohttp.ClientTimeout(total=None, connect=30, sock_read=60),
        auto_decompress=False,
        trust_env=True,
    )


class Api:
    """
    A JSON API at *base*, asked at most once in *pause* seconds, one call after the other.
    *headers* and *parameters* go with each call and are never part of an error.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str,
        *,
        pause: float,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._session, self._base, self._pause = session, base.rstrip("/"), pause
        self._headers, self._parameters = dict(headers or {}), dict(parameters or {})
        self._patience = patience or Patience()
        self._turn = asyncio.Lock()
        self._free_at = 0.0

    async def get(self, path: str, **parameters: str) -> bytes | None:
        """
        The body at *path*, None when there is nothing. Raises *Unavailable* when the server
        fails or stays busy, and *Refused* when it will not answer us.
        """
        failures = 0
        while True:
            await self._wait_for_turn()
            retry_after = None
            try:
                return await self._ask(path, parameters)
            except _Passing as error:
                reason, retry_after = str(error), error.retry_after
            except aiohttp.ClientSSLError as error:
                raise Refused(f"{self._base}: {_UNTRUSTED}") from error
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = _in_words(error)
            failures += 1
            wait = self._patience.wait(failures, retry_after)
            if wait is None:
                raise Unavailable(f"{self._base}{path}: {reason} after {failures} tries; try again later")
            self._free_at = max(self._free_at, asyncio.get_running_loop().time() + wait)

    async def _wait_for_turn(self) -> None:
        """Until the pause after the last request is over, and whatever the server asked for."""
        async with self._turn:
            clock = asyncio.get_running_loop().time
            while (left := self._free_at - clock()) > 0:  # noqa: ASYNC110  # it may move while we wait
                await asyncio.sleep(left)
            self._free_at = clock() + self._pause

    async def _ask(self, path: str, parameters: Mapping[str, str]) -> bytes | None:
        answer = await self._session.get(
            self._base + path,
            params={**self._parameters, **parameters},
            headers={"Accept": "application/json", **self._headers},
            auto_decompress=True,
        )
        async with answer:
            if answer.status == _NOT_FOUND:
                return None
            if answer.status in PASSING:
                raise _Passing(f"answered {answer.status}", answer.headers.get("Retry-After"))
            if answer.status != _OK:
                raise Refused(f"{self._base}{path}: answered {answer.status}", answer.status)
            body = await _body(answer)
        if not _is_json(body):
            raise _Passing("answered with something else than JSON")
        return body


def _in_words(error: Exception) -> str:
    """What went wrong. The error's own text is never shown: it may have the address, and that a key."""
    return next((words for kind, words in _WORDS.items() if isinstance(error, kind)), type(error).__name__)


class _Passing(Exception):  # noqa: N818  # a state that passes
    """A server cannot answer now, and perhaps said when it can."""

    def __init__(self, message: str, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(Unavailable):
    """A server will not answer a request of ours; asking again does not help. *status* is HTTP's."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def _is_json(body: bytes) -> bool:
    """Whether an answer is what was asked for: a portal that wants a sign-in answers 200, too."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except ValueError:
        return False
    return True


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    pieces, length = [], 0
    async for piece in answer.content.iter_chunked(1 << 16):
        pieces.append(piece)
        length += len(piece)
        if length > _LONGEST_ANSWER:
            raise Refused(f"an answer of more than {_LONGEST_ANSWER} bytes")
    return b"".join(pieces)
