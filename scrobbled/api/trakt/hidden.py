"""What somebody does not want to be shown, by section (Trakt fact sheet §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import paging, writing
from scrobbled.api.trakt.meant import meant
from scrobbled.api.trakt.media import full
from scrobbled.errors import NotFound
from scrobbled.model.wanted import ThingKind
from scrobbled.store import hidden as store
from scrobbled.store import items
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_items, trakt_results
from scrobbled.wire.trakt_items import Body
from scrobbled.wire.trakt_media import instant, thing_objects

if TYPE_CHECKING:
    from aiohttp import web

SECTIONS = (
    "calendar",
    "progress_watched",
    "progress_collected",
    "progress_watched_reset",
    "recommendations",
    "comments",
    store.DROPPED,
)

_KINDS = (ThingKind.MOVIE, ThingKind.SHOW, ThingKind.SEASON)

#: What is counted; other people can be hidden once there are comments of theirs.
_COUNTED = ("movies", "shows", "seasons", "users")


async def listed(request: web.Request) -> web.Response:
    """``GET /users/hidden/{section}``: the newest first."""
    page, section = paging.page(request, default=paging.USUAL), _section(request)
    found = await store.hidden(request.app[POOL], request[IDENTITY].user_id, section, _kinds(request))
    shown = page.cut(found)
    things = await items.things(request.app[POOL], (each.item_id for each in shown))
    known = await full(request, things.values())
    data = [
        {"hidden_at": instant(each.hidden_at)} | thing_objects(things[each.item_id], known)
        for each in shown
        if each.item_id in things
    ]
    return answer(data, headers=page.headers(len(found)))


async def hide(request: web.Request) -> web.Response:
    """``POST /users/hidden/{section}``: 201."""
    section, body = _section(request), trakt_items.parse(await request.read())
    leaves = [entry for entry in body.leaves if entry.wanted.kind in _KINDS]
    found = await meant(request, leaves)
    known = [each for each in found if each is not None]
    kinds = await store.hide(request.app[POOL], request[IDENTITY].user_id, section, known)
    counted = trakt_results.counts((kind.value for kind in kinds), _COUNTED)
    return answer({"added": counted, "not_found": _lost(body, writing.lost(body, leaves, found))}, 201)


async def show(request: web.Request) -> web.Response:
    """``POST /users/hidden/{section}/remove``: 200."""
    section, body = _section(request), trakt_items.parse(await request.read())
    leaves = [entry for entry in body.leaves if entry.wanted.kind in _KINDS]
    found = await meant(request, leaves)
    ids = [each.id for each in found if each is not None]
    kinds = await store.show(request.app[POOL], request[IDENTITY].user_id, section, ids)
    counted = trakt_results.counts((kind.value for kind in kinds), _COUNTED)
    return answer({"deleted": counted, "not_found": _lost(body, writing.lost(body, leaves, found))})


def _lost(body: Body, lost: dict[str, list[object]]) -> dict[str, list[object]]:
    """What was not found; other people never are."""
    users = body.payload.get("users")
    lost["users"] = users if isinstance(users, list) else []
    return {section: lost[section] for section in _COUNTED}


def _section(request: web.Request) -> str:
    section = request.match_info["section"]
    if section not in SECTIONS:
        raise NotFound
    return section


def _kinds(request: web.Request) -> list[ThingKind] | None:
    """``?type=show,season``; None for all."""
    words = [word.strip().removesuffix("s") for word in request.query.get("type", "").split(",")]
    return [kind for kind in _KINDS if kind.value in words] if any(words) else None


def routes() -> list[Route]:
    """The routes."""
    path = "/trakt/users/hidden/{section}"
    return [
        Route(
            "GET",
            path,
            listed,
            Surface.TRAKT,
            Scope.READ,
            "What is hidden in a section",
            query=(*paging.PARAMETERS, Parameter("type", "movie, show or season")),
            answers=((200, "What is hidden, the newest first"), (404, "No such section")),
        ),
        *writing.routes(path, hide, show, "what is hidden"),
    ]
