"""How far somebody is in a show: watched and collected, and starting over (Trakt fact sheet §8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiohttp import web

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.media import full
from scrobbled.errors import NotFound, UnprocessableError
from scrobbled.model.media import Title
from scrobbled.rules.progress import counting, standing
from scrobbled.store import hidden, items
from scrobbled.store import progress as store
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_progress
from scrobbled.wire.trakt_items import parse
from scrobbled.wire.trakt_media import instant
from scrobbled.wire.trakt_said import date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrobbled.model.progress import Part, Show, Standing


class _What(NamedTuple):
    """In which section seasons of it are hidden, and what the last time is called: of all, of an episode."""

    section: str
    last_date: str
    date: str


_WATCHED: Final = _What("progress_watched", "last_watched_at", "last_watched_at")
_COLLECTED: Final = _What("progress_collected", "last_collected_at", "collected_at")


async def watched(request: web.Request) -> web.Response:
    """``GET /shows/{id}/progress/watched``."""
    title = await _title(request)
    user_id, now = request[IDENTITY].user_id, datetime.now(UTC)
    shows = await store.watched(request.app[POOL], user_id, [title.id], now)
    return answer(await _progress(request, title, shows.get(title.id), _WATCHED))


async def collected(request: web.Request) -> web.Response:
    """``GET /shows/{id}/progress/collection``."""
    title = await _title(request)
    user_id, now = request[IDENTITY].user_id, datetime.now(UTC)
    shows = await store.collected(request.app[POOL], user_id, [title.id], now)
    return answer(await _progress(request, title, shows.get(title.id), _COLLECTED))


async def _progress(request: web.Request, title: Title, show: Show | None, what: _What) -> dict[str, Any]:
    """How far one is in *title*, and in each of its seasons."""
    pool, listed = request.app[POOL], await store.seasons(request.app[POOL], title)
    out_of_sight = await hidden.hidden_seasons(pool, request[IDENTITY].user_id, what.section, title.id)
    hides = frozenset[int]() if paging.flag(request, "hidden") else out_of_sight
    parts = counting(show.parts if show else [], specials=paging.flag(request, "specials"), hidden=hides)
    stands = _standing(request, parts)
    episodes = await items.things(
        pool, (part.id for part in (stands.last, stands.following) if part is not None)
    )
    found = trakt_progress.progress(
        stands,
        show.reset_at if show else None,
        episodes,
        await full(request, episodes.values()),
        date=what.last_date,
        with_stats=paging.flag(request, "include_stats"),
    )
    names = {season.number: season.name for season in listed}
    found["seasons"] = trakt_progress.seasons(parts, names, what.date)
    found["hidden_seasons"] = trakt_progress.hidden_seasons(listed, out_of_sight)
    return found


def _standing(request: web.Request, parts: Sequence[Part]) -> Standing:
    """A special counts where ``specials`` are asked for and ``count_specials`` is not false."""
    counts_specials = request.query.get("count_specials", "true").lower() != "false"
    by_play = request.query.get("last_activity") == "watched"
    return standing(parts, by_play=by_play, stays_out=() if counts_specials else (0,))


async def reset(request: web.Request) -> web.Response:
    """``POST /shows/{id}/progress/watched/reset``: from now on, or from ``reset_at``."""
    title, at, sent = await _title(request), datetime.now(UTC), await request.read()
    if sent.strip() not in (b"", b"null"):
        said = parse(sent).payload.get("reset_at")
        told = None if said in (None, "") else date(said)
        if said not in (None, "") and told is None:
            message = f"reset_at must be a time such as 2026-11-21T20:15:00.000Z, got {said!r:.40}"
            raise UnprocessableError(message)
        at = min(told or at, at)
    await store.reset(request.app[POOL], request[IDENTITY].user_id, title.id, at)
    return answer({"reset_at": instant(at)})


async def undo(request: web.Request) -> web.Response:
    """``DELETE /shows/{id}/progress/watched/reset``: 204, also when there was none."""
    title = await _title(request)
    await store.reset(request.app[POOL], request[IDENTITY].user_id, title.id, None)
    return web.Response(status=204)


async def _title(request: web.Request) -> Title:
    show_id = await asked.title(request, "show")
    title = (await items.things(request.app[POOL], [show_id])).get(show_id)
    if not isinstance(title, Title):  # it was there a moment ago
        raise NotFound
    return title


def routes() -> list[Route]:
    """The routes."""
    query = (
        Parameter("hidden", "true for hidden seasons as well"),
        Parameter("specials", "true for season 0 as well"),
        Parameter("count_specials", "false to list them and not count them"),
        Parameter("last_activity", "watched: the last episode is the one that was watched last"),
        Parameter("include_stats", "true for plays and minutes"),
        Parameter("extended", "full for all that is known of the episodes"),
    )
    base = "/trakt/shows/{id}/progress"
    told = ((200, "How far one is"), (404, "No such show"))
    again = f"{base}/watched/reset"
    reset_told = ((200, "From when on it counts"), (404, "No such show"), (422, "No date"))
    undone = ((204, "Everything counts"), (404, "No such show"))
    trakt, read, write = Surface.TRAKT, Scope.READ, Scope.WRITE
    return [
        Route(
            "GET", f"{base}/watched", watched, trakt, read, "How much of a show one watched",
            query=query, answers=told,
        ),
        Route(
            "GET", f"{base}/collection", collected, trakt, read, "How much of a show one has",
            query=query, answers=told,
        ),
        Route("POST", again, reset, trakt, write, "Start a show over", answers=reset_told),
        Route("DELETE", again, undo, trakt, write, "Do not start it over", answers=undone),
    ]  # fmt: skip
