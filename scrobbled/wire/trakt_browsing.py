"""
``browsing`` of Trakt's settings: how a client is to show things (Trakt fact sheet §2).

Clients keep their own settings here; this server obeys none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scrobbled.errors import UnprocessableError
from scrobbled.wire import trakt_body

#: What ``browsing`` says where a user set nothing.
_USUAL: Final[dict[str, Any]] = {
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


def shown(own: Mapping[str, Any]) -> dict[str, Any]:
    """``browsing`` of a user, of which they set *own*."""
    return _merged(_USUAL, own)


def _merged(usual: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _merged(value, own.get(name) or {}) if isinstance(value, dict) else own.get(name, value)
        for name, value in usual.items()
    }


def said(known: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What is set from here on: *known*, and what of *new* can be set. Raises *UnprocessableError*."""
    found = dict(known)
    for name, kind in _SETTABLE.items():
        if name not in new:
            continue
        if not isinstance(kind, dict):
            found[name] = _value(f"browsing.{name}", new[name], kind)
            continue
        part = trakt_body.part(new, f"browsing.{name}") or {}
        kept = {
            each: _value(f"browsing.{name}.{each}", part[each], kind[each]) for each in kind if each in part
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
