"""Trakt's films and shows: what the catalogue knows of one (Trakt fact sheet §2)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from aiohttp import web

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.catalogue import route
from scrobbled.api.trakt.media import full
from scrobbled.errors import NotFound
from scrobbled.store import catalog, charts, shows, totals
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter
from scrobbled.wire import trakt_lookup, trakt_media

if TYPE_CHECKING:
    from typing import TypeAlias

    from scrobbled.web.routes import Handler, Route

    #: Path, handler, summary and query parameters of a route.
    _Told: TypeAlias = tuple[str, Handler, str, tuple[Parameter, ...]]

#: Seconds that an answer about a title holds: an episode may have aired since.
HOLDS: Final = 300

EXTENDED: Final = Parameter("extended", "full for all that is known")


class _Handlers:
    """The handlers for movies or shows (*kind*)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def summary(self, request: web.Request) -> web.Response:
        """``GET /movies/{id}``: one title."""
        title_id = await asked.title(request, self.kind)
        found = (await catalog.titles(request.app[POOL], [title_id])).get(title_id)
        if found is None:
            raise NotFound
        return answer(trakt_media.title_object(found, await full(request, [found])))

    async def aliases(self, request: web.Request) -> web.Response:
        """``…/aliases``: the names it goes by, and where."""
        names = await shows.names(request.app[POOL], await asked.title(request, self.kind))
        return answer(trakt_lookup.aliases((each.name, each.region) for each in names))

    async def translations(self, request: web.Request) -> web.Response:
        """``…/translations[/{language}]``: its names by language; in the original one with its overview."""
        title_id = await asked.title(request, self.kind)
        found = await catalog.titles(request.app[POOL], [title_id])
        names = await shows.names(request.app[POOL], title_id)
        details = await shows.details(request.app[POOL], title_id)
        told = trakt_lookup.translations(
            found[title_id].name, details, ((each.name, each.language, each.region) for each in names)
        )
        language = request.match_info.get("language", "").lower()
        return answer([each for each in told if not language or each["language"] == language])

    async def studios(self, request: web.Request) -> web.Response:
        """``…/studios``: who made it."""
        details = await shows.details(request.app[POOL], await asked.title(request, self.kind))
        return answer(trakt_lookup.studios(details.studios))

    async def releases(self, request: web.Request) -> web.Response:
        """``…/releases[/{country}]``: when a film came out where."""
        details = await shows.details(request.app[POOL], await asked.title(request, self.kind))
        country = request.match_info.get("country", "").lower()
        return answer(
            [each for each in trakt_lookup.releases(details) if not country or each["country"] == country]
        )

    async def certifications(self, request: web.Request) -> web.Response:
        """``…/certifications``: who may see it."""
        details = await shows.details(request.app[POOL], await asked.title(request, self.kind))
        return answer(trakt_lookup.certifications(details))

    async def ratings(self, request: web.Request) -> web.Response:
        """``…/ratings``: what this server's users think, and what the catalogue says others do."""
        title_id = await asked.title(request, self.kind)
        votes = await totals.votes(request.app[POOL], title_id)
        details = await shows.details(request.app[POOL], title_id)
        return answer(trakt_lookup.ratings(votes, details.rating, details.votes))

    async def stats(self, request: web.Request) -> web.Response:
        """``…/stats``: numbers of this server's users together."""
        title_id = await asked.title(request, self.kind)
        votes = await totals.votes(request.app[POOL], title_id)
        told = await totals.of_title(request.app[POOL], title_id)
        return answer(
            trakt_lookup.stats(
                told.watchers,
                told.plays,
                told.collectors,
                told.listed,
                sum(votes),
                collected=told.collected if self.kind == "show" else None,
                favorited=told.favorited,
            )
        )

    async def related(self, request: web.Request) -> web.Response:
        """``…/related``: titles of the same genres."""
        title_id, page = await asked.title(request, self.kind), paging.page(request, default=10)
        limit = page.limit or paging.MOST
        places, total = await charts.related(
            request.app[POOL], title_id, offset=min(page.offset, 500), limit=limit
        )
        titles = await catalog.titles(request.app[POOL], [place.title_id for place in places])
        known = await full(request, titles.values())
        data = [
            trakt_media.title_object(titles[each.title_id], known)
            for each in places
            if each.title_id in titles
        ]
        return answer(data, headers=page.headers(total))

    async def people(self, request: web.Request) -> web.Response:
        """``…/people``: the catalogue knows of nobody."""
        await asked.title(request, self.kind)
        return answer({"cast": [], "crew": {}})

    async def empty(self, request: web.Request) -> web.Response:
        """What this server has none of: one empty page, or an empty list, of a title that is known."""
        await asked.title(request, self.kind)
        return answer([], headers=paging.page(request, default=10).headers(0))


def routes() -> list[Route]:
    """The routes of both; literal paths (charts) must come before these."""
    found: list[Route] = []
    for kind in ("movie", "show"):
        of, path = _Handlers(kind), f"/trakt/{kind}s/{{id}}"
        own: list[_Told] = (
            [
                ("/releases", of.releases, "When it came out", ()),
                ("/releases/{country}", of.releases, "When it came out in a country", ()),
            ]
            if kind == "movie"
            else [("/certifications", of.certifications, "Who may see it", ())]
        )
        told: list[_Told] = [
            ("", of.summary, "A title", (EXTENDED,)),
            ("/aliases", of.aliases, "Other names", ()),
            ("/translations", of.translations, "Its names by language", ()),
            ("/translations/{language}", of.translations, "Its names in a language", ()),
            ("/people", of.people, "Nobody: people are not in the catalogue", ()),
            ("/ratings", of.ratings, "What people think of it", ()),
            ("/stats", of.stats, "How many watch, have and rate it", ()),
            ("/studios", of.studios, "Who made it", ()),
            ("/related", of.related, "Titles of the same genres", paging.PARAMETERS),
            ("/watching", of.empty, "Nobody: who watches is not told", ()),
            ("/videos", of.empty, "None", ()),
            ("/comments", of.empty, "None", paging.PARAMETERS),
            ("/comments/{sort}", of.empty, "None", paging.PARAMETERS),
            ("/lists", of.empty, "None", paging.PARAMETERS),
            ("/lists/{type}", of.empty, "None", paging.PARAMETERS),
            ("/lists/{type}/{sort}", of.empty, "None", paging.PARAMETERS),
            *own,
        ]
        found += [described(path + rest, handler, summary, query) for rest, handler, summary, query in told]
    return found


#: A route about one title, its seasons or episodes.
described: Final = partial(route, holds=HOLDS, refused=((404, "Unknown"),))
