"""How far somebody is in a show, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from scrobbled.model.progress import Part, Standing

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def counting(parts: Sequence[Part], *, specials: bool, hidden: Collection[int]) -> list[Part]:
    """Those of *parts* that count: what has aired, without *hidden* seasons and, usually, season 0."""
    return [part for part in parts if part.aired and part.season not in hidden and (specials or part.season)]


def standing(parts: Sequence[Part], *, by_play: bool = False, stays_out: Collection[int] = ()) -> Standing:
    """
    Where somebody stands among *parts*, which have aired and are in order. The last one is the furthest
    that was watched, or with *by_play* the one that was watched last; the next is the first after it
    that was not watched. Seasons that *stays_out* are no part of the counts.
    """
    seen = [part for part in parts if part.times]
    last = (
        max(seen, key=lambda part: part.at or _BEGINNING)
        if seen and by_play
        else (seen[-1] if seen else None)
    )
    beyond = parts if last is None else parts[parts.index(last) + 1 :]
    counted = [part for part in parts if part.season not in stays_out]
    return Standing(
        aired=len(counted),
        completed=sum(1 for part in counted if part.times),
        last_at=max((part.at for part in seen if part.at is not None), default=None),
        last=last,
        following=next((part for part in beyond if not part.times), None),
        plays=sum(part.times for part in parts),
        minutes_watched=sum(part.times * part.runtime for part in parts),
        minutes_left=sum(part.runtime for part in parts if not part.times),
    )


def of_a_lifetime(now: Standing, ever: Standing) -> Standing:
    """Where somebody stands *now*, with the counts of all they *ever* watched of it."""
    return replace(
        now,
        completed=ever.completed,
        plays=ever.plays,
        minutes_watched=ever.minutes_watched,
        minutes_left=ever.minutes_left,
    )
