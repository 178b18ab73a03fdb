"""What was watched, as Trakt lists it: films, episodes, shows with their seasons (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from scrobbled.wire.trakt_media import instant


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
    rows = zip(numbers, episodes, plays, dates, strict=True)
    return [
        {
            "number": number,
            "episodes": [
                {"number": episode, "plays": count, "last_watched_at": instant(at)}
                for _, episode, count, at in parts
            ],
        }
        for number, parts in groupby(rows, key=lambda row: row[0])
    ]


def minimal(entries: Iterable[tuple[int, Sequence[datetime]]]) -> dict[str, list[str]]:
    """``extended=min`` of films and episodes: ``{"<id>": ["<time>", …]}``."""
    return {str(own): [instant(at) for at in dates] for own, dates in entries}


def minimal_shows(
    entries: Iterable[tuple[int, int, int, Sequence[datetime]]],
) -> dict[str, dict[str, dict[str, list[str]]]]:
    """The same of shows, from (show, season, episode, times): by show, then season, then episode."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for show, season, episode, dates in entries:
        inside = found.setdefault(str(show), {}).setdefault(str(season), {})
        inside[str(episode)] = [instant(at) for at in dates]
    return found
