"""The body of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web


async def body_of(request: web.Request) -> bytes:
    """
    The whole body; to be asked for once.

    Most bodies have come with their head: then it is taken as it is. aiohttp would ask
    for more of it and copy it twice.
    """
    content = request.content
    if content.is_eof() and content.total_bytes == request.content_length:
        return content.read_nowait()
    return await request.read()
