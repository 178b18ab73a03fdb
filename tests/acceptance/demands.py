"""
What typed clients demand of answers: TraktKit (Swift), `trakt_api` (Dart), `trakt-rust` and trakt-java refuse
a whole answer in which one of these is missing, null, or of another type. From their models, read in 2026.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

#: A type, the keys of an object, or what each of a list is.
Demand = Any


class Instant:
    """A time as all of them read it: with milliseconds and Z."""


def every(names: str, demand: Demand) -> dict[str, Demand]:
    """An object in which each of *names* is as *demand*."""
    return {name: demand for name in names.split()}  # noqa: C420 - a demand may be mutable


def unmet(value: object, demand: Demand, where: str = "") -> list[str]:
    """Where *value* is not as the *demand*."""
    if isinstance(demand, dict) and isinstance(value, dict):
        missing = [f"{where}.{key} is missing" for key in demand if key not in value]
        there = ((key, inner) for key, inner in demand.items() if key in value)
        return missing + [each for key, inner in there for each in unmet(value[key], inner, f"{where}.{key}")]
    if isinstance(demand, list) and isinstance(value, list):
        return [each for at, one in enumerate(value) for each in unmet(one, demand[0], f"{where}[{at}]")]
    return [] if isinstance(demand, type) and _fits(value, demand) else [f"{where} is {value!r}"]


def _fits(value: object, kind: type) -> bool:
    """A whole number is a number with a fraction, too; true and false are no numbers."""
    if kind is Instant:
        return isinstance(value, str) and value.endswith(".000Z") and bool(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


TITLE = {"title": str, "year": int, "ids": {"trakt": int, "slug": str}}
EPISODE = {"season": int, "number": int, "ids": {"trakt": int}}
TEN = every("1 2 3 4 5 6 7 8 9 10", int)
VOTED = {"rating": float, "votes": int, "updated_at": Instant}
FACTS = {
    **VOTED,
    **every("runtime comment_count", int),
    **every("available_translations genres", [str]),
    "status": str,
}
FULL_EPISODE = {**EPISODE, **VOTED, **every("runtime comment_count", int), "available_translations": [str]}
FULL_SHOW = {**TITLE, **FACTS, "first_aired": Instant, "airs": dict, "aired_episodes": int}
SEASON = {
    **VOTED,
    **every("number episode_count aired_episodes", int),
    "ids": {"trakt": int},
    "first_aired": Instant,
    "episodes": [EPISODE],
}

USER = {"username": str, **every("private vip vip_ep", bool), "ids": {"slug": str}}
FULL_USER = {**USER, "joined_at": Instant, "images": {"avatar": {"full": str}}}
LIST = {
    **every("name privacy type sort_by sort_how", str),
    **every("display_numbers allow_comments", bool),
    **every("created_at updated_at", Instant),
    **every("item_count comment_count likes", int),
    "ids": {"trakt": int, "slug": str},
    "user": USER,
}
STATE = {"updated_at": Instant, "item_count": int}

SETTINGS = {
    "user": FULL_USER,
    "account": {"timezone": str, "date_format": str, "time_24hr": bool},
    "connections": every(
        "facebook twitter mastodon google tumblr medium slack apple dropbox microsoft", bool
    ),
    "sharing_text": {"watching": str, "watched": str},
    "limits": {
        "list": {"count": int, "item_count": int},
        **every("watchlist favorites collection notes recommendations", {"item_count": int}),
        "search": {"recent_count": int},
    },
}
_CHANGED = "watchlisted_at rated_at commented_at"
_PLAYED = f"{_CHANGED} watched_at collected_at paused_at"
ACTIVITIES = {
    "all": Instant,
    "movies": every(f"{_PLAYED} hidden_at recommendations_at", Instant),
    "episodes": every(_PLAYED, Instant),
    "shows": every(f"{_CHANGED} hidden_at recommendations_at", Instant),
    "seasons": every(f"{_CHANGED} hidden_at", Instant),
    "comments": every("liked_at blocked_at", Instant),
    "lists": every("liked_at updated_at commented_at", Instant),
    **every("watchlist recommendations saved_filters", {"updated_at": Instant}),
    "account": every("settings_at followed_at following_at pending_at requested_at", Instant),
}
_PLAYS = every("plays watched minutes collected ratings comments", int)
USER_STATS = {
    **every("movies episodes", _PLAYS),
    "shows": every("watched collected ratings comments", int),
    "seasons": every("ratings comments", int),
    "network": every("friends followers following", int),
    "ratings": {"total": int, "distribution": TEN},
}
STATS = every("watchers plays collectors comments lists votes", int)

WATCHED_SHOW = {
    "plays": int,
    **every("last_watched_at last_updated_at", Instant),
    "show": TITLE,
    "seasons": [{"number": int, "episodes": [{"number": int, "plays": int, "last_watched_at": Instant}]}],
}
_COPY = {"number": int, "collected_at": Instant, "metadata": {"3d": bool}}
COLLECTED_SHOW = {
    **every("last_collected_at last_updated_at", Instant),
    "show": TITLE,
    "seasons": [{"number": int, "episodes": [_COPY]}],
}
COLLECTED_MOVIE = {
    **every("collected_at updated_at", Instant),
    "movie": TITLE,
    "metadata": {"media_type": str, "3d": bool},
}
_DONE = every("number aired completed", int)
PROGRESS = {
    **every("aired completed", int),
    "seasons": [{**_DONE, "episodes": [{"number": int, "completed": bool}]}],
    "hidden_seasons": [dict],
    "last_episode": EPISODE,
}
WATCHING = {**every("expires_at started_at", Instant), "action": str, "type": str, "movie": TITLE}
CHECKED_IN = {
    "id": int,
    "watched_at": Instant,
    "sharing": every("facebook twitter tumblr", bool),
    "movie": TITLE,
}

COUNTS = every("movies shows seasons episodes", int)
LOST = every("movies shows seasons episodes", [dict])
OF_LISTS = {**COUNTS, "people": int}
LOST_OF_LISTS = {**LOST, "people": [dict]}
WATCHABLE = every("movies episodes", int)
