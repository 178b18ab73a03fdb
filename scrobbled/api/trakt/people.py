"""The user whom a path names, and who may see what is theirs (Trakt fact sheet §1, §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.errors import NotFound
from scrobbled.store import users
from scrobbled.web.auth import IDENTITY
from scrobbled.web.errors import Refusal

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.model.profile import Profile

#: The variable of a path that holds a user's slug, or ``me``.
WHO = "user"


async def whose(request: web.Request) -> int:
    """
    The id of the user whose data a path asks for: the token's own in ``/sync`` and for ``me``.

    Raises *NotFound* for an unknown user, *Refusal* 401 for a private one's data, and for ``me``
    without a token.
    """
    own = request[IDENTITY].user_id if IDENTITY in request else None
    word = request.match_info.get(WHO, "me")
    if word == "me":
        if own is None:
            raise Refusal(401, "whose? send a token")
        return own
    return (await visible(request, word)).id


async def visible(request: web.Request, word: str) -> Profile:
    """The user with the slug *word*, where the one who asks may see their data. Raises as *whose*."""
    found = await _called(request, word)
    own = IDENTITY in request and request[IDENTITY].user_id == found.id
    if found.private and not own:
        raise Refusal(401, "this user keeps that private")
    return found


async def named(request: web.Request) -> int:
    """
    The id of the user whom a path names, private or not: whoever asks that says by other means what may
    be seen. Raises *NotFound*, and *Refusal* 401 for ``me`` without a token.
    """
    word = request.match_info[WHO]
    return await whose(request) if word == "me" else (await _called(request, word)).id


async def own(request: web.Request) -> int:
    """
    The id of the user whose data a path is to change, who must be the one who asks. Raises *NotFound*
    for an unknown user, *Refusal* 403 for somebody else.
    """
    mine, word = request[IDENTITY].user_id, request.match_info.get(WHO, "me")
    if word != "me" and (await _called(request, word)).id != mine:
        raise Refusal(403, "only its owner may change that")
    return mine


async def _called(request: web.Request, word: str) -> Profile:
    found = await users.with_slug(request.app[POOL], parameters.storable(word, "the user"))
    if found is None:
        raise NotFound
    return found
