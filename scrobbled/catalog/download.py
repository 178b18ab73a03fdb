"""
Loading a file of another server into a folder: resumed, checked, and only when it changed.

Beside a file ``title.gz`` lies ``title.gz.origin``, which remembers the validators its
server gave, so that the next run asks whether it changed. What was loaded before an
interruption is ``title.gz.part``, and goes on where it stopped when the server's copy is still
the same (https://www.rfc-editor.org/rfc/rfc9110#field.if-range).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import aiohttp

from scrobbled.catalog.client import PASSING, Patience, Refused, open_session
from scrobbled.catalog.partial import Changed, Origin, Partial
from scrobbled.errors import NotFound, PayloadError, ScrobbledError, Unavailable, plainly

#: Is told how many bytes are there, and how many there will be if that is known.
Progress = Callable[[int, int | None], None]

_OK: Final = 200
_PARTIAL: Final = 206
_NOT_MODIFIED: Final = 304
_GONE: Final = frozenset({404, 410})
_NOT_SATISFIABLE: Final = 416
_PIECE: Final = 1 << 17


async def fetch(
    url: str,
    folder: Path,
    *,
    progress: Progress | None = None,
    name: str | None = None,
    sha256: str | None = None,
    patience: Patience | None = None,
) -> Path:
    """
    The file at *url* in *folder*, loaded if it is not there or has changed. *name* is what it is
    called there, the last part of the address if not given; *sha256* (hex) is what it must have,
    where that is known from elsewhere.

    Raises *NotFound* when there is no such file, *Unavailable* when the server fails or is silent
    for too long (what was loaded is kept and used by the next call), *PayloadError* when what
    arrived is not what the server announced.
    """
    name = name or unquote(PurePosixPath(urlsplit(url).path).name)
    if not name or "/" in name or name.startswith("."):
        raise PayloadError(f"{url} does not end in the name of a file")
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        async with open_session() as session:
            load = _Load(session, url, folder / name, patience or Patience(), progress)
            return await load.run(sha256)
    except OSError as error:
        raise ScrobbledError(f"{folder / name}: {plainly(error)}") from error


async def fetch_first(urls: Sequence[str], folder: Path, *, progress: Progress | None = None) -> Path:
    """
    The first of *urls* that is there, for files whose names have a day. A host that refuses
    (403) counts as one that lacks the file: storage services do not tell the two apart. Raises
    what *fetch* raises for the last one.
    """
    *others, last = urls
    for url in others:
        try:
            return await fetch(url, folder, progress=progress)
        except (NotFound, Refused):
            continue
    return await fetch(last, folder, progress=progress)


class _Load:
    """One file on its way."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        path: Path,
        patience: Patience,
        progress: Progress | None,
    ) -> None:
        self._session, self._url, self._path = session, url, path
        self._patience, self._progress = patience, progress
        self._retry_after: str | None = None

    async def run(self, sha256: str | None) -> Path:
        """Try until the file is there; a try that brought some bytes is no failure."""
        failures = 0
        while True:
            partial = Partial(self._path, self._url)
            before, self._retry_after = partial.size, None
            try:
                return await self._try(partial, sha256)
            except Changed as error:  # its server's copy changed while we loaded it
                reason, failures = str(error), failures + 1
                partial.discard()
            except (aiohttp.ClientError, TimeoutError, _Passing) as error:
                reason = str(error) or type(error).__name__
                failures = 1 if partial.size > before else failures + 1
            finally:
                partial.close()
            wait = self._patience.wait(failures, self._retry_after)
            if wait is None:
                raise Unavailable(f"{self._url}: {reason}, {failures} times in a row; try again later")
            await asyncio.sleep(wait)

    async def _try(self, partial: Partial, sha256: str | None) -> Path:
        known = Origin.of(self._path, self._url)
        headers = partial.conditions() or known.conditions()
        async with self._session.get(self._url, headers={"Accept-Encoding": "identity", **headers}) as answer:
            if answer.status == _NOT_MODIFIED and self._path.exists():
                return self._path
            if answer.status == _NOT_SATISFIABLE:
                raise Changed("it is shorter than what was loaded of it")
            self._check(answer)
            start = partial.size if answer.status == _PARTIAL else 0
            total = partial.begin(answer, start)
            await self._receive(answer, partial, total)
        return partial.complete(total, sha256)

    async def _receive(self, answer: aiohttp.ClientResponse, partial: Partial, total: int | None) -> None:
        async for piece in answer.content.iter_chunked(_PIECE):
            partial.write(piece)
            if self._progress is not None:
                self._progress(partial.size, total)

    def _check(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status in {_OK, _PARTIAL}:
            return
        if answer.status in _GONE:
            raise NotFound(f"{self._url} does not exist (the server answered {answer.status})")
        if answer.status not in PASSING:
            raise Refused(f"{self._url}: the server answered {answer.status}", answer.status)
        self._retry_after = answer.headers.get("Retry-After")
        raise _Passing(f"the server answered {answer.status}")


class _Passing(Exception):  # noqa: N818  # a state that passes
    """The server cannot answer now."""
