"""``/v1``: history, playback, watching, unmatched, events, me, tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from scrobbled.api import parameters, shapes
from scrobbled.api.pool import POOL
from scrobbled.errors import NotFound, PayloadError
from scrobbled.match.normalize import normalize
from scrobbled.store import reads, users
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, cursor_of, read_cursor
from scrobbled.web.routes import Parameter, Route, Scope, Surface


class NewToken(msgspec.Struct, frozen=True):
    """What ``POST /v1/tokens`` takes: what the token is for and what it may do."""

    label: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: tuple[str, ...] = ("read", "scrobble", "write")


async def history(request: web.Request) -> web.Response:
    """A page of the history, newest first."""
    pool, user_id = request.app[POOL], request[IDENTITY].user_id
    limit = parameters.whole(request, "limit", 50, 1, 500)
    until = parameters.instant(request, "until", reads.END)
    after = (until, -1)
    if (word := request.query.get("cursor")) is not None:
        after = min(read_cursor(word), after)
    entries = await reads.history(
        pool,
        user_id,
        after=after,
        since=parameters.instant(request, "since", reads.BEGINNING),
        kind=parameters.kind(request),
        title_ids=await _titles(request),
        item_id=parameters.optional_id(request, "item_id"),
        limit=limit + 1,
    )
    more, entries = len(entries) > limit, entries[:limit]
    data = [
        {
            "id": entry.id,
            "watched_at": entry.watched_at,
            "cause": entry.cause,
            "source": entry.source,
            "event_id": entry.event_id,
            "item": shapes.item(entry.item),
        }
        for entry in entries
    ]
    next_cursor = cursor_of(entries[-1].watched_at, entries[-1].id) if more else None
    return answer({"data": data, "next_cursor": next_cursor})


async def _titles(request: web.Request) -> list[int] | None:
    title_id = parameters.optional_id(request, "title_id")
    if title_id is not None:
        return [title_id]
    name = request.query.get("title")
    if name is None:
        return None
    return await reads.titles_called(request.app[POOL], normalize(name.replace("\x00", " ")))


async def playback(request: web.Request) -> web.Response:
    """Positions to continue from, most recently paused first."""
    limit = parameters.whole(request, "limit", 100, 1, 1000)
    found, total = await reads.positions(
        request.app[POOL],
        request[IDENTITY].user_id,
        reads.Span(),
        kind=parameters.kind(request),
        limit=limit,
    )
    data = [
        {"id": each.id, "progress": each.progress, "paused_at": each.paused_at, "item": shapes.item(each.item)}
        for each in found
    ]
    return answer({"data": data, "total": total})


async def watching(request: web.Request) -> web.Response:
    """What is being watched now, or null."""
    found = await reads.watching(request.app[POOL], request[IDENTITY].user_id, datetime.now(UTC))
    if found is None:
        return answer({"watching": None})
    return answer(
        {
            "watching": {
                "action": found.action,
                "source": found.source,
                "started_at": found.started_at,
                "expires_at": found.expires_at,
                "items": [shapes.item(each) for each in found.items],
            }
        }
    )


async def unmatched(request: web.Request) -> web.Response:
    """Events that wait for a title, newest first."""
    limit = parameters.whole(request, "limit", 50, 1, 500)
    after = (reads.END, UUID(int=2**128 - 1))
    if (word := request.query.get("cursor")) is not None:
        at, number = read_cursor(word)
        if not 0 <= number < 2**128:
            message = "cursor is not one this server gave out; start again without it"
            raise PayloadError(message)
        after = (at, UUID(int=number))
    rows = await reads.unmatched(request.app[POOL], request[IDENTITY].user_id, after=after, limit=limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    data = [
        {
            "id": row["event_id"],
            "occurred_at": row["occurred_at"],
            "source": row["event"].get("source"),
            "action": row["event"].get("action"),
            "media": row["event"].get("media"),
            "candidates": row["candidates"],
        }
        for row in rows
    ]
    next_cursor = cursor_of(rows[-1]["occurred_at"], rows[-1]["event_id"].int) if more else None
    return answer({"data": data, "next_cursor": next_cursor})


async def event(request: web.Request) -> web.Response:
    """How an event ended, and why."""
    event_id = parameters.uuid(request.match_info["id"], "id")
    row = await reads.event(request.app[POOL], request[IDENTITY].user_id, event_id)
    if row is None:
        message = "no event of yours with this id has been applied; if you just sent it, ask again in a moment"
        raise NotFound(message)
    row.pop("item_ids")
    plays = row.pop("play_ids")
    return answer(
        row
        | {
            "play_id": plays[0] if plays else None,
            "play_ids": plays,
            "items": [shapes.item(each) for each in row["items"]],
        }
    )


async def me(request: web.Request) -> web.Response:
    """Who the token stands for."""
    identity = request[IDENTITY]
    user = await users.user(request.app[POOL], identity.user_id)
    rules = {"watched_threshold": user.watched_threshold, "lost_stop": user.lost_stop}
    return answer(
        {
            "id": user.id,
            "name": user.name,
            "created_at": user.created_at,
            "rules": rules,
            "token": {"id": identity.token_id, "scopes": sorted(identity.scopes)},
        }
    )


async def tokens(request: web.Request) -> web.Response:
    """The active tokens, without the tokens themselves."""
    found = await users.tokens(request.app[POOL], request[IDENTITY].user_id)
    return answer({"data": [msgspec.structs.asdict(each) for each in found]})


async def create_token(request: web.Request) -> web.Response:
    """A new token, shown this once; it may do no more than the one that asks for it."""
    try:
        wanted = msgspec.json.decode(await request.read(), type=NewToken)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"the body must be {{\"label\": …, \"scopes\": […]}}: {error}".replace("`", "")
        raise PayloadError(message) from error
    identity = request[IDENTITY]
    if not set(wanted.scopes) <= identity.scopes:
        message = f"scopes must be among this token's own: {', '.join(sorted(identity.scopes))}"
        raise PayloadError(message)
    async with request.app[POOL].acquire() as connection:
        token, token_id = await users.create_token(connection, identity.user_id, wanted.label, wanted.scopes)
    return answer({"id": token_id, "token": token, "label": wanted.label, "scopes": sorted(set(wanted.scopes))}, 201)


async def revoke_token(request: web.Request) -> web.Response:
    """Revoke a token; refused everywhere within 30 seconds."""
    text = request.match_info["id"]
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise NotFound
    await users.revoke_token(request.app[POOL], request[IDENTITY].user_id, int(text))
    return web.Response(status=204)


def routes() -> list[Route]:
    """The routes."""
    native, read, write = Surface.NATIVE, Scope.READ, Scope.WRITE
    number = {"type": "integer"}
    time = {"type": "string", "format": "date-time"}
    limit, cursor = Parameter("limit", "Entries on a page", number), Parameter("cursor", "next_cursor of the page before")
    kind = Parameter("kind", "movie or episode", {"enum": ["movie", "episode"]})
    filters = (
        limit, cursor, kind,
        Parameter("title", "The name of a film or show"),
        Parameter("title_id", "The id of a film or show", number),
        Parameter("item_id", "The id of a film or episode", number),
        Parameter("since", "Watched at this time or later", time),
        Parameter("until", "Watched before this time", time),
    )  # fmt: skip
    bad = (400, "What is wrong with a parameter")
    page = ((200, "A page, newest first"), bad)
    return [
        Route("GET", "/v1/history", history, native, read, "What was watched", query=filters, answers=page),
        Route("GET", "/v1/playback", playback, native, read, "Where to continue", query=(limit, kind), answers=page),
        Route("GET", "/v1/watching", watching, native, read, "What is being watched now"),
        Route("GET", "/v1/unmatched", unmatched, native, read, "What waits for a title", query=(limit, cursor), answers=page),
        Route(
            "GET", "/v1/events/{id}", event, native, read, "What became of an event, and why",
            answers=((200, "Its outcome"), (400, "Not an id"), (404, "Not applied yet, or not yours")),
        ),  # fmt: skip
        Route("GET", "/v1/me", me, native, read, "Who the token stands for"),
        Route("GET", "/v1/tokens", tokens, native, read, "Active tokens"),
        Route(
            "POST", "/v1/tokens", create_token, native, write, "Create a token, shown this once",
            body=NewToken, answers=((201, "The token"), (400, "What is wrong")),
        ),  # fmt: skip
        Route(
            "DELETE", "/v1/tokens/{id}", revoke_token, native, write, "Revoke a token",
            answers=((204, "Revoked"), (404, "No such active token")),
        ),  # fmt: skip
    ]
