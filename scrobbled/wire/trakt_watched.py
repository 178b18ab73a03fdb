"""What was watched, as Trakt lists it: films, episodes, shows with their seasons (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from scrobbled.wire.trakt_media import instant, instants


def watched(plays: int, last_watched_at: datetime, last_updated_at: datetime) -> dict[str, Any]:
    """How every entry of a list of what was watched begins."""
    return {
        "plays": plays,
        "last_watched_at": instant(last_watched_at),
        "last_updated_at": instant(last_updated_at),
    }


def seasons(
    numbers: Sequence[int], episodes: Sequence[int], plays: Sequence[int], dates: Sequence[datetime]
) -> list[dict[str, Any]]:
    """``[{"number", "episodes": [{"number", "plays", "last_watched_at"}]}]`` from parallel columns."""
    found: dict[int, list[dict[str, Any]]] = {number: [] for number in numbers}
    for number, episode, count, at in zip(numbers, episodes, plays, instants(dates), strict=True):
        found[number].append({"number": episode, "plays": count, "last_watched_at": at})
    return [{"number": number, "episodes": inside} for number, inside in found.items()]


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
