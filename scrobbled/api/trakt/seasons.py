"""Trakt's seasons and episodes of a show (Trakt fact sheet §2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.media import full
from scrobbled.api.trakt.titles import EXTENDED, described
from scrobbled.errors import NotFound
from scrobbled.model.media import Item, Season
from scrobbled.store import items, shows, totals
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter
from scrobbled.wire import trakt_lookup, trakt_media

if TYPE_CHECKING:
    from scrobbled.web.routes import Handler, Route

#: The query parameter of a season, for the API description.
TRANSLATIONS = Parameter("translations", "A language, or all: each episode with its names in it")


async def seasons(request: web.Request) -> web.Response:
    """``GET /shows/{id}/seasons``: with ``extended=episodes`` each with its episodes."""
    pool, show_id = request.app[POOL], await asked.title(request, "show")
    ids = await shows.seasons(pool, show_id)
    things = await items.things(pool, ids)
    found = [each for number in ids if isinstance(each := things.get(number), Season)]
    known = await full(request, found)
    data = [trakt_media.season_object(each, known) for each in found]
    if "episodes" in paging.extended(request):
        by_season: dict[int, list[dict[str, Any]]] = {}
        for season, episode in await _episodes(request, await shows.episodes(pool, show_id)):
            by_season.setdefault(season, []).append(episode)
        data = [{**each, "episodes": by_season.get(each["number"], [])} for each in data]
    return answer(data)


async def season(request: web.Request) -> web.Response:
    """``…/seasons/{season}``: its episodes; with ``translations=en`` each with its names in that language."""
    show_id, _ = await asked.season(request)
    listed = await shows.episodes(request.app[POOL], show_id, asked.place(request, "season"))
    told = [episode for _, episode in await _episodes(request, listed)]
    if language := request.query.get("translations", "").lower():
        told = [
            {**each, "translations": _names_in(language, each["title"], each.get("overview"))}
            for each in told
        ]
    return answer(told)


async def info(request: web.Request) -> web.Response:
    """``…/seasons/{season}/info``: the season itself."""
    _, season_id = await asked.season(request)
    found = (await items.things(request.app[POOL], [season_id]))[season_id]
    assert isinstance(found, Season)  # asked by a season's id
    return answer(trakt_media.season_object(found, await full(request, [found])))


async def episode(request: web.Request) -> web.Response:
    """``…/episodes/{episode}``: one episode."""
    return await _one(request, await asked.episode(request))


async def next_episode(request: web.Request) -> web.StreamResponse:
    """``GET /shows/{id}/next_episode``: what airs next; 204 when nothing is known to."""
    return await _one(request, await shows.next_episode(request.app[POOL], *await _show_now(request)))


async def last_episode(request: web.Request) -> web.StreamResponse:
    """``GET /shows/{id}/last_episode``: what aired last; 204 when nothing is known to have."""
    return await _one(request, await shows.last_episode(request.app[POOL], *await _show_now(request)))


async def episode_translations(request: web.Request) -> web.Response:
    """``…/episodes/{episode}/translations/{language}``: its name is known in English alone."""
    found = await _item(request, await asked.episode(request))
    facts = await items.facts(request.app[POOL], [found.id])
    language = request.match_info.get("language", "en").lower()
    return answer(_names_in(language, found.episode_title, facts.get(found.id, {}).get("overview")))


def _names_in(language: str, title: str | None, overview: object) -> list[dict[str, Any]]:
    told = {"title": title, "overview": overview, "language": "en", "country": "us"}
    return [told] if language in ("en", "all") else []


async def ratings(request: web.Request) -> web.Response:
    """What people think of a season or an episode."""
    number = await _entity(request)
    facts = (await items.facts(request.app[POOL], [number])).get(number, {})
    votes = await totals.votes(request.app[POOL], number)
    return answer(trakt_lookup.ratings(votes, facts.get("rating"), facts.get("votes")))


async def stats(request: web.Request) -> web.Response:
    """How many watch, have and rate a season or an episode."""
    number, pool = await _entity(request), request.app[POOL]
    inside, whole = [number], "episode" not in request.match_info
    if whole:
        show_id = await asked.title(request, "show")
        inside = [each for each, _ in await shows.episodes(pool, show_id, asked.place(request, "season"))]
    told, votes = await totals.of_items(pool, inside), sum(await totals.votes(pool, number))
    collected = told.collected if whole else None
    return answer(
        trakt_lookup.stats(
            told.watchers, told.plays, told.collectors, told.listed, votes, collected=collected
        )
    )


async def people(request: web.Request) -> web.Response:
    """``…/people``: the catalogue knows of nobody."""
    await _entity(request)
    return answer({"cast": [], "crew": {}})


async def empty(request: web.Request) -> web.Response:
    """What this server has none of, of a season or an episode that is known."""
    await _entity(request)
    return answer([], headers=paging.page(request, default=10).headers(0))


async def _entity(request: web.Request) -> int:
    """The id of the season or the episode of the path."""
    if "episode" in request.match_info:
        return await asked.episode(request)
    return (await asked.season(request))[1]


async def _show_now(request: web.Request) -> tuple[int, datetime]:
    return await asked.title(request, "show"), datetime.now(UTC)


async def _one(request: web.Request, number: int | None) -> web.Response:
    if number is None:
        return web.Response(status=204)
    found = await _item(request, number)
    return answer(trakt_media.episode_object(found, await full(request, [found])))


async def _item(request: web.Request, number: int) -> Item:
    found = (await items.things(request.app[POOL], [number])).get(number)
    if not isinstance(found, Item):  # it was there a moment ago
        raise NotFound
    return found


async def _episodes(
    request: web.Request, listed: Sequence[tuple[int, int]]
) -> list[tuple[int, dict[str, Any]]]:
    """(season, episode) of the (id, season) pairs of *listed*."""
    things = await items.things(request.app[POOL], [number for number, _ in listed])
    known = await full(request, things.values())
    return [
        (in_season, trakt_media.episode_object(found, known))
        for number, in_season in listed
        if isinstance(found := things.get(number), Item)
    ]


def routes() -> list[Route]:
    """The routes."""
    show = "/trakt/shows/{id}"
    season_path = f"{show}/seasons/{{season}}"
    episode_path = f"{season_path}/episodes/{{episode}}"
    full_too, paged = (EXTENDED,), paging.PARAMETERS
    told: list[tuple[str, Handler, str, tuple[Parameter, ...]]] = [
        (f"{show}/next_episode", next_episode, "What airs next", full_too),
        (f"{show}/last_episode", last_episode, "What aired last", full_too),
        (f"{show}/seasons", seasons, "The seasons", full_too),
        (season_path, season, "The episodes of a season", (*full_too, TRANSLATIONS)),
        (f"{season_path}/episodes", season, "The same, as the first clients ask", full_too),
        (f"{season_path}/info", info, "A season", full_too),
        (episode_path, episode, "An episode", full_too),
    ]
    for path in (season_path, episode_path):
        translations = empty if path == season_path else episode_translations
        told += [
            (f"{path}/translations", translations, "Its names by language", ()),
            (f"{path}/translations/{{language}}", translations, "Its name in a language", ()),
            (f"{path}/people", people, "Nobody: people are not in the catalogue", ()),
            (f"{path}/ratings", ratings, "What people think of it", ()),
            (f"{path}/stats", stats, "How many watch, have and rate it", ()),
            (f"{path}/watching", empty, "Nobody: who watches is not told", ()),
            (f"{path}/videos", empty, "None", ()),
            (f"{path}/comments", empty, "None", paged),
            (f"{path}/comments/{{sort}}", empty, "None", paged),
            (f"{path}/lists", empty, "None", paged),
            (f"{path}/lists/{{type}}", empty, "None", paged),
            (f"{path}/lists/{{type}}/{{sort}}", empty, "None", paged),
        ]
    return [described(*each) for each in told]
