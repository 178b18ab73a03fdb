"""``/v1/me`` and ``/v1/tokens``: whom a token stands for, and the tokens they hold."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from scrobbled.api import body, parameters
from scrobbled.api.pool import POOL
from scrobbled.api.shapes.tokens import CreatedToken, CurrentToken, Me, Rules, Token, Tokens
from scrobbled.errors import NotFound
from scrobbled.store import users
from scrobbled.web.app import AUTHENTICATOR
from scrobbled.web.auth import IDENTITY
from scrobbled.web.errors import Refusal
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface


class NewToken(msgspec.Struct, frozen=True):
    """What a token is for, and what it may do (all that the asking one may when left out)."""

    label: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: tuple[Scope, ...] | None = None


async def me(request: web.Request) -> web.Response:
    """Who the token stands for."""
    identity = request[IDENTITY]
    user = await users.user(request.app[POOL], identity.user_id)
    return answer(
        Me(
            id=user.id,
            name=user.name,
            created_at=user.created_at,
            rules=Rules(watched_threshold=user.watched_threshold, lost_stop=user.lost_stop),
            token=CurrentToken(id=identity.token_id, scopes=sorted(identity.scopes)),
        )
    )


async def list_tokens(request: web.Request) -> web.Response:
    """The active tokens, without the tokens themselves."""
    found = await users.tokens(request.app[POOL], request[IDENTITY].user_id)
    return answer(Tokens(data=[Token(**msgspec.structs.asdict(each)) for each in found]))


async def create_token(request: web.Request) -> web.Response:
    """A new token, shown this once; it may do no more than the one that asks for it."""
    identity = request[IDENTITY]
    wanted = await body.read(request, NewToken, '{"label": "…", "scopes": ["read", …]}')
    scopes = identity.scopes if wanted.scopes is None else frozenset(scope.value for scope in wanted.scopes)
    if not scopes <= identity.scopes:
        message = f"a token makes none that may do more than itself: {', '.join(sorted(identity.scopes))}"
        raise Refusal(403, message)
    token, token_id = await users.create_token(request.app[POOL], identity.user_id, wanted.label, scopes)
    created = CreatedToken(id=token_id, token=token, label=wanted.label.strip(), scopes=sorted(scopes))
    return answer(created, 201)


async def revoke_token(request: web.Request) -> web.Response:
    """Revoke a token; refused by this process at once and everywhere within 30 seconds."""
    user_id, token_id = request[IDENTITY].user_id, parameters.number(request.match_info["id"])
    if token_id is None:
        raise NotFound
    await users.revoke_token(request.app[POOL], user_id, token_id)
    request.app[AUTHENTICATOR].forget(user_id, token_id)
    return web.Response(status=204)


def routes() -> list[Route]:
    """The routes."""
    native, read, write = Surface.NATIVE, Scope.READ, Scope.WRITE
    made = ((201, "The token"), (400, "What is wrong"), (403, "More than the asking token may do"))
    gone = ((204, "Revoked"), (404, "No such active token"))
    return [
        Route("GET", "/v1/me", me, native, read, "Who the token stands for", returns=Me),
        Route("GET", "/v1/tokens", list_tokens, native, read, "Active tokens", returns=Tokens),
        Route(
            "POST", "/v1/tokens", create_token, native, write, "Create a token, shown this once",
            body=NewToken, answers=made, returns=CreatedToken,
        ),
        Route("DELETE", "/v1/tokens/{id}", revoke_token, native, write, "Revoke a token", answers=gone),
    ]  # fmt: skip
