"""
Trakt's media objects: films, shows, seasons and episodes (Trakt fact sheet §2).

Minimal, or with ``extended=full`` all that the catalogue knows; what it does not know is there as null.
Ids are typed as Trakt types them. Instants end in ``.000Z`` (§1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

import orjson

from scrobbled.model.media import Facts, Item, Kind, Season, Thing, Title, TitleKind

#: By id of a title, season or episode, what is known of it; None asks for minimal objects.
Known: TypeAlias = Mapping[int, Facts] | None

#: Instants to the second, with a Z.
_SECONDS: Final = orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_UTC_Z

#: Genres that sources call otherwise than Trakt does.
_GENRES: Final = {
    "sci-fi": "science-fiction",
    "talk": "talk-show",
    "reality-tv": "reality",
    "sport": "sports",
    "kids": "children",
    "soap-opera": "soap",
}

#: What ``extended=full`` adds, and what stands there where nothing is known. What is counted is 0 then, as
#: at Trakt: clients calculate with it.
_TITLE_FACTS: Final[dict[str, Any]] = {
    "tagline": None,
    "overview": None,
    "runtime": None,
    "country": None,
    "status": None,
    "rating": 0.0,
    "votes": 0,
    "comment_count": 0,
    "trailer": None,
    "homepage": None,
    "updated_at": None,
    "language": None,
    "languages": [],
    "available_translations": [],
    "genres": [],
    "subgenres": [],
    "certification": None,
    "original_title": None,
}
_MOVIE_FACTS: Final = {"released": None, "after_credits": None, "during_credits": None, **_TITLE_FACTS}
_SHOW_FACTS: Final = {
    "first_aired": None,
    "airs": {"day": None, "time": None, "timezone": None},
    "total_runtime": None,
    "network": None,
    "aired_episodes": 0,
    **_TITLE_FACTS,
}
_SEASON_FACTS: Final[dict[str, Any]] = {
    "rating": 0.0,
    "votes": 0,
    "episode_count": 0,
    "aired_episodes": 0,
    "title": None,
    "overview": None,
    "first_aired": None,
    "updated_at": None,
    "total_runtime": None,
    "network": None,
}
_EPISODE_FACTS: Final[dict[str, Any]] = {
    "number_abs": None,
    "overview": None,
    "rating": 0.0,
    "votes": 0,
    "comment_count": 0,
    "first_aired": None,
    "released": None,
    "effective_release_date": None,
    "updated_at": None,
    "available_translations": [],
    "runtime": None,
    "episode_type": None,
    "original_title": None,
    "after_credits": None,
    "during_credits": None,
}


def instant(at: datetime) -> str:
    """``2014-09-01T09:10:11.000Z``: whole seconds, since clients match the zeros (§1)."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return f"{orjson.dumps(at, option=_SECONDS)[1:20].decode()}.000Z"


def instants(times: Sequence[datetime]) -> list[str]:
    """The same of many, all in UTC, at half the cost: thousands of them stand in one answer."""
    written: list[str] = orjson.loads(orjson.dumps(times, option=_SECONDS).replace(b'Z"', b'.000Z"'))
    return written


def instant_of(text: str) -> str:
    """The same of what is written as ``2014-09-01T09:10:11.123456`` already, in UTC."""
    return f"{text[:19]}.000Z"


def title_object(title: Title, known: Known = None) -> dict[str, Any]:
    """A movie or show."""
    is_movie, ids = title.kind is TitleKind.MOVIE, title.ids
    typed = {"trakt": trakt_id(ids, title.id), "slug": title.slug}
    if not is_movie:
        typed["tvdb"] = _whole(ids.get("tvdb"))
    typed["imdb"] = ids.get("imdb")
    typed["tmdb"] = _whole(ids.get("tmdb"))
    found = {"title": title.name, "year": title.year, "ids": typed}
    if known is None:
        return found
    return found | _full(_MOVIE_FACTS if is_movie else _SHOW_FACTS, title.id, known)


