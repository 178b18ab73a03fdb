"""When what last changed, as Trakt tells it: of both generations of its API (Trakt fact sheet §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from scrobbled.wire.trakt_media import instant

_OF_ALL: Final = ("rated_at", "watchlisted_at", "commented_at")
_OF_WATCHABLES: Final = ("watched_at", "collected_at", "paused_at", *_OF_ALL)

_LEAVES: Final = {
    "movies": (*_OF_WATCHABLES, "favorited_at", "recommendations_at", "hidden_at"),
    "episodes": _OF_WATCHABLES,
    "shows": (*_OF_ALL, "favorited_at", "recommendations_at", "hidden_at", "dropped_at"),
    "seasons": (*_OF_ALL, "hidden_at"),
    "comments": ("liked_at", "reacted_at", "blocked_at"),
    "lists": ("liked_at", "reacted_at", "updated_at", "commented_at"),
    "watchlist": ("updated_at",),
    "favorites": ("updated_at",),
    "recommendations": ("updated_at",),
    "collaborations": ("updated_at",),
    "saved_filters": ("updated_at",),
    "notes": ("updated_at",),
    "account": ("settings_at", "followed_at", "following_at", "pending_at", "requested_at"),
}

#: What favorites were called once.
_OLD: Final = {
    "movies.recommendations_at": "movies.favorited_at",
    "shows.recommendations_at": "shows.favorited_at",
    "recommendations.updated_at": "favorites.updated_at",
}


#: By the word for what moves, where it is told.
_PLACES: Final[defaultdict[str, list[tuple[str, str]]]] = defaultdict(list)
for _group, _leaves in _LEAVES.items():
    for _leaf in _leaves:
        _word = f"{_group}.{_leaf}"
        _PLACES[_OLD.get(_word, _word)].append((_group, _leaf))


def last_activities(joined_at: datetime, moved: Mapping[str, datetime]) -> dict[str, Any]:
    """``GET /sync/last_activities``; what never changed is as old as the account (*joined_at*)."""
    joined, newest = instant(joined_at), max((joined_at, *moved.values()))
    groups = {group: dict.fromkeys(leaves, joined) for group, leaves in _LEAVES.items()}
    for word, at in moved.items():
        for group, leaf in _PLACES.get(word, ()):
            groups[group][leaf] = instant(at)
    return {"all": instant(newest), **groups}
