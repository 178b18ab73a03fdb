"""Users: who one is, what one set, what one did in numbers (Trakt fact sheet §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import paging, people
from scrobbled.store import list_items, lists, numbers, users
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_lists, trakt_people

if TYPE_CHECKING:
    from scrobbled.model.profile import Profile

_LIMITS = trakt_people.Limits(lists=lists.MOST, items=list_items.MOST)


async def settings(request: web.Request) -> web.Response:
    """``GET /users/settings``: the first thing that clients ask when somebody signed in."""
    profile = await users.profile(request.app[POOL], request[IDENTITY].user_id)
    return answer(trakt_people.settings(profile, paging.extended(request), _LIMITS, datetime.now(UTC).date()))


async def change_settings(request: web.Request) -> web.Response:
    """``PUT /users/settings``: 201 and nothing else."""
    body, today = trakt_lists.body(await request.read()), datetime.now(UTC).date()

    def change(before: Profile) -> tuple[bool | None, dict[str, object]]:
        return trakt_people.said(body, before.profile, today)

    await users.set_profile(request.app[POOL], request[IDENTITY].user_id, change)
    return web.Response(status=201)


async def profile(request: web.Request) -> web.Response:
    """``GET /users/{user}``."""
    found = await users.profile(request.app[POOL], await people.whose(request))
    return answer(trakt_people.user(found, paging.extended(request), today=datetime.now(UTC).date()))


async def stats(request: web.Request) -> web.Response:
    """``GET /users/{user}/stats``."""
    return answer(trakt_people.stats(await numbers.numbers(request.app[POOL], await people.whose(request))))


def routes() -> list[Route]:
    """The routes."""
    settings_path, user = "/trakt/users/settings", f"/trakt/users/{{{people.WHO}}}"
    trakt, read, write = Surface.TRAKT, Scope.READ, Scope.WRITE
    words = (Parameter("extended", "full, vip; browsing for settings"),)
    hidden = ((401, "The user is private"), (404, "No such user"))
    changed = ((201, "Set"), (400, "No JSON"), (422, "What is wrong with it"))
    return [
        Route(
            "GET", settings_path, settings, trakt, read, "Who one is, and what one set", query=words,
        ),
        Route(
            "PUT", settings_path, change_settings, trakt, write, "Set what one says of oneself",
            answers=changed,
        ),
        Route(
            "GET", user, profile, trakt, read, "A user",
            query=words, answers=((200, "Who they are"), *hidden), anonymous=True,
        ),
        Route(
            "GET", f"{user}/stats", stats, trakt, read, "What a user did, in numbers",
            answers=((200, "How much was watched, collected and rated"), *hidden), anonymous=True,
        ),
    ]  # fmt: skip
