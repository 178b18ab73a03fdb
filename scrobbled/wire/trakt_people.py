"""
Users as Trakt shows them, and what they set (Trakt fact sheet §2, §7).

What the sheet leaves open is decided here: everybody is a VIP, since clients keep what others have to pay for
from who is none, and here nobody pays; and limits are the ones that are applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from scrobbled.errors import UnprocessableError
from scrobbled.model.profile import Numbers, Profile, Watched
from scrobbled.wire import fields, trakt_lists
from scrobbled.wire.trakt_media import instant

_TEXTS: Final = {"name": 100, "location": 100, "about": 2000}

_EARLIEST_YEAR: Final = 1900

_RATINGS: Final = range(1, 11)

#: What ``browsing`` says where a user set nothing.
_BROWSING: Final[dict[str, Any]] = {
    "watch_popup_action": "now",
    "hide_watching_now": False,
    "list_popup_action": None,
    "week_start_day": None,
    "watch_after_rating": None,
    "watch_only_once": False,
    "show_rating_prompt": None,
    "locale": None,
    "other_site_ratings": False,
    "release_date_ignore_runtime": False,
    "display_early_ratings": False,
    "hide_episode_type_tags": False,
    "hide_unsaved_filters_prompt": False,
    "spoilers": dict.fromkeys(("episodes", "shows", "movies", "comments", "ratings", "actors"), "show"),
    "calendar": {
        "period": None,
        "start_day": None,
        "layout": None,
        "image_type": None,
        "hide_specials": False,
        "autoscroll": False,
    },
    "progress": {
        "on_deck": {
            "sort": "activity",
            "sort_how": "asc",
            "refresh": False,
            "simple_progress": False,
            "only_favorites": False,
        },
        "watched": {
            "refresh": False,
            "simple_progress": False,
            "include_specials": False,
            "include_watchlisted": False,
            "include_collected": False,
            "sort": None,
            "sort_how": "asc",
            "use_last_activity": False,
            "grid_view": False,
        },
        "collected": {
            "refresh": False,
            "simple_progress": False,
            "include_specials": False,
            "include_watchlisted": False,
            "include_watched": False,
            "sort": None,
            "sort_how": "asc",
            "use_last_activity": False,
            "grid_view": False,
        },
    },
    "watchnow": {"country": None, "favorites": [], "only_favorites": False},
    "dark_knight": None,
    "app_theme": None,
    "welcome": {"completed_at": None, "exit_step": None},
    "genres": {"favorites": [], "disliked": []},
    "comments": {"blocked_uids": []},
    "recommendations": {"ignore_collected": False, "ignore_watchlisted": False},
    "rewatching": {"adjust_percentage": False},
    "profile": {
        "favorites": {"sort_by": "rank", "sort_how": "asc"},
        "most_watched_shows": {"sort_by": "plays", "tab": "all"},
        "most_watched_movies": {"sort_by": "plays", "tab": "all"},
    },
}

_CONNECTIONS: Final = (
    "facebook",
    "twitter",
    "mastodon",
    "google",
    "tumblr",
    "medium",
    "slack",
    "apple",
    "dropbox",
    "microsoft",
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a user may have: *lists* of their own, *items* on each list."""

    lists: int
    items: int


def user(
    person: Profile, words: frozenset[str] = frozenset(), *, today: date | None = None
) -> dict[str, Any]:
    """A user; with ``full`` what they say of themselves, with ``vip`` that they are one."""
    found: dict[str, Any] = {
        "username": person.name,
        "private": person.private,
        "deleted": False,
        "name": person.profile.get("name") or person.name,
        "vip": True,
        "vip_ep": False,
        "director": False,
        "ids": {"slug": person.slug, "trakt": person.id},
    }
    if "full" in words:
        found |= _full(person, today)
    if words & {"vip", "full"}:
        found |= {"vip_og": False, "vip_years": 0, "vip_cover_image": None}
    return found


def _full(person: Profile, today: date | None) -> dict[str, Any]:
    return {
        "joined_at": instant(person.created_at),
        "location": person.profile.get("location"),
        "about": person.profile.get("about"),
        "gender": person.profile.get("gender"),
        "age": _age(person.profile.get("dob"), today),
        "images": {"avatar": {"full": ""}},
    }


