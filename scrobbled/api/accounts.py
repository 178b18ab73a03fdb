"""``/v1/accounts``: who the accounts of a media server are that one connection stands for."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from aiohttp import web
from msgspec import Meta

from scrobbled.api import body
from scrobbled.api.pool import POOL, PUT_BACK
from scrobbled.api.shapes.accounts import Accounts, MappedAccount, NewlyMapped, WaitingAccount
from scrobbled.errors import PayloadError
from scrobbled.store import accounts
from scrobbled.web.app import AUTHENTICATOR
from scrobbled.web.auth import IDENTITY, Identity
from scrobbled.web.errors import Refusal
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire.counting import plain

Player: TypeAlias = Literal["plex", "jellyfin", "emby", "kodi", "tautulli", "generic"]


class NewAccount(msgspec.Struct, frozen=True):
    """
    Whose an account of *player* is, by its id or its name: yours, or that of whoever gave you
    *token* (one of theirs, with the scope scrobble). It is used for this and not kept.
    """

    player: Player
    account: Annotated[str, Meta(min_length=1, max_length=500)]
    token: Annotated[str, Meta(max_length=500)] | None = None


async def list_accounts(request: web.Request) -> web.Response:
    """Accounts that wait to be somebody's, and whose the others are."""
    pool, user_id = request.app[POOL], request[IDENTITY].user_id
    waiting, mapped = await accounts.waiting(pool, user_id), await accounts.mapped(pool, user_id)
    return answer(
        Accounts(
            waiting=[
                WaitingAccount(
                    player=each.source,
                    account=[name for name in each.account if name],
                    events=each.events,
                    since=each.since,
                    until=each.until,
                )
                for each in waiting
            ],
            mapped=[
                MappedAccount(player=each.source, account=each.account, user=each.name) for each in mapped
            ],
        )
    )


async def map_account(request: web.Request) -> web.Response:
    """Say whose an account is; what was held of it enters their history at its own time."""
    owner, wanted = request[IDENTITY], await _wanted(request)
    member = owner if wanted.token is None else await _member(request, wanted.token)
    account = plain(wanted.account)
    held = await accounts.put(request.app[POOL], owner.user_id, wanted.player, account, member.user_id)
    if held:
        await request.app[PUT_BACK](held)
    mapped = MappedAccount(player=wanted.player, account=account, user=member.name)
    return answer(NewlyMapped(mapped=mapped, events=len(held)))


async def unmap_account(request: web.Request) -> web.Response:
    """Forget whose an account is; what it does from now on waits."""
    player, account = request.match_info["player"], plain(request.match_info["account"])
    await accounts.remove(request.app[POOL], request[IDENTITY].user_id, player, account)
    return web.Response(status=204)


async def _wanted(request: web.Request) -> NewAccount:
    wanted = await body.read(request, NewAccount, '{"player": "plex", "account": "Robin"}')
    if "\x00" in wanted.account or not plain(wanted.account):
        message = "account must be the id or the name that GET /v1/accounts shows"
        raise PayloadError(message)
    return wanted


async def _member(request: web.Request, token: str) -> Identity:
    """Whoever gave *token*; nobody's history is written to without their leave."""
    identity = await request.app[AUTHENTICATOR].owner(token)
    if identity is None or Scope.SCROBBLE.value not in identity.scopes:
        raise Refusal(403, "token must be one of theirs that is valid and has the scope scrobble")
    return identity


def routes() -> list[Route]:
    """The routes."""
    native, write = Surface.NATIVE, Scope.WRITE
    mapped = (
        (200, "Whose it is, and how many held events were applied"),
        (400, "What is wrong with the body"),
        (403, "The token in it is not one of theirs"),
    )
    return [
        Route(
            "GET", "/v1/accounts", list_accounts, native, Scope.READ,
            "Accounts at shared connections: who waits, and whose the others are", returns=Accounts,
        ),
        Route(
            "POST", "/v1/accounts", map_account, native, write, "Say whose an account is",
            body=NewAccount, answers=mapped, returns=NewlyMapped,
        ),
        Route(
            "DELETE", "/v1/accounts/{player}/{account}", unmap_account, native, write,
            "Forget whose an account is", answers=((204, "Forgotten"), (404, "It is nobody's")),
        ),
    ]  # fmt: skip
