"""The body of a request, also where it comes packed."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable
from functools import wraps
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs

from scrobbled.web.errors import Refusal
from scrobbled.web.routes import Handler, Route

if TYPE_CHECKING:
    from aiohttp import web

#: How a body may be packed, and is not packed.
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_AS_IT_IS: Final = frozenset({"", "identity"})

#: zlib's window sizes: for a body with a header of its own, of gzip or zlib, and for one without.
_WITH_HEADER, _WITHOUT = 47, -15
_ZLIB: Final = 8
_GZIP: Final = 0x1F


async def body_of(request: web.Request) -> bytes:
    """
    The whole body; to be asked for once.

    Most bodies have come with their head: then it is taken as it is. aiohttp would ask
    for more of it and copy it twice.
    """
    content = request.content
    if (
        content.is_eof()
        and content.total_bytes == request.content_length
        and hdrs.CONTENT_ENCODING not in request.headers
    ):
        return content.read_nowait()
    return await request.read()


def unpacking(route: Route) -> Handler:
    """
    *route*'s handler, which finds a packed body unpacked. Nothing else unpacks (see roles/front.py), so that
    a body costs nothing before it is known who sent it, or where nobody reads it.
    """
    handler, limit = route.handler, route.limit
    if route.method == hdrs.METH_GET:
        return handler

    async def unpack(request: web.Request) -> web.StreamResponse:
        packing = request.headers[hdrs.CONTENT_ENCODING].strip().lower()
        if packing in _PACKED:
            request._read_bytes = unpacked(await request.read(), limit)  # noqa: SLF001  # what further reads give
        elif packing not in _AS_IT_IS:
            message = f"the body is packed as {packing[:40]!a}; send it as it is, or as gzip or deflate"
            raise Refusal(415, message)
        return await handler(request)

    @wraps(handler)
    def either(request: web.Request) -> Awaitable[web.StreamResponse]:
        return unpack(request) if hdrs.CONTENT_ENCODING in request.headers else handler(request)

    return either


def unpacked(body: bytes, limit: int) -> bytes:
    """What *body* holds; raises *Refusal* for more than *limit* bytes, and for what cannot be unpacked."""
    if not body:
        return body
    has_header = body[0] == _GZIP or body[0] & 0xF == _ZLIB  # some say deflate and leave the header out
    unpacking = zlib.decompressobj(_WITH_HEADER if has_header else _WITHOUT)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refusal(400, "the body is not packed as the head says") from error
    if len(found) > limit:
        raise Refusal(413, f"the body is larger than {limit} bytes when it is unpacked")
    if not unpacking.eof or unpacking.unused_data:
        raise Refusal(400, "the packed body ends too early, or something follows it")
    return found
