"""``/activate[/CODE]``: a person enters the code a device shows, and lets it in or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from scrobbled.store import apps, devices, sessions
from scrobbled.ui.pages import page, see
from scrobbled.ui.signing_in import through
from scrobbled.ui.visitor import POOL, Visitor, too_many
from scrobbled.wire import oauth

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

PATH = "/activate"

_NO_DEVICE = "No device shows this code now. Codes are good for 10 minutes; have it show a new one."

log = structlog.get_logger(stage="ui")


async def enter(request: web.Request) -> web.StreamResponse:
    """``GET`` and ``POST /activate``: which code."""

    async def show(who: Visitor, given: dict[str, str] | None) -> web.StreamResponse:
        if given is None or "user_code" not in given:
            return _ask(request, who)
        code = oauth.user_code(given["user_code"])
        if code is None:
            letters = f"A code has {oauth.CODE_LENGTH} letters, such as BCDF GHJK."
            return _ask(request, who, letters, given["user_code"], 400)
        return see(request, f"{PATH}/{code}")

    return await through(request, PATH, show)


async def activate(request: web.Request) -> web.StreamResponse:
    """``GET`` and ``POST /activate/{user_code}``: let the device in that shows it, or not."""
    code = oauth.user_code(request.match_info["user_code"])

    async def show(who: Visitor, given: dict[str, str] | None) -> web.StreamResponse:
        pool = request.app[POOL]
        device = (
            None if code is None or who.session is None else await _shown(pool, code, who.session.user_id)
        )
        if device is None or code is None or who.session is None:
            return _ask(request, who, _NO_DEVICE, code or "", 404)
        if given is None or given.get("answer") not in ("allow", "deny"):
            return await _consent(request, who, device)
        approved = given["answer"] == "allow"
        if not await devices.decide(pool, code, who.session.user_id, approved=approved):
            return _ask(request, who, _NO_DEVICE, code, 404)
        log.info("device_decided", user_id=who.session.user_id, approved=approved)
        if approved:
            return page(request, "result", heading="Done", text="The device signs in within some seconds.")
        return page(request, "result", heading="Not allowed", text="The device gets nothing.")

    return await through(request, f"{PATH}/{code}" if code else PATH, show)


async def _shown(pool: Pool, code: str, user_id: int) -> devices.Waiting | None:
    """The device that shows *code*; a *Refusal* for a user who tried too many that none shows."""
    wait = await sessions.attempt_code(pool, user_id)
    if wait is not None:
        log.warning("codes_locked", user_id=user_id, seconds=wait)
        raise too_many("codes that no device shows", wait)
    device = await devices.called(pool, code)
    if device is not None:
        await sessions.right_code(pool, user_id)
    return device


def _ask(
    request: web.Request, who: Visitor, error: str | None = None, code: str = "", status: int = 200
) -> web.Response:
    return page(
        request, "activate", status=status, csrf=who.csrf, error=error, code=code[:40],
        name=who.session.name if who.session is not None else "",
    )  # fmt: skip


async def _consent(request: web.Request, who: Visitor, device: devices.Waiting) -> web.Response:
    app = await apps.find(request.app[POOL], device.client_id)
    return page(
        request,
        "device",
        csrf=who.csrf,
        name=who.session.name if who.session is not None else "",
        app=apps.called(device.client_id) if app is None else app.name,
        known=app is not None and app.registered,
        client_id=device.client_id,
        agent=device.agent,
        code=device.user_code,
    )
