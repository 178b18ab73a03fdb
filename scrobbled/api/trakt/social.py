"""
Who follows whom, and what people say and like: nothing yet, in the form that clients read.

They ask for all of it and give up at a 404: exports (traktexport), synchronisers, for the lists one likes
(PlexTraktSync), and add-ons that have a menu of everybody's lists. It becomes real with the social side.
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
    ("likes/{type}", "What a user likes: nothing"),
    ("comments", "What a user said: nothing"),
    ("comments/{comment_type}", "What a user said: nothing"),
    ("comments/{comment_type}/{type}", "What a user said: nothing"),
)


_OF_ONESELF = (
    ("users/likes", "What one likes: nothing"),
    ("users/likes/{type}", "What one likes: nothing"),
    ("users/requests", "Who wants to follow one: nobody"),
    ("users/requests/following", "Whom one wants to follow: nobody"),
    ("users/saved_filters", "Filters one saved: none"),
    ("users/saved_filters/{section}", "Filters one saved: none"),
)

_OF_EVERYBODY = (
    ("lists/trending", "Lists that are liked now: none"),
    ("lists/trending/{type}", "Lists that are liked now: none"),
    ("lists/popular", "Lists that are liked most: none"),
    ("lists/popular/{type}", "Lists that are liked most: none"),
)


async def nothing(request: web.Request) -> web.Response:
    """An empty page, of a user whose data may be seen."""
    await people.whose(request)
    return _empty(request)


async def nobodys(request: web.Request) -> web.Response:
    """An empty page, of everybody."""
    return _empty(request)


def _empty(request: web.Request) -> web.Response:
    return answer([], headers=paging.page(request, default=10).headers(0))


def routes() -> list[Route]:
    """The routes."""
    seen = ((200, "An empty page"), (401, "The user is private"), (404, "No such user"))
    trakt, read = Surface.TRAKT, Scope.READ
    own = [Route("GET", f"/trakt/{path}", nothing, trakt, read, summary) for path, summary in _OF_ONESELF]
    every = [
        Route("GET", f"/trakt/{path}", nobodys, trakt, read, summary, anonymous=True)
        for path, summary in _OF_EVERYBODY
    ]
    who = f"/trakt/users/{{{people.WHO}}}"
    of_users = [
        Route("GET", f"{who}/{word}", nothing, trakt, read, summary, answers=seen, anonymous=True)
        for word, summary in _OF_A_USER
    ]
    return own + every + of_users
