"""What Trakt tells of one title beside its media object: names, releases, ratings, numbers (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from zlib import crc32

from scrobbled.model.details import Details, Studio

#: Overview and the like stand beside the names in the original language alone.
_UNSAID: Final = {"overview": None, "tagline": None}


def aliases(names: Iterable[tuple[str, str | None]]) -> list[dict[str, Any]]:
    """(name, country) pairs; Trakt writes a country of two letters in lower case."""
    return [{"title": name, "country": country} for name, country in names]


def translations(
    name: str, details: Details, names: Iterable[tuple[str, str | None, str | None]]
) -> list[dict[str, Any]]:
    """
    The (name, language, country) of *names* that have a language. The main name comes first,
    with the overview: catalogues in English have both in English.
    """
    main = {
        "title": name,
        "overview": details.overview,
        "tagline": details.tagline,
        "language": "en",
        "country": "us",
    }
    others = [
        {"title": other, **_UNSAID, "language": language, "country": country}
        for other, language, country in names
        if language
    ]
    return [main, *others]


def studios(known: Sequence[Studio]) -> list[dict[str, Any]]:
    """Who made it. Trakt's own numbers are not known: one of ours stands there, made from the name."""
    return [
        {
            "name": each.name,
            "country": each.country and each.country.lower(),
            "ids": {"trakt": crc32(each.name.encode()), "slug": _slug(each.name), "tmdb": each.tmdb},
        }
        for each in known
    ]


def releases(details: Details) -> list[dict[str, Any]]:
    """When a film came out in which country."""
    return [
        {
            "country": each.country,
            "certification": each.certification,
            "release_date": each.date.isoformat(),
            "release_type": each.type or "unknown",
            "note": each.note,
        }
        for each in details.releases
    ]


def certifications(details: Details) -> list[dict[str, Any]]:
    """Who may see it: the one certification that is known."""
    return [{"country": "us", "certification": details.certification}] if details.certification else []


def ratings(votes: Sequence[int], rating: float | None, count: int | None) -> dict[str, Any]:
    """
    What people think: the *votes* (how many gave 1, 2, … 10) of this server's users where there
    are any, else the *rating* of the catalogue by *count* others.
    """
    cast = sum(votes)
    own = sum(given * number for given, number in enumerate(votes, start=1)) / cast if cast else 0.0
    told = {
        "rating": round(own, 5) if cast else rating or 0.0,
        "votes": cast or count or 0,
        "distribution": {str(given): number for given, number in enumerate(votes, start=1)},
    }
    return {**told, "trakt": told}


def stats(
    watchers: int,
    plays: int,
    collectors: int,
    lists: int,
    votes: int,
    *,
    collected: int | None = None,
    favorited: int | None = None,
) -> dict[str, int]:
    """
    Numbers of this server's users; how many episodes are *collected* is told of shows and seasons alone,
    *favorited* of films and shows.
    """
    told = {
        "watchers": watchers,
        "plays": plays,
        "collectors": collectors,
        **({} if collected is None else {"collected_episodes": collected}),
        "comments": 0,
        "lists": lists,
        "votes": votes,
    }
    return told if favorited is None else {**told, "favorited": favorited, "recommended": favorited}


def _slug(name: str) -> str:
    return "-".join("".join(each if each.isalnum() else " " for each in name.lower()).split())