def season_object(season: Season, known: Known = None) -> dict[str, Any]:
    """A season."""
    ids = {
        "trakt": trakt_id(season.ids, season.id),
        "tvdb": _whole(season.ids.get("tvdb")),
        "tmdb": _whole(season.ids.get("tmdb")),
    }
    told = {"number": season.number, "ids": ids} | _full(_SEASON_FACTS, season.id, known)
    if told.get("first_aired", known) is None:
        told.pop("first_aired", None)  # the one fact that Trakt leaves out and never has as null
    return told


def episode_object(item: Item, known: Known = None) -> dict[str, Any]:
    """An episode."""
    ids = item.ids
    found = {
        "season": item.season,
        "number": item.episode,
        "title": item.episode_title,
        "ids": {
            "trakt": trakt_id(ids, item.id),
            "tvdb": _whole(ids.get("tvdb")),
            "imdb": ids.get("imdb"),
            "tmdb": _whole(ids.get("tmdb")),
        },
    }
    return found if known is None else found | _full(_EPISODE_FACTS, item.id, known)


def item_objects(item: Item, known: Known = None) -> dict[str, Any]:
    """``{"movie": …}``, or ``{"episode": …, "show": …}``: the show is always there (§4)."""
    if item.kind is Kind.MOVIE:
        return {"movie": title_object(item.title, known)}
    return {"episode": episode_object(item, known), "show": title_object(item.title, known)}


def thing_objects(thing: Thing, known: Known = None) -> dict[str, Any]:
    """``{"type": "season", "season": …, "show": …}``: with its type, and a part of a show with its show."""
    if isinstance(thing, Title):
        kind = "movie" if thing.kind is TitleKind.MOVIE else "show"
        return {"type": kind, kind: title_object(thing, known)}
    if isinstance(thing, Season):
        return {
            "type": "season",
            "season": season_object(thing, known),
            "show": title_object(thing.title, known),
        }
    return {"type": thing.kind.value, **item_objects(thing, known)}


def media_object(thing: Thing, known: Known = None) -> dict[str, Any]:
    """The one object of a film, show, season or episode itself."""
    if isinstance(thing, Season):
        return season_object(thing, known)
    if isinstance(thing, Title) or thing.kind is Kind.MOVIE:
        return title_object(thing if isinstance(thing, Title) else thing.title, known)
    return episode_object(thing, known)


def members(kind: str, part: str | None, title: str) -> str:
    """
    ``"season": …, "show": …``: the members of an entry with what it is about, from objects that are JSON
    already; a film or a show has no *part*.
    """
    return f'"{kind}":{title}' if part is None else f'"{kind}":{part},"show":{title}'


def array_of(entries: Iterable[str]) -> str:
    """A list of what is JSON already."""
    return f"[{','.join(entries)}]"


def trakt_id(ids: Mapping[str, str], own_id: int) -> int:
    """Its number at Trakt, or ours where that is not known: they never overlap."""
    return _whole(ids.get("trakt")) or own_id


def _full(defaults: Mapping[str, Any], own_id: int, known: Known) -> dict[str, Any]:
    if known is None:
        return {}
    facts = known.get(own_id, {})
    found = {name: _written(facts.get(name), default) for name, default in defaults.items()}
    if found.get("genres"):
        found["genres"] = [genre_slug(name) for name in found["genres"]]
    return found


def genre_slug(name: str) -> str:
    """A genre as sources write it (*Science Fiction*, *Sci-Fi*) by Trakt's word for it."""
    slug = "-".join(name.lower().replace("&", " and ").split())
    return _GENRES.get(slug, slug)


def genre_spellings(slug: str) -> list[str]:
    """What *genre_slug* makes *slug* of, and the slug itself."""
    return [slug, *(spelling for spelling, meant in _GENRES.items() if meant == slug)]


def _written(value: Any, default: Any) -> Any:
    if value is None:
        return default
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, dict) and isinstance(default, dict):
        return default | value  # clients count on every member
    return value.isoformat() if isinstance(value, date) else value


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() else None
