"""
What must be known of all of IMDb's dumps at once, in arrays of numbers: which titles are wanted and
where they stand, their votes, and which episode is where. About 25 bytes for a title and 16 for an
episode.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from scrobbled.catalog.imdb_files import Dump, number_of

Numbers: TypeAlias = npt.NDArray[np.uint32]
_Integers: TypeAlias = npt.NDArray[np.int64]

#: A season or episode number of so many digits is a mistake in the dump.
_DIGITS: Final = 6


class Votes:
    """The number of votes of each title that has any, and what they gave it."""

    def __init__(self, dump: Dump | None) -> None:
        numbers, votes, tenths = array("I"), array("I"), array("B")
        self.read, self._known = 0, dump is not None
        for block in dump.rows() if dump is not None else ():
            self.read += len(block)
            for row in block:
                if (number := number_of(row[0])) >= 0 and row[2].isdigit():
                    numbers.append(number)
                    votes.append(min(int(row[2]), 0xFFFFFFFF))
                    tenths.append(_tenths(row[1]))
        order, self._numbers = _in_order(numbers)
        self._votes = np.frombuffer(votes, np.uint32)[order]
        self._tenths = np.frombuffer(tenths, np.uint8)[order]

    def of(self, numbers: Sequence[int]) -> list[int] | list[None]:
        """The votes of each of *numbers*; None when there is no file of them."""
        if not self._known:
            return [None] * len(numbers)
        if not len(self._votes):
            return [0] * len(numbers)
        places = _places(self._numbers, numbers)
        votes: list[int] = np.where(places >= 0, self._votes[places], np.uint32(0)).tolist()
        return votes

    def ratings(self, numbers: Sequence[int]) -> list[float]:
        """What the voters gave each of *numbers*, from 1 to 10; 0 when nobody did."""
        if not len(self._votes):
            return [0.0] * len(numbers)
        places = _places(self._numbers, numbers)
        tenths: list[int] = np.where(places >= 0, self._tenths[places], np.uint8(0)).tolist()
        return [each / 10 for each in tenths]


class Wanted:
    """The titles to import, in the order of the dump: *position* is where one stands in it."""

    def __init__(self, numbers: array[int], shows: bytearray) -> None:
        order, self._numbers = _in_order(numbers)
        self._positions = order
        self._shows = shows
        self._done = bytearray(len(numbers))

    def __len__(self) -> int:
        """Positions go up to here."""
        return len(self._done)

    def positions(self, numbers: Sequence[int]) -> list[int]:
        """Where *numbers* stand; -1 for one that is not wanted."""
        if not len(self._numbers):
            return [-1] * len(numbers)
        places = _places(self._numbers, numbers)
        positions: list[int] = np.where(places >= 0, self._positions[places], -1).tolist()
        return positions

    def kind(self, position: int) -> bytes:
        """Whether the title at *position* is a ``show`` or a ``movie``."""
        return b"show" if self._shows[position] else b"movie"

    def take(self, position: int) -> bool:
        """Whether this is the first time that *position* is taken: a dump may repeat a line."""
        first = not self._done[position]
        self._done[position] = 1
        return first


class Episodes:
    """Which show, season and number each episode has; those without a number are left out."""

    def __init__(self, dump: Dump | None) -> None:
        numbers, shows, seasons, places = array("I"), array("I"), array("I"), array("I")
        self.read = 0
        for block in dump.rows() if dump is not None else ():
            self.read += len(block)
            for row in block:
                number, show = number_of(row[0]), number_of(row[1])
                season, place = _count(row[2]), _count(row[3])
                if number >= 0 and show >= 0 and season >= 0 and place >= 0:
                    numbers.append(number)
                    shows.append(show)
                    seasons.append(season)
                    places.append(place)
        order, self._numbers = _in_order(numbers)
        self._shows, self._seasons, self._places = (
            np.frombuffer(column, np.uint32)[order] for column in (shows, seasons, places)
        )

    def places(self, numbers: Sequence[int]) -> list[tuple[int, int, int] | None]:
        """The (show, season, number) of each of *numbers*."""
        if not len(self._numbers):
            return [None] * len(numbers)
        places = _places(self._numbers, numbers)
        found = zip(
            places.tolist(),
            self._shows[places].tolist(),
            self._seasons[places].tolist(),
            self._places[places].tolist(),
            strict=True,
        )
        return [None if place < 0 else (show, season, number) for place, show, season, number in found]

    def counts(self) -> dict[int, tuple[int, int]]:
        """By show, how many seasons and episodes it has, specials aside."""
        regular = self._seasons > 0
        shows, episodes = np.unique(self._shows[regular], return_counts=True)
        pairs = self._shows[regular].astype(np.uint64) << np.uint64(32) | self._seasons[regular]
        of_pairs = (np.unique(pairs) >> np.uint64(32)).astype(np.uint32)
        seasons = np.unique(of_pairs, return_counts=True)[1]
        return dict(zip(shows.tolist(), zip(seasons.tolist(), episodes.tolist(), strict=True), strict=True))


def _in_order(numbers: array[int]) -> tuple[_Integers, Numbers]:
    """The sorted *numbers*, each once, and where each stood first."""
    values, first = np.unique(np.frombuffer(numbers, np.uint32), return_index=True)
    return first, values


def _places(known: Numbers, asked: Sequence[int]) -> _Integers:
    """Where *asked* stand in *known*, which is sorted; -1 where they do not."""
    wanted = np.asarray(asked, np.int64)
    if not len(known):
        return np.full(len(wanted), -1)
    places = np.searchsorted(known, wanted.astype(np.uint32, casting="unsafe"))
    places[places == len(known)] = 0
    return np.where(known[places] == wanted, places, -1)


def _count(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < _DIGITS else -1


def _tenths(text: bytes) -> int:
    """``7.8`` as 78; 0 for what is no rating."""
    digits = text.replace(b".", b"", 1) if b"." in text else text + b"0"
    return int(digits) if digits.isdigit() and len(digits) <= 3 and int(digits) <= 100 else 0  # noqa: PLR2004
