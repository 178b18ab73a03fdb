"""When what last changed, as Trakt tells it: of both generations of its API (Trakt fact sheet §6)."""

from __future__ import annotations

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


def last_activities(joined_at: datetime, moved: Mapping[str, datetime]) -> dict[str, Any]:
    """``GET /sync/last_activities``; what never changed is as old as the account (*joined_at*)."""
    joined, newest = instant(joined_at), max((joined_at, *moved.values()))

    def told(group: str, leaf: str) -> str:
        word = f"{group}.{leaf}"
        at = moved.get(_OLD.get(word, word))
        return joined if at is None else instant(at)

    groups = {group: {leaf: told(group, leaf) for leaf in leaves} for group, leaves in _LEAVES.items()}
    return {"all": instant(newest), **groups}
