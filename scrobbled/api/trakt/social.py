"""
Who follows whom, and what people say: nothing yet, in the form that clients read.

Exports ask for all of it and give up at a 404 (traktexport). It becomes real with the social side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import paging, people
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface

if TYPE_CHECKING:
    from aiohttp import web

_OF_A_USER = (
    ("followers", "Who follows a user: nobody"),
    ("following", "Whom a user follows: nobody"),
    ("friends", "A user's friends: none"),
    ("likes", "What a user likes: nothing"),
    ("comments", "What a user said: nothing"),
)


async def nothing(request: web.Request) -> web.Response:
    """An empty page, of a user whose data may be seen."""
    await people.whose(request)
    return answer([], headers=paging.page(request, default=10).headers(0))


def routes() -> list[Route]:
    """The routes."""
    seen = ((200, "An empty page"), (401, "The user is private"), (404, "No such user"))
    trakt, read = Surface.TRAKT, Scope.READ
    own = Route("GET", "/trakt/users/likes", nothing, trakt, read, "What one likes: nothing", answers=seen)
    return [own] + [
        Route(
            "GET",
            f"/trakt/users/{{{people.WHO}}}/{word}",
            nothing,
            trakt,
            read,
            summary,
            answers=seen,
            anonymous=True,
        )
        for word, summary in _OF_A_USER
    ]
