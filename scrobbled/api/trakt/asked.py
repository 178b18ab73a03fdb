"""Which title, season or episode a path names, and what a query narrows a list down by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import paging
from scrobbled.errors import NotFound, PayloadError
from scrobbled.model.filters import Filters, Range
from scrobbled.store import charts, reads, shows
from scrobbled.web.auth import IDENTITY
from scrobbled.web.routes import Parameter
from scrobbled.wire.trakt_media import genre_spellings

if TYPE_CHECKING:
    from aiohttp import web

Entry = TypeVar("Entry")

#: The highest number of a range that is left open, and of a season or episode.
_HIGHEST = 2**31 - 1

_TEXT = {"type": "string"}

#: What programs say where nobody chose (Radarr); what has no rating fits too.
_ANY_RATING = (0, 100)

#: ``dune-2021``
_DATED = re.compile(r"(?P<slug>.+)-(?P<year>(?:18|19|20)\d\d)", re.ASCII)

#: No word has these; the database reads them as its own.
_BRACKETS = re.compile(r"[\[\]{}]")

#: The query parameters of a filtered list, for the API description.
FILTERS = (
    Parameter("years", "2016, or 2010-2016", _TEXT),
    Parameter("runtimes", "30-90, in minutes", _TEXT),
    Parameter("ratings", "0-100", _TEXT),
    Parameter("votes", "500-10000", _TEXT),
    Parameter("genres", "Slugs of /genres, with commas between them; one must fit", _TEXT),
    Parameter("countries", "Codes of /countries", _TEXT),
    Parameter("languages", "Codes of /languages: the original one", _TEXT),
    Parameter("certifications", "Slugs of /certifications", _TEXT),
    Parameter("networks", "Names of /networks", _TEXT),
    Parameter("status", "returning series, ended, …", _TEXT),
    Parameter("query", "A part of the name", _TEXT),
    Parameter("ignore_watched", "true: without what who asks watched", _TEXT),
    Parameter("ignore_collected", "true: without what they have", _TEXT),
    Parameter("ignore_watchlisted", "true: without what is on their watchlist", _TEXT),
)


async def title(request: web.Request, kind: str) -> int:
    """
    The movie or show (*kind*) of ``{id}``: Trakt's id, ours, a slug or IMDb's. Clients make slugs
    of a name and its year themselves, where ours may do without the year. Raises *NotFound*.
    """
    word = parameters.storable(request.match_info["id"], "the id")
    found = await reads.entity_named(request.app[POOL], kind, word, parameters.number(word))
    if found is None and (dated := _DATED.fullmatch(word)):
        found = await shows.with_slug(request.app[POOL], kind, dated["slug"], int(dated["year"]))
    if found is None:
        raise NotFound
    return found


async def season(request: web.Request) -> tuple[int, int]:
    """The show of ``{id}`` and its season ``{season}``, by id. Raises *NotFound*."""
    number = place(request, "season")
    show_id = await title(request, "show")
    found = await shows.season_at(request.app[POOL], show_id, number)
    if found is None:
        raise NotFound
    return show_id, found


async def episode(request: web.Request) -> int:
    """The id of ``{episode}``. Raises *NotFound*."""
    season_number, number = place(request, "season"), place(request, "episode")
    show_id = await title(request, "show")
    found = await shows.episode_at(request.app[POOL], show_id, season_number, number)
    if found is None:
        raise NotFound
    return found


def place(request: web.Request, name: str) -> int:
    """The number of a season or an episode in a path; what is none, names nothing: *NotFound*."""
    number = parameters.number(request.match_info[name])
    if number is None or number > _HIGHEST:
        raise NotFound
    return number


def filters(request: web.Request, *, query: bool = True) -> Filters:
    """
    What the list is narrowed down by; its *query* is a part of the name, or means something else
    there. Raises *PayloadError* for a range that is none.
    """
    genres, ignored = _words(request, "genres"), personal(request)
    words = parameters.storable(request.query.get("query", ""), "query").strip().lower() if query else ""
    return Filters(
        query=words or None,
        ignored=ignored or None,
        user_id=request[IDENTITY].user_id if ignored else None,
        years=_range(request, "years") or _range(request, "year"),
        runtimes=_range(request, "runtimes"),
        ratings=None if (ratings := _range(request, "ratings")) == _ANY_RATING else ratings,
        votes=_range(request, "votes"),
        genres=genres and [spelling for slug in genres for spelling in genre_spellings(slug)],
        countries=_words(request, "countries"),
        languages=_words(request, "languages"),
        certifications=_words(request, "certifications"),
        networks=_words(request, "networks"),
        status=_words(request, "status"),
    )


def personal(request: web.Request) -> list[str]:
    """What of their own who asks wants left out: watched, collected, watchlisted. Nothing without a token."""
    if IDENTITY not in request:
        return []
    return [
        word for word in ("watched", "collected", "watchlisted") if paging.flag(request, f"ignore_{word}")
    ]


async def fitting(
    request: web.Request, found: Iterable[Entry], title_of: Callable[[Entry], int | None]
) -> list[Entry]:
    """Those of *found* whose title, which *title_of* tells, fits the filters of the request."""
    wanted, found = filters(request), list(found)
    if wanted == Filters():
        return found
    titles = {number for each in found if (number := title_of(each)) is not None}
    shown = await charts.fitting(request.app[POOL], list(titles), wanted, everybody=False)
    return [each for each in found if title_of(each) in shown]


def _words(request: web.Request, name: str) -> list[str] | None:
    words = _BRACKETS.sub("", parameters.storable(request.query.get(name, ""), name)).lower().split(",")
    return [word.strip() for word in words if word.strip()] or None


def _range(request: web.Request, name: str) -> Range | None:
    text = request.query.get(name, "").strip()
    if not text:
        return None
    first, dash, last = text.partition("-")
    lowest, highest = parameters.number(first.strip()), parameters.number(last.strip() or first.strip())
    if dash and not last.strip():
        highest = _HIGHEST
    if lowest is None or highest is None:
        message = f"{name} must be a number or two with a dash between them, as 10-20; got {text!r:.40}"
        raise PayloadError(message)
    return min(lowest, _HIGHEST), min(highest, _HIGHEST)