def _age(born: str | None, today: date | None) -> int | None:
    if born is None or today is None:
        return None
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def settings(person: Profile, words: frozenset[str], limits: Limits, today: date) -> dict[str, Any]:
    """``GET /users/settings``."""
    shown = user(person, frozenset(("full", "vip")), today=today)
    del shown["deleted"]
    shown["ids"]["uuid"] = uuid5(NAMESPACE_URL, f"urn:scrobbled:user:{person.id}:{person.created_at}").hex
    shown["dob"] = person.profile.get("dob")
    found = {
        "user": shown,
        "permissions": {"commenting": False, "liking": False, "following": False},
        "account": {
            "timezone": "UTC",
            "date_format": "mdy",
            "time_24hr": False,
            "cover_image": None,
            "token": None,
            "display_ads": False,
        },
        "connections": dict.fromkeys(_CONNECTIONS, False),
        "sharing_text": {
            "watching": "I'm watching [item]",
            "watched": "I just watched [item]",
            "rated": None,
        },
        "limits": {
            "list": {"count": limits.lists, "item_count": limits.items},
            "watchlist": {"item_count": limits.items},
            "favorites": {"item_count": limits.items},
            "collection": {"item_count": limits.items},
            "recommendations": {"item_count": limits.items},
        },
    }
    if "browsing" in words:
        found["browsing"] = _merged(_BROWSING, person.profile.get("browsing", {}))
    return found


def _merged(usual: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _merged(value, own.get(name) or {}) if isinstance(value, dict) else own.get(name, value)
        for name, value in usual.items()
    }


def said(
    body: Mapping[str, Any], profile: Mapping[str, Any], today: date
) -> tuple[bool | None, dict[str, Any]]:
    """
    ``PUT /users/settings``: whether one is private from now on (None: as before), and the whole *profile*
    with what is new. Raises *UnprocessableError*.
    """
    own, private, found = _group(body, "user"), None, dict(profile)
    if own.get("private") is not None:
        private = fields.boolean(own["private"])
        if private is None:
            raise UnprocessableError("user.private must be true or false")
    for name, longest in _TEXTS.items():
        if name in own:
            found[name] = trakt_lists.text(own, name, longest)
    if "dob" in own:
        found["dob"] = _birthday(own["dob"], today)
    browsing = _group(body, "browsing")
    if browsing:
        found["browsing"] = _browsing(profile.get("browsing", {}), browsing)
    return private, found


def _group(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        message = f"{name} must be an object"
        raise UnprocessableError(message)
    return found


def _birthday(value: object, today: date) -> str | None:
    if value in (None, ""):
        return None
    try:
        day = date.fromisoformat(value[:10] if isinstance(value, str) else "")
    except ValueError:
        day = None
    if day is None or not _EARLIEST_YEAR <= day.year <= today.year:
        message = f"user.dob must be a day such as 1990-05-21, got {value!r:.40}"
        raise UnprocessableError(message)
    return day.isoformat()


#: What of ``browsing`` can be set: by group, the type of each value.
_SETTABLE: Final[dict[str, Any]] = {
    "genres": {"favorites": list, "disliked": list},
    "spoilers": {"episodes": str, "shows": str, "movies": str},
    "watchnow": {"country": str, "favorites": list, "only_favorites": bool},
    "dark_knight": str,
    "watch_only_once": bool,
    "show_rating_prompt": bool,
    "locale": str,
}

#: Characters of a word of ``browsing``, and words of one of its lists.
_WORD, _WORDS = 100, 200


def _browsing(known: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(known)
    for name, kind in _SETTABLE.items():
        if name not in new:
            continue
        if not isinstance(kind, dict):
            found[name] = _value(f"browsing.{name}", new[name], kind)
            continue
        group = _group(new, name)
        kept = {
            each: _value(f"browsing.{name}.{each}", group[each], kind[each]) for each in kind if each in group
        }
        found[name] = {**found.get(name, {}), **kept}
    return found


def _value(where: str, value: Any, kind: type) -> Any:
    fits = value is None or isinstance(value, kind)
    words = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    if (
        not fits
        or len(words) > _WORDS
        or not all(isinstance(each, str) and len(each) <= _WORD for each in words)
    ):
        message = f"{where} must be {kind.__name__}, got {value!r:.40}"
        raise UnprocessableError(message)
    clean = [each.replace("\x00", "").encode("utf-8", "replace").decode() for each in words]
    return clean if isinstance(value, list) else clean[0] if clean else value


def stats(numbers: Numbers) -> dict[str, Any]:
    """``GET /users/{user}/stats``."""

    def rated(kind: str) -> dict[str, int]:
        return {"ratings": sum(n for (each, _), n in numbers.rated.items() if each == kind), "comments": 0}

    def watched(kind: str) -> dict[str, int]:
        counted = numbers.watched.get(kind, Watched())
        seen = {"plays": counted.plays, "watched": counted.items, "minutes": counted.minutes}
        return seen | {"collected": numbers.collected.get(kind, 0)} | rated(kind)

    distribution = {
        str(rating): sum(n for (_, each), n in numbers.rated.items() if each == rating) for rating in _RATINGS
    }
    shows = {"watched": numbers.watched_shows, "collected": numbers.collected_shows}
    return {
        "movies": watched("movie"),
        "shows": shows | rated("show"),
        "seasons": rated("season"),
        "episodes": watched("episode"),
        "network": {"friends": 0, "followers": 0, "following": 0},
        "ratings": {"total": sum(numbers.rated.values()), "distribution": distribution},
    }
