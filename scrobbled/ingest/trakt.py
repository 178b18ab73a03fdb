"""Trakt's scrobbles and check-ins: durable, then answered with what became of them."""

from __future__ import annotations

from aiohttp import web

from scrobbled.ingest.door import DOOR, receipt
from scrobbled.model.event import Action
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import dump
from scrobbled.web.routes import Handler, Route, Scope, Surface
from scrobbled.web.written import Written
from scrobbled.wire import trakt, trakt_render


def _scrobble(action: Action) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        event = trakt.parse_scrobble(await request.read(), action, receipt(request[IDENTITY].user_id))
        became = await request.app[DOOR].ask(event)
        return _render(trakt_render.scrobble_answer(became, action, event.progress))

    return handle


async def check_in(request: web.Request) -> web.StreamResponse:
    """``POST /checkin``."""
    event = trakt.parse_checkin(await request.read(), receipt(request[IDENTITY].user_id))
    return _render(trakt_render.checkin_answer(await request.app[DOOR].ask(event)))


async def cancel_check_in(request: web.Request) -> web.Response:
    """``DELETE /checkin``: 204, also when nothing is checked in."""
    await request.app[DOOR].ask(trakt.cancel_checkin(receipt(request[IDENTITY].user_id)))
    return web.Response(status=204)


def _render(rendered: trakt_render.Rendered) -> web.StreamResponse:
    status, body = rendered
    return web.Response(status=status) if body is None else Written(dump(body), status)


def routes() -> list[Route]:
    """The routes."""
    scrobbled = (
        (201, "The item, as it was matched"),
        (404, "No match"),
        (409, "Scrobbled already"),
        (422, "Below 1 %"),
    )
    checked_in = ((201, "Checked in"), (404, "No match"), (409, "A check-in is in progress"))
    gone = ((204, "Nothing is checked in now"),)
    described: list[tuple[str, str, Handler, str, tuple[tuple[int, str], ...]]] = [
        ("POST", f"/trakt/scrobble/{action.value}", _scrobble(action), f"Playback: {action.value}", scrobbled)
        for action in (Action.START, Action.PAUSE, Action.STOP)
    ]
    described += [
        ("POST", "/trakt/checkin", check_in, "Check in", checked_in),
        ("DELETE", "/trakt/checkin", cancel_check_in, "Take a check-in back", gone),
    ]
    return [
        Route(method, path, handler, Surface.TRAKT, Scope.SCROBBLE, summary, answers=answers)
        for method, path, handler, summary, answers in described
    ]
