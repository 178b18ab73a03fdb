"""Where things stand on a list that somebody puts in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def reordered(order: Sequence[int], named: Iterable[int]) -> list[int]:
    """*order* with those *named* first, as they are named; the others stay behind them as they were."""
    known = set(order)
    first = [each for each in dict.fromkeys(named) if each in known]
    moved = set(first)
    return first + [each for each in order if each not in moved]


def moved(order: Sequence[int], places: Mapping[int, int]) -> list[int]:
    """
    *order* with some brought to *places*, counted from 1; the others close up around them. What is
    beyond the end is the end, and two that want one place get it and the next.
    """
    wanted = sorted((place, each) for each, place in places.items())
    known = set(order)
    found = [each for each in order if each not in places]
    for place, each in wanted:
        if each in known:
            found.insert(max(place, 1) - 1, each)
    return found
