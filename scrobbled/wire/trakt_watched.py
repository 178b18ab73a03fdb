"""What was watched, as Trakt lists it: films, episodes, shows with their seasons (Trakt fact sheet §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from scrobbled.wire.trakt_media import instants

if TYPE_CHECKING:
    from scrobbled.model.places import Places

#: Shows of users whose episodes are remembered as they were written; some 4 KiB each.
_MOST: Final = 4_000


def watched(plays: int, last_watched_at: str, last_updated_at: str) -> dict[str, Any]:
    """How every entry of a list of what was watched begins; its instants are written already."""
    return {"plays": plays, "last_watched_at": last_watched_at, "last_updated_at": last_updated_at}


def item(plays: int, last_watched_at: str, last_updated_at: str, members: str) -> str:
    """A film or episode in such a list, as JSON; *members* are those of `trakt_media.members`."""
    head = f'{{"plays":{plays},"last_watched_at":"{last_watched_at}","last_updated_at":"{last_updated_at}"'
    return f"{head},{members}}}"


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What was seen of a show; *last_watched_at* as for `instant_of`, *seasons* as JSON."""

    plays: int
    last_watched_at: str
    seasons: str


@lru_cache(maxsize=_MOST)
def seen(items: str, dates: str, listed: Places) -> Seen | None:
    """
    What was seen of a show, None where that is nothing that is *listed*. *items* and *dates* are parallel,
    one element for each play, the newest last: ids with commas between, and a JSON array of dates as for
    `instant_of`. Remembered: whoever reads thousands of episodes again has watched few of them since.
    """
    ids = orjson.loads(f"[{items}]")
    last, times = dict(zip(ids, orjson.loads(dates), strict=True)), Counter(ids)
    known, known_dates = list(last), list(last.values())
    found, numbers, episodes = listed.find(known)
    if not found:
        return None
    at, plays = [known_dates[each] for each in found], [times[known[each]] for each in found]
    return Seen(sum(plays), max(at), _seasons(numbers, episodes, plays, at))


def _seasons(
    numbers: Sequence[int], episodes: Sequence[int], plays: Sequence[int], dates: Sequence[str]
) -> str:
    """
    ``[{"number", "episodes": [{"number", "plays", "last_watched_at"}]}]`` from parallel columns. Written
    here: objects of thousands of episodes would take twice as long.
    """
    found: dict[int, list[str]] = {number: [] for number in numbers}
    for number, episode, count, at in zip(numbers, episodes, plays, dates, strict=True):
        found[number].append(f'{{"number":{episode},"plays":{count},"last_watched_at":"{at[:19]}.000Z"}}')
    written = (f'{{"number":{number},"episodes":[{",".join(inside)}]}}' for number, inside in found.items())
    return f"[{','.join(written)}]"


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
