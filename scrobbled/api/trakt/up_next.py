"""Which shows somebody is in the middle of, and what comes next in each (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.media import full
from scrobbled.model.media import Title
from scrobbled.model.progress import Show, Standing
from scrobbled.rules.progress import counting, of_a_lifetime, standing
from scrobbled.store import hidden, items
from scrobbled.store import progress as store
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface
from scrobbled.wire import trakt_progress
from scrobbled.wire.trakt_media import title_object

if TYPE_CHECKING:
    from aiohttp import web

#: Where a show is hidden that is not to come up here.
_HIDING = ("progress_watched", hidden.DROPPED)

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)

#: How a show and how far somebody is in it are sorted, and whether the highest comes first.
_Row = tuple[Show, Standing, Title]
_BY_LAST: tuple[Callable[[_Row], Any], bool] = (lambda row: row[1].last_at or _BEGINNING, True)
_SORTS: dict[str, tuple[Callable[[_Row], Any], bool]] = {
    "title": (lambda row: row[2].name.casefold(), False),
    "year": (lambda row: row[2].year or 0, True),
    "completed": (lambda row: row[1].completed / max(row[1].aired, 1), True),
    "episodes_left": (lambda row: row[1].aired - row[1].completed, False),
    "plays": (lambda row: row[1].plays, True),
}


async def watched(request: web.Request) -> web.Response:
    """``GET /sync/progress/watched``: every show that was begun, the last one first."""
    rows = await _begun(request)
    if paging.flag(request, "hide_completed"):
        rows = [row for row in rows if row[1].following is not None]
    if paging.flag(request, "hide_not_completed"):
        rows = [row for row in rows if row[1].following is None]
    if paging.flag(request, "only_rewatching"):
        rows = [row for row in rows if row[0].reset_at is not None]
    return await _answer(request, rows)


async def up_next(request: web.Request) -> web.Response:
    """``GET /sync/progress/up_next``: the shows of which an episode that has aired comes next."""
    return await _answer(request, [row for row in await _begun(request) if row[1].following is not None])


async def up_next_nitro(request: web.Request) -> web.Response:
    """
    ``GET /sync/progress/up_next_nitro?intent=``: what to *continue*, to *start* (on the watchlist, and
    nothing of it watched), what is *completed*; without a word, what to continue and what to start.
    """
    intent = request.query.get("intent", "all")
    begun = [] if intent == "start" else await _begun(request)
    rows = [row for row in begun if (row[1].following is None) == (intent == "completed")]
    if intent in ("all", "start"):
        rows += await _to_start(request)
    return await _answer(request, rows)


async def _begun(request: web.Request) -> list[_Row]:
    return await _rows(request, None)


async def _to_start(request: web.Request) -> list[_Row]:
    wanted = await store.to_start(request.app[POOL], request[IDENTITY].user_id)
    return [row for row in await _rows(request, wanted) if row[1].following is not None]


async def _rows(request: web.Request, show_ids: Collection[int] | None) -> list[_Row]:
    """Shows with how far the user is, in the order that is asked for, without what is hidden."""
    pool, user_id = request.app[POOL], request[IDENTITY].user_id
    out_of_sight = await hidden.hidden_shows(pool, user_id, _HIDING)
    now, lifetime = datetime.now(UTC), paging.flag(request, "lifetime_stats")
    shows = await store.watched(pool, user_id, show_ids, now)
    ever = await store.watched(pool, user_id, show_ids, now, lifetime=True) if lifetime else {}
    fitting = await asked.fitting(request, shows.keys() - out_of_sight, int)
    titles = await items.things(pool, fitting)
    rows = []
    for own, title in titles.items():
        if isinstance(title, Title):
            stands = _standing(shows[own])
            stands = of_a_lifetime(stands, _standing(ever[own])) if own in ever else stands
            rows.append((shows[own], stands, title))
    key, highest_first = _SORTS.get(request.query.get("sort_by", ""), _BY_LAST)
    if "sort_how" in request.query:
        highest_first = request.query["sort_how"].lower() == "desc"
    return sorted(rows, key=lambda row: (key(row), row[0].id), reverse=highest_first)


def _standing(show: Show) -> Standing:
    return standing(counting(show.parts, specials=False, hidden=()))


async def _answer(request: web.Request, rows: Sequence[_Row]) -> web.Response:
    page = paging.page(request, default=paging.USUAL)
    shown = page.cut(rows)
    told = {part.id for _, stands, _ in shown for part in (stands.last, stands.following) if part is not None}
    episodes = await items.things(request.app[POOL], told)
    known = await full(request, [*episodes.values(), *(title for _, _, title in shown)])
    with_stats = paging.flag(request, "include_stats")
    data = [
        {
            "show": title_object(title, known),
            "progress": trakt_progress.progress(
                stands, show.reset_at, episodes, known, with_stats=with_stats
            ),
        }
        for show, stands, title in shown
    ]
    return answer(data, headers=page.headers(len(rows)))


def routes() -> list[Route]:
    """The routes."""
    query = (
        *paging.PARAMETERS,
        *asked.FILTERS,
        Parameter("sort_by", f"{', '.join(_SORTS)}; the last one watched first without it"),
        Parameter("sort_how", "asc or desc"),
        Parameter("include_stats", "true for plays and minutes"),
        Parameter("lifetime_stats", "true: completed and stats count what was watched before a reset too"),
    )
    return [
        Route(
            "GET",
            f"/trakt/sync/progress/{word}",
            handler,
            Surface.TRAKT,
            Scope.READ,
            summary,
            query=query,
            answers=((200, "Shows, and how far one is in each"),),
        )
        for word, handler, summary in (
            ("watched", watched, "How far one is in all shows"),
            ("up_next", up_next, "What to watch next"),
            ("up_next_nitro", up_next_nitro, "What to continue, to start, what is completed"),
        )
    ]
