"""
``POST /webhooks/{player}/{token}``: answered when durable, never waited for.

A sender never tries again, and some deliver one after the other: the answer comes
in milliseconds and is 2xx whatever becomes of the event (webhooks fact sheet §7).
"""

from __future__ import annotations

from aiohttp import web

from scrobbled.errors import PayloadError
from scrobbled.ingest.door import DOOR, receipt
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Handler, Parameter, Route, Scope, Surface
from scrobbled.wire import jellyfin, plex
from scrobbled.wire.reasons import UNREADABLE

#: Player -> its parser.
PLAYERS = {"plex": plex.parse, "jellyfin": jellyfin.parse}


def _handler(player: str) -> Handler:
    parse = PLAYERS[player]

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        given = receipt(request[IDENTITY].user_id)
        accounts = request.query.getall("account", ()) if request.query_string else ()
        try:
            event = parse(body, given, request.headers.get("Content-Type", ""), accounts)
        except PayloadError:
            event = _unreadable(player, given)
        await request.app[DOOR].accept([event])
        return answer({"id": str(event.id)})

    return receive


def _unreadable(player: str, given: Receipt) -> PlaybackEvent:
    """What no parser can read is an event all the same, so that its owner can see it."""
    return PlaybackEvent(
        id=given.id,
        user_id=given.user_id,
        source=player,
        action=Action.PROGRESS,
        occurred_at=given.received_at,
        received_at=given.received_at,
        ignored=UNREADABLE,
    )


def routes(limit: int) -> list[Route]:
    """The routes; *limit* is the largest body in bytes."""
    account = Parameter("account", "Count this account of the player alone; may be given several times")
    return [
        Route(
            "POST",
            f"/webhooks/{player}{token}",
            _handler(player),
            Surface.WEBHOOKS,
            Scope.SCROBBLE,
            f"Take a webhook from {player.capitalize()}",
            limit=limit,
            query=(account,),
            answers=((200, "Durable; look the outcome up under the id"), (401, "The token is wrong")),
        )
        for player in PLAYERS
        for token in ("/{token}", "")
    ]
