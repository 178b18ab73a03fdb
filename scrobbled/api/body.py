"""The JSON body of a request to ``/v1``."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from scrobbled.errors import PayloadError
from scrobbled.wire import strict

T = TypeVar("T")


async def read(request: web.Request, kind: type[T], like: str) -> T:
    """
    The body of *request* as a *kind*. Raises *PayloadError* that says what is wrong and where, and shows
    what one is *like*.
    """
    try:
        return strict.read(await request.read(), msgspec.json.Decoder(kind))
    except PayloadError as error:
        message = f"{error}; a body is like {like}"
        raise PayloadError(message) from error
