"""``/apps``: which apps a person let in, and ending that."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from scrobbled.store import grants
from scrobbled.ui.pages import page, see
from scrobbled.ui.signing_in import through
from scrobbled.ui.visitor import POOL, Visitor
from scrobbled.web.app import AUTHENTICATOR

if TYPE_CHECKING:
    from aiohttp import web

PATH = "/apps"

log = structlog.get_logger(stage="ui")


async def let_in(request: web.Request) -> web.StreamResponse:
    """``GET /apps`` lists the sign-ins; ``POST`` ends the one that ``sign_in`` names."""

    async def show(who: Visitor, given: dict[str, str] | None) -> web.StreamResponse:
        assert who.session is not None  # or they would be signing in
        user_id = who.session.user_id
        if given is not None:
            await _end(request, user_id, given.get("sign_in", ""))
            return see(request, f"{PATH}?ended")
        sign_ins = [
            {
                "id": each.id,
                "app": each.app,
                "client_id": each.client_id,
                "registered": each.registered,
                "since": _day(each.created_at),
                "used": _day(each.last_used_at) if each.last_used_at else None,
            }
            for each in await grants.held(request.app[POOL], user_id)
        ]
        name, ended = who.session.name, "ended" in request.query
        return page(request, "apps", csrf=who.csrf, name=name, sign_ins=sign_ins, ended=ended)

    return await through(request, PATH, show)


async def _end(request: web.Request, user_id: int, word: str) -> None:
    """End the user's sign-in *word*; nothing happens where they have none of that id."""
    try:
        grant_id = UUID(word)
    except ValueError:
        return
    for token_id in await grants.revoke(request.app[POOL], user_id, grant_id):
        request.app[AUTHENTICATOR].forget(user_id, token_id)
    log.info("grant_ended", user_id=user_id, reason="ended_by_user")


def _day(at: datetime) -> str:
    """``3 May 2026``, UTC."""
    return f"{at.day} {at:%B %Y}"
