"""
A JSON answer that is one piece of bytes, head and body.

For what is answered thousands of times a second. aiohttp puts a head together from a
mapping of headers, in five steps, which costs an accepted event more than the reading of
its body. This head is always the same but for the second, the length and the request's name.
"""

from __future__ import annotations

import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.http import SERVER_SOFTWARE

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

#: The header that names a request in its answer.
REQUEST_ID = "X-Request-ID"

#: On every answer, unless its handler says otherwise: nothing of it is kept by a cache, guessed to be of
#: another type, shown in a frame, or told to the next site.
SAFE = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


class Written(web.StreamResponse):
    """
    *body* is JSON already. Where the request or a further header asks for something
    unusual, an ordinary response takes its place; there are no cookies.
    """

    def __init__(self, body: bytes, status: int) -> None:
        super().__init__(status=status)
        self.body = body
        _head(status, int(time.time()))  # made now, since answers are made while the disk is waited for
        self._ordinary: web.Response | None = None

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection may stay; asked by aiohttp after the answer."""
        return True if self._ordinary is None else self._ordinary.keep_alive

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Called by aiohttp."""
        if self._is_usual(request):
            name = self.headers[REQUEST_ID].encode()
            head = _head(self.status, int(time.time()))
            parts = (head, len(self.body), name, self.body)
            await request.writer.write_eof(b"%b%d\r\nX-Request-ID: %b\r\n\r\n%b" % parts)
            return None
        self.headers.extend(SAFE)
        self._ordinary = web.Response(
            body=self.body, status=self.status, headers=self.headers, content_type="application/json"
        )
        return await self._ordinary.prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Called by aiohttp."""
        if self._ordinary is not None:
            await self._ordinary.write_eof(data)

    def _is_usual(self, request: web.BaseRequest) -> bool:
        return (
            len(self.headers) == 1
            and REQUEST_ID in self.headers
            and request.keep_alive
            and request.version == HttpVersion11
            and request.method != hdrs.METH_HEAD
        )


@lru_cache(maxsize=8)
def _head(status: int, second: int) -> bytes:
    """All that comes before the length, at this unix time; the same for a whole second."""
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in SAFE),
        f"Date: {formatdate(second, usegmt=True)}",
        f"Server: {SERVER_SOFTWARE}",
        "Content-Length: ",
    )
    return "\r\n".join(lines).encode()
