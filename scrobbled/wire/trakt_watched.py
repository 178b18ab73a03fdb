"""What was watched, as Trakt lists it: films, episodes, shows with their seasons (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from scrobbled.wire.trakt_media import instant, instants


def watched(plays: int, last_watched_at: str, last_updated_at: datetime) -> dict[str, Any]:
    """How every entry of a list of what was watched begins; *last_watched_at* is written already."""
    return {
        "plays": plays,
        "last_watched_at": last_watched_at,
        "last_updated_at": instant(last_updated_at),
    }


def seasons(parts: Iterable[tuple[int, int, tuple[int, str]]]) -> list[dict[str, Any]]:
    """
    ``[{"number", "episodes": [{"number", "plays", "last_watched_at"}]}]`` of (season, number, (plays,
    time)) in their order.
    """
    found: list[dict[str, Any]] = []
    inside: list[dict[str, Any]] = []
    for season, number, (plays, at) in parts:
        if not found or season != found[-1]["number"]:
            inside = []
            found.append({"number": season, "episodes": inside})
        inside.append({"number": number, "plays": plays, "last_watched_at": f"{at[:19]}.000Z"})
    return found


def minimal(entries: Iterable[tuple[int, Sequence[datetime]]]) -> dict[str, list[str]]:
    """``extended=min`` of films and episodes: ``{"<id>": ["<time>", …]}``."""
    return {str(own): instants(dates) for own, dates in entries}


def minimal_shows(
    entries: Iterable[tuple[int, int, int, Sequence[datetime]]],
) -> dict[str, dict[str, dict[str, list[str]]]]:
    """The same of shows, from (show, season, episode, times): by show, then season, then episode."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for show, season, episode, dates in entries:
        inside = found.setdefault(str(show), {}).setdefault(str(season), {})
        inside[str(episode)] = instants(dates)
    return found
