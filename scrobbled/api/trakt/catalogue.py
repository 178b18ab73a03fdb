"""
Answers that are the same for everybody: with an ETag, and kept in the process while the catalogue
stays as it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from time import monotonic
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import hdrs, web

from scrobbled.api.trakt import asked
from scrobbled.store import listening, waiting
from scrobbled.web.routes import Route, Scope, Surface

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from scrobbled.web.routes import Handler, Parameter

#: Bytes of answers that are kept, with what keeping one costs beside its body.
_MOST: Final = 32 * 2**20
_OVERHEAD: Final = 1024

#: Characters of an address that is worth keeping an answer for.
_LONGEST: Final = 1000

#: Headers that aiohttp writes itself.
_OWN: Final = frozenset({hdrs.CONTENT_LENGTH, hdrs.CONTENT_TYPE})


class Kept(msgspec.Struct, frozen=True):
    """An answer; *until* is on the clock of *monotonic*."""

    body: bytes
    headers: dict[str, str]
    until: float


class Answers:
    """What was answered lately, the oldest leaves first; nothing while nobody tells of changes."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._size = 0
        self._told = False
        self.generation = 0

    def get(self, address: str) -> Kept | None:
        """The answer for *address*, where it still holds."""
        found = self._kept.get(address)
        if found is None or found.until < monotonic():
            return None
        self._kept.move_to_end(address)
        return found

    def keep(self, address: str, answer: Kept, generation: int) -> None:
        """Keep *answer*, which was begun when the catalogue was at *generation*."""
        if not self._told or generation != self.generation or len(address) > _LONGEST:
            return
        self._drop(address)
        self._kept[address] = answer
        self._size += len(answer.body) + _OVERHEAD
        while self._size > self._most:
            self._drop(next(iter(self._kept)))

    def forget(self) -> None:
        """Something changed."""
        self.generation += 1
        self._kept.clear()
        self._size = 0

    async def follow(self, pool: Pool) -> None:
        """Hear of changes, until cancelled. While the connection is away nothing is kept."""
        await listening.listen(
            pool, [waiting.CATALOG_CHANGED], lambda *_: self.forget(), self._listening, self._deaf
        )

    async def _listening(self) -> None:
        self.forget()
        self._told = True

    def _deaf(self) -> None:
        self._told = False
        self.forget()

    def _drop(self, address: str) -> None:
        gone = self._kept.pop(address, None)
        if gone is not None:
            self._size -= len(gone.body) + _OVERHEAD


ANSWERS: web.AppKey[Answers] = web.AppKey("answers")


def kept(seconds: int) -> Callable[[Handler], Handler]:
    """
    For a handler whose answer depends on the address alone: it holds for *seconds* or until the
    catalogue changes, and who has it already gets 304. Where who asks has something of their own left
    out of it, it is made for them alone.
    """

    def around(handler: Handler) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            if asked.personal(request):
                return await handler(request)
            answers, address = request.app.get(ANSWERS), request.rel_url.raw_path_qs
            found = answers.get(address) if answers is not None else None
            if found is None:
                generation = answers.generation if answers is not None else 0
                response = await handler(request)
                if response.status != web.HTTPOk.status_code or not isinstance(response, web.Response):
                    return response
                found = _answer(response, seconds)
                if answers is not None:
                    answers.keep(address, found, generation)
            return _response(request, found)

        return handle

    return around


def route(
    path: str,
    handler: Handler,
    summary: str,
    query: tuple[Parameter, ...] = (),
    *,
    holds: int,
    refused: tuple[tuple[int, str], ...],
) -> Route:
    """
    A ``GET`` that anybody may ask, and whose answer is *kept* for *holds* seconds; *refused* says what
    each status means beside 200 and 304.
    """
    return Route(
        "GET",
        path,
        kept(holds)(handler),
        Surface.TRAKT,
        Scope.READ,
        summary,
        query=query,
        answers=((200, summary), (304, "Unchanged"), *refused),
        anonymous=True,
    )


def _answer(response: web.Response, seconds: int) -> Kept:
    body = response.body if isinstance(response.body, bytes) else b""
    headers = {name: value for name, value in response.headers.items() if name not in _OWN}
    headers[hdrs.ETAG] = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers[hdrs.CACHE_CONTROL] = f"public, max-age={min(seconds, 60)}"
    return Kept(body, headers, monotonic() + seconds)


def _response(request: web.Request, answer: Kept) -> web.Response:
    asked = request.headers.get(hdrs.IF_NONE_MATCH, "")
    known = {each.strip().removeprefix("W/") for each in asked.split(",")}
    if "*" in known or answer.headers[hdrs.ETAG] in known:
        return web.Response(status=304, headers=answer.headers)
    return web.Response(body=answer.body, headers=answer.headers, content_type="application/json")
