"""Trakt's search: by words through the index of names, and by ids (Trakt fact sheet §9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from scrobbled.api import parameters
from scrobbled.api.pool import NAMES, POOL
from scrobbled.api.trakt import asked, paging
from scrobbled.api.trakt.catalogue import route
from scrobbled.api.trakt.media import full
from scrobbled.errors import NotFound, PayloadError
from scrobbled.match.search import MOST, Found, called
from scrobbled.store import catalog, charts, items, shows
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter
from scrobbled.wire import trakt_media

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.model.filters import Filters
    from scrobbled.web.routes import Route

#: What can be searched for. People are not in the catalogue, and lists are their owners'.
_TYPES: Final = ("movie", "show", "episode", "person", "list")

#: Where a number or a word is an id; trakt numbers are ours where Trakt's own is not known.
_ID_TYPES: Final = frozenset({"trakt", "imdb", "tmdb", "tvdb"})

#: Entries of a page that is asked for without a limit (§1), and of an exact search.
_USUAL: Final = 50
_EXACT: Final = 10

#: Seconds that an answer holds: the index of names may follow the catalogue a little later.
_HOLDS: Final = 10

#: The score of what has the very id; what fits words has less.
_CERTAIN: Final = 1000

_LONGEST: Final = 300

#: Letters that find an episode by its name.
_SHORTEST: Final = 3

#: Clients escape what Solr reads as its own: ``Star Wars\: Episode``.
_ESCAPED: Final = re.compile(r'\\([+\-&|!(){}\[\]^"~*?:\\/ ])')


async def search(request: web.Request) -> web.Response:
    """``GET /search?query=&type=``, ``GET /search?id_type=&id=``: as the first clients of this API ask."""
    return await (by_id if "id_type" in request.query else by_words)(request)


async def by_words(request: web.Request) -> web.Response:
    """``GET /search/{type}?query=``: the best fitting first."""
    types, page = _types(_said(request, "type")), paging.page(request, default=_USUAL)
    found = await _searched(request, types)
    return await _page(request, page, [(_score(each), number) for each, number in found])


async def exact(request: web.Request) -> web.Response:
    """``GET /search/{type}/exact?query=``: titles that are called just so."""
    types, page = _types(request.match_info["type"]), paging.page(request, default=_EXACT)
    found = await _searched(request, types)
    return await _page(request, page, [(_score(each), number) for each, number in found if each.exact])


async def by_id(request: web.Request) -> web.Response:
    """``GET /search/{id_type}/{id}?type=``: all that go by an id; the id spaces of kinds overlap."""
    source = _said(request, "id_type")
    if source not in _ID_TYPES:
        raise NotFound
    word = parameters.storable(_said(request, "id"), "the id").strip()
    types = _types(request.query.get("type", ""))
    found = await shows.with_id(request.app[POOL], source, word, parameters.number(word))
    ranked = [(_CERTAIN, number) for kind, number in found if kind in types]
    return await _page(request, paging.page(request, default=_USUAL), ranked)


async def _searched(request: web.Request, types: Sequence[str]) -> list[tuple[Found, int]]:
    """What fits the words of the request, the best first, with the id of what it is told as."""
    text = _ESCAPED.sub(r"\1", parameters.storable(request.query.get("query", ""), "query")).strip()
    if not text:
        raise PayloadError("query is missing: the words to search for")
    text, wanted = text[:_LONGEST], asked.filters(request, query=False)
    names, pool = request.app[NAMES], request.app[POOL]
    await names.refresh(pool)
    kinds = {"show" if each == "episode" else each for each in types}
    found = names.search(text, kinds)
    shown = await charts.fitting(pool, [each.title_id for each in found], wanted)
    fitting = [each for each in found if each.title_id in shown]
    told = [(each, each.title_id) for each in fitting if each.kind in types]
    if "episode" in types:
        told += await _numbered(request, fitting)
        told += await _named(request, text, wanted)
        told.sort(key=lambda each: -each[0].score)
    return list({number: (each, number) for each, number in reversed(told)}.values())[::-1]


async def _numbered(request: web.Request, found: Sequence[Found]) -> list[tuple[Found, int]]:
    """The episodes that the words name with a season and a number: *Show S01E02*."""
    numbered = [
        each for each in found if each.kind == "show" and each.season is not None and each.episode is not None
    ]
    wanted = [(place, each.title_id, each.season, each.episode or 0) for place, each in enumerate(numbered)]
    at = await catalog.episodes_at(request.app[POOL], wanted) if wanted else {}
    return [(numbered[place], number) for place, number in sorted(at.items())]


async def _named(request: web.Request, text: str, wanted: Filters) -> list[tuple[Found, int]]:
    """The episodes whose own names have the words; too short a text finds none."""
    if len(text) < _SHORTEST:
        return []
    named = await shows.episodes_called(request.app[POOL], text, wanted, most=MOST)
    found = []
    for each in named:
        score, exact = called(text, each.name, each.popularity)
        found.append((Found(each.show_id, "episode", score, exact), each.id))
    return found


async def _page(request: web.Request, page: paging.Page, ranked: Sequence[tuple[int, int]]) -> web.Response:
    limit = page.limit or paging.MOST
    here = ranked[page.offset : page.offset + limit]
    things = await items.things(request.app[POOL], [number for _, number in here])
    known = await full(request, things.values())
    data = [
        {"score": score, **trakt_media.thing_objects(things[number], known)}
        for score, number in here
        if number in things
    ]
    return answer(data, headers=page.headers(len(ranked)))


def _score(found: Found) -> int:
    """A whole number: Trakt's are large and have no meaning beyond their order."""
    return round(found.score * (_CERTAIN - 1))


def _said(request: web.Request, name: str) -> str:
    """What the path has for *name*, or else the query."""
    return request.match_info.get(name) or request.query.get(name, "")


def _types(word: str) -> list[str]:
    """The comma list of *word*, each once; all without a word. Raises *NotFound* for one nobody knows."""
    types = list(dict.fromkeys(each.strip() for each in word.lower().split(",") if each.strip()))
    if not set(types) <= set(_TYPES):
        raise NotFound
    return types or list(_TYPES)


def routes() -> list[Route]:
    """The routes; the literal path comes first."""
    query = (Parameter("query", "The words"), *paging.PARAMETERS, *asked.FILTERS)
    of_id = (Parameter("type", "movie, show, episode; a comma list"), *paging.PARAMETERS)
    refused = ((400, "What is wrong with a parameter"), (404, "There is no such type"))
    told = [
        ("/trakt/search", search, "Search by words, or by an id, all in the query", query),
        ("/trakt/search/{type}/exact", exact, "Titles that are called just so", query),
        ("/trakt/search/{type}", by_words, "Search by words", query),
        ("/trakt/search/{id_type}/{id}", by_id, "Search by an id", of_id),
    ]
    return [route(*each, holds=_HOLDS, refused=refused) for each in told]
