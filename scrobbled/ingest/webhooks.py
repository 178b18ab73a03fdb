"""
``POST /webhooks/{player}/{token}``: answered when durable, never waited for.

A sender never tries again, and some deliver one after the other: the answer comes
in milliseconds and is 2xx whatever becomes of the event (webhooks fact sheet §7). A list of
several is taken as if each had come by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from scrobbled.errors import PayloadError
from scrobbled.ingest.door import DOOR, receipt
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.webhook import Webhook
from scrobbled.web.auth import IDENTITY
from scrobbled.web.body import body_of
from scrobbled.web.responses import dump
from scrobbled.web.routes import Handler, Parameter, Route, Scope, Surface
from scrobbled.web.written import Written
from scrobbled.wire import webhook
from scrobbled.wire.body import several
from scrobbled.wire.fields import text
from scrobbled.wire.filters import Filters
from scrobbled.wire.reasons import UNREADABLE
from scrobbled.wire.redaction import redacted

#: Whoever has an address of their own; ``auto`` works the source out.
PLAYERS = (*webhook.READERS, webhook.AUTO)

#: Tautulli lets its user choose, and WatchState's instructions say PUT; its body comes with a GET as
#: well. The format "Get" of Jellyfin's plugin "Webhooks" puts all it says into the address.
METHODS = ("POST", "PUT", "GET")

_ACCOUNT = "account"

#: What an address may ask to be counted, and what that means.
FILTERS = {
    _ACCOUNT: "Count this account of the player alone; may be given several times",
    "kind": "Count films (movie) or episodes (episode) alone",
    "library": "Count this library of the player alone; may be given several times",
    "path": "Count files that fit this pattern alone, such as /media/films/*; may be given several times",
}

_Filters: TypeAlias = dict[str, list[str]]

#: Parameters of ours in an address; all others may be the payload of a GET.
_OURS = frozenset({_ACCOUNT, "token"})


def _handler(player: str) -> Handler:
    async def receive(request: web.Request) -> Written:
        body = await body_of(request)
        if request.method == "GET" and not body:
            body = urlencode([pair for pair in request.query.items() if pair[0] not in _OURS]).encode()
        if each := several(body):
            ids, durables = zip(*[_sent(player, one, request) for one in each], strict=True)
            await asyncio.gather(*durables)
            return Written(dump({"id": ids[0], "ids": ids}), 200)
        event_id, durable = _sent(player, body, request)
        answer = Written(dump({"id": event_id}), 200)  # made while the disk is waited for
        await durable
        return answer

    return receive


def _sent(player: str, body: bytes, request: web.Request) -> tuple[UUID, Coroutine[Any, Any, None]]:
    """Send what *body* says on its way: its id, and what ends once it is durable."""
    given = receipt(request[IDENTITY].user_id)
    filters = _filters(request) if "?" in request.raw_path else {}
    try:
        event = _read(player, body, given, request, filters)
    except PayloadError:
        event = _unreadable(player, given, shared=request[IDENTITY].shared)
    return event.id, request.app[DOOR].accept([event], _kept(player, request, body, filters))


def _filters(request: web.Request) -> _Filters:
    """What the address asks to be counted, by the parameter."""
    return {name: request.query.getall(name) for name in FILTERS if name in request.query}


def _read(player: str, body: bytes, given: Receipt, request: web.Request, filters: _Filters) -> PlaybackEvent:
    """The event in *body*; raises *PayloadError* when there is none."""
    content_type, shared = request.headers.get("Content-Type", ""), request[IDENTITY].shared
    if not filters:
        return webhook.parse(player, body, given, content_type, shared=shared)
    only = Filters(*(filters.get(name, ()) for name in ("kind", "library", "path")))
    accounts = filters.get(_ACCOUNT, ())
    return webhook.parse(player, body, given, content_type, accounts, only=only, shared=shared)


def _kept(player: str, request: web.Request, body: bytes, filters: _Filters) -> Webhook:
    """What its owner can look at later, without secrets."""
    kept, truncated = redacted(body)
    return Webhook(
        player=player,
        token_id=request[IDENTITY].token_id,
        content_type=text(request.headers.get("Content-Type")) or "",
        # E-mail addresses leave the body, so they can name nobody in it: "" does neither.
        filters={
            name: ["" if "@" in word else text(word) or "" for word in words]
            for name, words in filters.items()
        },
        body=kept,
        size=len(body),
        truncated=truncated,
    )


def _unreadable(player: str, given: Receipt, *, shared: bool) -> PlaybackEvent:
    """What no parser can read is an event all the same, so that its owner can see it."""
    return PlaybackEvent(
        id=given.id,
        user_id=given.user_id,
        source=player,
        action=Action.PROGRESS,
        occurred_at=given.received_at,
        received_at=given.received_at,
        ignored=UNREADABLE,
        account=("",) if shared else None,
    )


_SUMMARIES = {
    "generic": "Take any JSON that says what was watched",
    "auto": "Take a webhook of any player, and work out whose it is",
}


def routes(limit: int) -> list[Route]:
    """The routes; *limit* is the largest body in bytes."""
    query = tuple(Parameter(name, summary) for name, summary in FILTERS.items())
    return [
        Route(
            method,
            f"/webhooks/{player}{token}",
            _handler(player),
            Surface.WEBHOOKS,
            Scope.SCROBBLE,
            _SUMMARIES.get(player, f"Take a webhook from {player.capitalize()}"),
            limit=limit,
            query=query,
            answers=((200, "Durable; look the outcome up under the id"), (401, "The token is wrong")),
        )
        for player in PLAYERS
        for method in METHODS
        for token in ("/{token}", "")
    ]
