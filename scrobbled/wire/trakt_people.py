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
from scrobbled.wire import fields, trakt_body, trakt_browsing, trakt_lists
from scrobbled.wire.trakt_media import instant

_TEXTS: Final = {"name": 100, "location": 100, "about": 2000}

_EARLIEST_YEAR: Final = 1900

_RATINGS: Final = range(1, 11)

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


#: What nobody can set here, as it is for everybody.
_ACCOUNT: Final = {
    "timezone": "UTC",
    "date_format": "mdy",
    "time_24hr": False,
    "cover_image": None,
    "token": None,
    "display_ads": False,
}
_SHARING: Final = {"watching": "I'm watching [item]", "watched": "I just watched [item]", "rated": None}


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
        "account": dict(_ACCOUNT),
        "connections": dict.fromkeys(_CONNECTIONS, False),
        "sharing_text": dict(_SHARING),
        "limits": {
            "list": {"count": limits.lists, "item_count": limits.items},
            "watchlist": {"item_count": limits.items},
            "favorites": {"item_count": limits.items},
            "search": {"recent_count": 0},
            "collection": {"item_count": limits.items},
            "notes": {"item_count": limits.items},
            "recommendations": {"item_count": limits.items},
        },
    }
    if "browsing" in words:
        found["browsing"] = trakt_browsing.shown(person.profile.get("browsing", {}))
    return found


def said(
    body: Mapping[str, Any], profile: Mapping[str, Any], today: date
) -> tuple[bool | None, dict[str, Any]]:
    """
    ``PUT /users/settings``: whether one is private from now on (None: as before), and the whole *profile*
    with what is new. Raises *UnprocessableError*.
    """
    own, private, found = trakt_body.part(body, "user") or {}, None, dict(profile)
    if own.get("private") is not None:
        private = fields.boolean(own["private"])
        if private is None:
            raise UnprocessableError("user.private must be true or false")
    for name, longest in _TEXTS.items():
        if name in own:
            found[name] = trakt_lists.text(own, name, longest)
    if "dob" in own:
        found["dob"] = _birthday(own["dob"], today)
    browsing = trakt_body.part(body, "browsing")
    if browsing:
        found["browsing"] = trakt_browsing.said(profile.get("browsing", {}), browsing)
    return private, found


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
