"""Trakt's lists of words: genres, countries, languages, certifications, networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scrobbled.api.trakt.catalogue import route
from scrobbled.catalog import vocabulary
from scrobbled.errors import NotFound
from scrobbled.web.responses import answer

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.web.routes import Handler, Route

_KINDS: Final = frozenset({"movies", "shows"})

#: Seconds: they change with a new version alone.
_HOLDS: Final = 86400


async def genres(request: web.Request) -> web.Response:
    """``/genres/{type}``."""
    kind = _kind(request)
    return answer(
        [
            {"name": name, "slug": slug, "subgenres": []}
            for slug, name, whose in vocabulary.GENRES
            if whose in (kind, "both")
        ]
    )


async def countries(request: web.Request) -> web.Response:
    """``/countries/{type}``: ISO 3166-1."""
    _kind(request)
    return answer([{"name": name, "code": code} for name, code in vocabulary.COUNTRIES.items()])


async def languages(request: web.Request) -> web.Response:
    """``/languages/{type}``: ISO 639-1."""
    _kind(request)
    return answer([{"name": name, "code": code} for name, code in vocabulary.LANGUAGES.items()])


async def certifications(request: web.Request) -> web.Response:
    """``/certifications/{type}``: by country."""
    kind = _kind(request)
    found: dict[str, list[dict[str, Any]]] = {}
    for whose, country, slug, name, description in vocabulary.CERTIFICATIONS:
        if whose == kind:
            told = {"name": name, "slug": slug, "description": description}
            found.setdefault(country, []).append(told)
    return answer(found)


async def networks(_request: web.Request) -> web.Response:
    """``/networks``."""
    return answer([{"name": name, "country": country} for name, country in vocabulary.NETWORKS])


def _kind(request: web.Request) -> str:
    """Raises *NotFound* for what is neither movies nor shows."""
    kind = request.match_info["type"]
    if kind not in _KINDS:
        raise NotFound
    return kind


def routes() -> list[Route]:
    """The routes."""
    told: list[tuple[str, Handler, str]] = [
        ("/trakt/genres/{type}", genres, "Genres"),
        ("/trakt/countries/{type}", countries, "Countries"),
        ("/trakt/languages/{type}", languages, "Languages"),
        ("/trakt/certifications/{type}", certifications, "Certifications"),
        ("/trakt/networks", networks, "Networks"),
    ]
    refused = ((404, "Neither movies nor shows"),)
    return [route(*each, holds=_HOLDS, refused=refused) for each in told]
