"""How far somebody is in a show, as Trakt tells it (Trakt fact sheet §6, §8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from scrobbled.model.media import Item, Season, Thing
from scrobbled.model.progress import Part, Standing
from scrobbled.wire.trakt_media import Known, episode_object, instant, season_object


def progress(
    standing: Standing,
    reset_at: datetime | None,
    episodes: Mapping[int, Thing],
    known: Known,
    *,
    date: str = "last_watched_at",
    with_stats: bool = False,
) -> dict[str, Any]:
    """The whole of it: counts, the next and the last episode. *date* is what its last time is called."""
    found: dict[str, Any] = {
        "aired": standing.aired,
        "completed": standing.completed,
        date: _instant(standing.last_at),
        "reset_at": _instant(reset_at),
        "next_episode": _episode(standing.following, episodes, known),
        "last_episode": _episode(standing.last, episodes, known),
    }
    if with_stats:
        found["stats"] = {
            "play_count": standing.plays,
            "minutes_watched": standing.minutes_watched,
            "minutes_left": standing.minutes_left,
        }
    return found


def seasons(parts: Sequence[Part], names: Mapping[int, str | None], date: str) -> list[dict[str, Any]]:
    """``[{"number", "title", "aired", "completed", "episodes": [{"number", "completed", …}]}]``."""
    return [
        {
            "number": number,
            "title": names.get(number),
            "aired": len(inside),
            "completed": sum(1 for part in inside if part.times),
            "episodes": [
                {"number": part.number, "completed": part.times > 0, date: _instant(part.at)}
                for part in inside
            ],
        }
        for number, inside in (
            (number, list(grouped)) for number, grouped in groupby(parts, key=lambda part: part.season)
        )
    ]


def hidden_seasons(listed: Sequence[Season], hidden: Collection[int]) -> list[dict[str, Any]]:
    """The seasons that somebody hides."""
    return [season_object(season) for season in listed if season.number in hidden]


def _episode(part: Part | None, episodes: Mapping[int, Thing], known: Known) -> dict[str, Any] | None:
    item = None if part is None else episodes.get(part.id)
    return episode_object(item, known) if isinstance(item, Item) else None


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
