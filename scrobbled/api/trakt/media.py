"""What the catalogue knows of the titles in an answer, where ``extended=full`` asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import paging
from scrobbled.model.media import Thing, Title
from scrobbled.store import items

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.wire.trakt_media import Known

#: Words of ``extended`` that ask for everything; images came with a word of their own once.
_FULL = frozenset({"full", "images"})


def is_full(request: web.Request) -> bool:
    """Whether ``extended`` asks for everything."""
    return bool(_FULL & paging.extended(request))


async def full(request: web.Request, things: Iterable[Thing | None]) -> Known:
    """By id, what is known of *things* and their shows; None where minimal objects are asked for."""
    if not is_full(request):
        return None
    ids: set[int] = set()
    for thing in things:
        if thing is not None:
            ids.add(thing.id)
            if not isinstance(thing, Title):
                ids.add(thing.title.id)
    return await items.facts(request.app[POOL], ids)
