"""What was watched, as Trakt lists it: films, episodes, shows with their seasons (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from scrobbled.wire.trakt_media import instants


def watched(plays: int, last_watched_at: str, last_updated_at: str) -> dict[str, Any]:
    """How every entry of a list of what was watched begins; its instants are written already."""
    return {"plays": plays, "last_watched_at": last_watched_at, "last_updated_at": last_updated_at}


def seasons(
    numbers: Sequence[int], episodes: Sequence[int], plays: Sequence[int], dates: Sequence[str]
) -> orjson.Fragment:
    """
    ``[{"number", "episodes": [{"number", "plays", "last_watched_at"}]}]`` from parallel columns; *dates*
    as for `instant_of`. Written here: objects of thousands of episodes would take twice as long.
    """
    found: dict[int, list[str]] = {number: [] for number in numbers}
    for number, episode, count, at in zip(numbers, episodes, plays, dates, strict=True):
        found[number].append(f'{{"number":{episode},"plays":{count},"last_watched_at":"{at[:19]}.000Z"}}')
    written = (f'{{"number":{number},"episodes":[{",".join(inside)}]}}' for number, inside in found.items())
    return orjson.Fragment(f"[{','.join(written)}]")


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
