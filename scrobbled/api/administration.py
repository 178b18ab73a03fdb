"""
``/v1/users`` and ``/v1/dead``: what reaches beyond one's own data, for tokens with the scope *admin*.

They tell who there is and what failed, never what anybody watched: no title, no
position, no text of an error, which may hold either.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import msgspec
import structlog
from aiohttp import web
from msgspec import Meta

from scrobbled.api import body, parameters
from scrobbled.api.pool import POOL
from scrobbled.api.shapes import administration as shapes
from scrobbled.errors import NotFound
from scrobbled.store import enrolling, users
from scrobbled.web.auth import IDENTITY
from scrobbled.web.passwords import hashed
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface

if TYPE_CHECKING:
    from scrobbled.stream.dead import DeadLetter, DeadLetters

DEAD_LETTERS: web.AppKey[DeadLetters] = web.AppKey("dead_letters")

#: An entry of a stream.
_ENTRY = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")

_MOST = 500

log = structlog.get_logger(stage="api")


class NewUser(msgspec.Struct, frozen=True):
    """A name, and a password where the user is to sign apps in."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    password: str | None = None


async def everybody(request: web.Request) -> web.Response:
    """The users of this server, by id."""
    limit = parameters.whole(request, "limit", 100, 1, _MOST)
    after = parameters.whole(request, "after", 0, 0, 2**62)
    found = await users.some_after(request.app[POOL], after, limit + 1)
    data = [shapes.Person(id=each.id, name=each.name, created_at=each.created_at) for each in found[:limit]]
    return answer(shapes.People(data=data, next_after=data[-1].id if len(found) > limit else None))


async def add(request: web.Request) -> web.Response:
    """A new user with a first token, which is shown this once."""
    wanted = await body.read(request, NewUser, '{"name": "…", "password": "…"}')
    kept = None if wanted.password is None else await asyncio.to_thread(hashed, wanted.password)
    user_id, token = await enrolling.enroll(request.app[POOL], wanted.name, kept)
    log.info("user_added", user_id=user_id, by=request[IDENTITY].user_id)
    return answer(shapes.NewPerson(id=user_id, name=wanted.name.strip(), token=token), 201)


async def dead(request: web.Request) -> web.Response:
    """Events that were given up, newest first."""
    limit = parameters.whole(request, "limit", 100, 1, _MOST)
    found = await request.app[DEAD_LETTERS].newest(limit)
    return answer(shapes.DeadLetters(data=[_told(each) for each in found]))


def _told(letter: DeadLetter) -> shapes.DeadLetter:
    """*letter* without what its user watched; the kind of error may be told, its text may hold that."""
    event = letter.event
    return shapes.DeadLetter(
        id=letter.id,
        user_id=None if event is None else event.user_id,
        event_id=None if event is None else str(event.id),
        source=None if event is None else event.source,
        reason=letter.reason.partition(":")[0],
        tries=letter.tries,
        died_at=letter.died_at,
    )


async def retry(request: web.Request) -> web.Response:
    """Put an event that was given up back into the stream, at its own time."""
    entry = request.match_info["id"]
    if not _ENTRY.fullmatch(entry) or not await request.app[DEAD_LETTERS].retry(entry):
        raise NotFound
    log.info("dead_letter_retried", entry=entry, by=request[IDENTITY].user_id)
    return web.Response(status=204)


def routes() -> list[Route]:
    """The routes."""
    native, admin = Surface.NATIVE, Scope.ADMIN
    limit = parameters.limit(100, _MOST)
    after = Parameter("after", "next_after of the page before", {"type": "integer", "minimum": 0})
    page = ((200, "A page"), (400, "What is wrong with a parameter"))
    return [
        Route(
            "GET", "/v1/users", everybody, native, admin, "The users of this server",
            query=(limit, after), answers=page, returns=shapes.People,
        ),
        Route(
            "POST", "/v1/users", add, native, admin, "Add a user, with a token that is shown this once",
            body=NewUser, answers=((201, "The user"), (400, "What is wrong")), returns=shapes.NewPerson,
        ),
        Route(
            "GET", "/v1/dead", dead, native, admin, "Events that were given up, of all users",
            query=(limit,), answers=page, returns=shapes.DeadLetters,
        ),
        Route(
            "POST", "/v1/dead/{id}/retry", retry, native, admin, "Try one of them again",
            answers=((204, "It is in the stream"), (404, "No such dead letter")),
        ),
    ]  # fmt: skip
