"""``/v1/webhooks``: what players sent, how it was read, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.shapes.webhooks import Webhook, Webhooks, WholeWebhook
from scrobbled.errors import NotFound, PayloadError
from scrobbled.model.outcome import Outcome
from scrobbled.store import reads, webhooks
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, cursor_of
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire.reading import reading
from scrobbled.wire.webhook import READERS

if TYPE_CHECKING:
    from scrobbled.store.webhooks import Listed


async def received(request: web.Request) -> web.Response:
    """A page of webhooks, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 500)
    wanted = webhooks.Filter(
        player=_one_of(request, "player", list(READERS)),
        outcome=_outcome(request),
        since=parameters.instant(request, "since", reads.BEGINNING),
    )
    rows = await webhooks.page(
        request.app[POOL],
        request[IDENTITY].user_id,
        wanted,
        after=parameters.after_event(request),
        limit=limit + 1,
    )
    more, rows = len(rows) > limit, rows[:limit]
    next_cursor = cursor_of(rows[-1].received_at, rows[-1].id.int) if more else None
    data = [Webhook(**_facts(row)) for row in rows]
    return answer(Webhooks(data=data, next_cursor=next_cursor))


async def one(request: web.Request) -> web.Response:
    """A webhook with its body."""
    webhook_id = parameters.uuid(request.match_info["id"], "id")
    found = await webhooks.one(request.app[POOL], request[IDENTITY].user_id, webhook_id)
    if found is None:
        message = (
            "no webhook of yours with this id is kept; if it was just sent, ask again in a moment, and "
            "else it was beyond its days or the size that is kept"
        )
        raise NotFound(message)
    whole = WholeWebhook(
        **_facts(found),
        content_type=found.content_type,
        filters=found.filters,
        body=None if found.body is None else found.body.decode("utf-8", "replace"),
        truncated=found.truncated,
    )
    return answer(whole)


def _facts(row: Listed) -> dict[str, Any]:
    return {
        "id": row.id,
        "received_at": row.received_at,
        "occurred_at": row.event.occurred_at,
        "token_id": row.token_id,
        "player": row.player,
        "source": row.event.source,
        "event": row.event.event_name,
        "reading": reading(row.event),
        "outcome": row.outcome,
        "reason": row.reason,
        "size": row.size,
    }


def _outcome(request: web.Request) -> Outcome | None:
    word = _one_of(request, "outcome", [outcome.value for outcome in Outcome])
    return None if word is None else Outcome(word)


def _one_of(request: web.Request, name: str, words: list[str]) -> str | None:
    word = request.query.get(name)
    if word is not None and word not in words:
        message = f"{name} must be one of {', '.join(words)}, got {word!r:.40}"
        raise PayloadError(message)
    return word


def routes() -> list[Route]:
    """The routes."""
    native, read = Surface.NATIVE, Scope.READ
    query = (
        parameters.limit(50, 500),
        parameters.CURSOR,
        Parameter("player", "Whose body it was read as", {"type": "string", "enum": list(READERS)}),
        Parameter("outcome", "How it ended", {"type": "string", "enum": [each.value for each in Outcome]}),
        Parameter("since", "Received at this time or later", parameters.INSTANT),
    )
    page = ((200, "A page, newest first"), (400, "What is wrong with a parameter"))
    whole = ((200, "It, with its body"), (400, "Not an id"), (404, "Not kept, or not yours"))
    return [
        Route(
            "GET", "/v1/webhooks", received, native, read, "What players sent, and what became of it",
            query=query, answers=page, returns=Webhooks,
        ),
        Route(
            "GET", "/v1/webhooks/{id}", one, native, read, "One webhook, with its body",
            answers=whole, returns=WholeWebhook, counted=False,
        ),
    ]  # fmt: skip
