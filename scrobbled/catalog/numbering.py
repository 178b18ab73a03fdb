"""
From the numbers of a part to those of the show (pure): which episode is the third of its season 1.

The order is that of the Anime-Lists (https://github.com/Anime-Lists/anime-lists#mapping-list):
a pair for the one episode, then a range with an offset, then the part's own season and offset.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from scrobbled.catalog.records import NumberingRule, PartRecord

#: AniDB counts credits from 101, trailers from 201, other extras from 401; only a pair can place those.
_LAST_PLAIN_SPECIAL: Final = 100


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An episode of a show: by *season* and *number*, by its *absolute* number, or by both."""

    season: int | None = None
    number: int | None = None
    absolute: int | None = None


def place(part: PartRecord, season: int, episode: int) -> tuple[Place, ...]:
    """
    Where *episode* of the part's *season* (1: regular, 0: specials) stands in the show. Several
    places when it holds several of the show's episodes, none when the show has no such episode.
    """
    if season not in {0, 1} or episode < 1:
        return ()
    absolute = episode + part.offset if season == 1 and part.season is None else None
    for rule in _rules(part, season):
        if episode in rule.pairs:
            return tuple(Place(season=rule.season, number=number) for number in rule.pairs[episode])
    for rule in _rules(part, season):
        if _covers(rule, episode):
            return _at(rule.season, episode + rule.offset, absolute)
    if absolute is not None:
        return (Place(absolute=absolute),) if absolute > 0 else ()
    if season == 0:
        return _at(0, episode, None) if episode <= _LAST_PLAIN_SPECIAL else ()
    assert part.season is not None  # an absolute part was answered above
    return _at(part.season, episode + part.offset, None)


def _rules(part: PartRecord, season: int) -> Iterator[NumberingRule]:
    return (rule for rule in part.rules if rule.part_season == season)


def _covers(rule: NumberingRule, episode: int) -> bool:
    if rule.first is None:
        return False
    return rule.first <= episode and (rule.last is None or episode <= rule.last)


def _at(season: int, number: int, absolute: int | None) -> tuple[Place, ...]:
    return (Place(season=season, number=number, absolute=absolute),) if number > 0 else ()
