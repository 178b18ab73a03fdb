"""``/v1/actions``: what was ticked by hand in a player, and taking it back as one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL, PUT_BACK
from scrobbled.api.shapes.actions import Actions, TakenBack, Ticked, TickedPlay
from scrobbled.api.shapes.items import watched_of
from scrobbled.api.undoing import unticks
from scrobbled.errors import NotFound, Unavailable
from scrobbled.store import actions, catalog
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface

if TYPE_CHECKING:
    from scrobbled.model.media import Item
    from scrobbled.store.actions import TickAction


async def list_actions(request: web.Request) -> web.Response:
    """What was ticked, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 500)
    found = await actions.newest(request.app[POOL], request[IDENTITY].user_id, limit=limit)
    wanted = {play.item_id for action in found for play in action.plays}
    items = await catalog.items(request.app[POOL], wanted)
    return answer(Actions(data=[_shape(each, items) for each in found]))


async def take_back(request: web.Request) -> web.Response:
    """Take all the plays of an action out of the history again."""
    user_id, pool = request[IDENTITY].user_id, request.app[POOL]
    event_id = parameters.uuid(request.match_info["id"], "id")
    found = await actions.holding(pool, user_id, event_id)
    if found is None:
        raise NotFound(
            "no action of yours with this id has a play in the history; GET /v1/actions lists them"
        )
    items = await catalog.items(pool, {play.item_id for play in found.plays})
    await request.app[PUT_BACK](unticks(user_id, found.plays, items, datetime.now(UTC)))
    left = await actions.holding(pool, user_id, event_id)
    if left is not None:
        raise Unavailable("it will be taken back, but not in time to answer; ask again, it is done once")
    return answer(TakenBack(id=found.id, plays=len(found.plays)))


def routes() -> list[Route]:
    """The routes."""
    gone = (
        (200, "How many plays went"),
        (400, "The id is none"),
        (404, "No such action of yours, or it is taken back already"),
        (503, "Not applied in time; it will be, once"),
    )
    return [
        Route(
            "GET", "/v1/actions", list_actions, Surface.NATIVE, Scope.READ, "What was ticked by hand",
            query=(parameters.limit(50, 500),), returns=Actions,
            answers=((200, "Newest first"), (400, "What is wrong with a parameter")),
        ),
        Route(
            "DELETE", "/v1/actions/{id}", take_back, Surface.NATIVE, Scope.WRITE,
            "Take what was ticked at once back", answers=gone, returns=TakenBack,
        ),
    ]  # fmt: skip


def _shape(action: TickAction, items: dict[int, Item]) -> Ticked:
    return Ticked(
        id=action.id,
        source=action.source,
        made_at=action.made_at,
        plays=[
            TickedPlay(id=play.id, watched_at=play.watched_at, item=watched_of(items.get(play.item_id)))
            for play in action.plays
        ],
    )
