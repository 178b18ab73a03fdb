"""``GET /v1/resolve``: which title some words are about, as the matcher sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import NAMES, POOL
from scrobbled.errors import PayloadError
from scrobbled.match.decide import confidence
from scrobbled.match.query import Query
from scrobbled.store import catalog
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter, Route, Scope, Surface

if TYPE_CHECKING:
    from scrobbled.match.decide import Candidate
    from scrobbled.model.media import Title

#: Characters of a title that are read.
_LONGEST = 500

_KINDS = {"movie": "movie", "show": "show", "episode": "show"}


class TitleMeant(msgspec.Struct, frozen=True, kw_only=True):
    """A title that may be meant. *score* is how likely, 0-1; *confidence* high, medium or low."""

    id: int
    kind: str
    title: str
    year: int | None
    ids: dict[str, str]
    score: float
    confidence: str
    explanation: dict[str, float]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """
    *match* is what an event with these words would be matched with by itself, null when it
    would wait for a person; *reason* then says why. *candidates* are the best five.
    """

    match: TitleMeant | None
    reason: str | None
    candidates: list[TitleMeant]


async def resolve(request: web.Request) -> web.Response:
    """The title that words name, and the others they may."""
    query, names = _query(request), request.app[NAMES]
    await names.refresh(request.app[POOL])
    decision = names.decide(query)
    titles = await catalog.titles(request.app[POOL], [each.title_id for each in decision.candidates])
    candidates = [
        _resolved(each, titles[each.title_id]) for each in decision.candidates if each.title_id in titles
    ]
    match = next((each for each in candidates if each.id == decision.title_id), None)
    return answer(Match(match=match, reason=decision.reason, candidates=candidates))


def _query(request: web.Request) -> Query:
    text = request.query.get("title", "").strip()
    if not text:
        raise PayloadError("title is missing: the words of a player, a file or a service")
    kind = request.query.get("kind")
    if kind is not None and kind not in _KINDS:
        message = f"kind must be movie, show or episode, got {kind!r:.40}"
        raise PayloadError(message)
    return Query(
        parameters.storable(text, "title")[:_LONGEST],
        None if kind is None else _KINDS[kind],
        parameters.optional(request, "year", 1800, 2200),
        parameters.optional(request, "season", 0, 100_000),
        parameters.optional(request, "episode", 0, 100_000),
        parameters.optional(request, "runtime", 1, 10_000),
    )


def _resolved(candidate: Candidate, title: Title) -> TitleMeant:
    return TitleMeant(
        id=title.id,
        kind=title.kind.value,
        title=title.name,
        year=title.year,
        ids=title.ids,
        score=round(candidate.score, 4),
        confidence=confidence(candidate.score),
        explanation={name: round(part, 2) for name, part in candidate.explained()},
    )


def routes() -> list[Route]:
    """The route."""
    year, count = {"type": "integer", "minimum": 1800, "maximum": 2200}, {"type": "integer", "minimum": 0}
    return [
        Route(
            "GET",
            "/v1/resolve",
            resolve,
            Surface.NATIVE,
            Scope.READ,
            "Which title some words are about",
            query=(
                Parameter("title", "The words: a title, a file's name, what a service shows"),
                Parameter("year", "The year of the film or show", year),
                Parameter("kind", "movie, show or episode", {"type": "string", "enum": sorted(_KINDS)}),
                Parameter("season", "Season; 0 holds the specials", count),
                Parameter("episode", "Episode", count),
                Parameter("runtime", "Runtime in minutes", count),
            ),
            answers=(
                (200, "The match, or null, and the candidates"),
                (400, "What is wrong with a parameter"),
            ),
            returns=Match,
        )
    ]
