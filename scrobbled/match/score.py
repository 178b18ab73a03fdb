"""
How well a title fits what was asked, as a sum of what each field says for or against it.

The sums are the logarithms of odds, so that titles compete: the score of one is its share
beside all others and beside *none of them*. The weights are fitted to labelled queries by
``benchmarks/fit_matching.py``; nobody sets them by hand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.match.candidates import Difference
from scrobbled.match.vocabulary import GENERIC

if TYPE_CHECKING:
    from scrobbled.match.candidates import Likeness
    from scrobbled.match.index import NameIndex
    from scrobbled.match.query import Query, Reading

#: In groups: what the name says, then what it says with the rest where it is only alike (`_alike`), or only
#: the beginning of a name (`_beginning`); then what each of the other fields says.
FEATURES: Final = (
    "same_words", "same_accents", "alias", "generic", "doubt", "one_word", "series_of_numbers", "exact_short",
    "bias",

    "alike", "slips", "short_and_alike", "number_lost", "number_added", "word_slips", "real_word_slips",
    "other_words", "odd_words", "missing_words", "alike_year", "alike_popularity", "alike_one_word",
    "alike_unasked", "alike_doubt", "words_count_alike", "one_edit", "two_edits", "three_edits",
    "edits_per_letter", "same_start",

    "only_beginning", "beginning_known", "beginning_year", "beginning_short", "beginning_unasked",
    "beginning_one_word", "beginning_doubt",

    "year_same", "year_near", "year_two_three", "year_far", "year_unasked", "year_unlisted",
    "same_popularity_unasked", "same_year_far_known",

    "kind_same", "kind_other", "season_listed", "season_beyond", "only_show_place",

    "country_same", "country_other", "popularity", "unknown_title", "runtime_near", "runtime_far",
)  # fmt: skip

_NOT_ALIKE: Final = (0.0,) * 21
_NOT_A_BEGINNING: Final = (0.0,) * 7

#: Years apart that no two catalogues differ by.
_FAR: Final = 3

#: From this letter on scripts put no spaces between words.
_WITHOUT_SPACES: Final = "\u2e80"

_NONE: Final = Difference()


class _Asked(msgspec.Struct, frozen=True, gc=False):
    """
    What several fields need to know: the *year* that is asked for (0 for none) and how many years *apart*
    the title's is (-1: unknown), how well the title is *known*, the inverse *length* of the words, whether
    one word stands *alone*, the *doubt* in the reading.
    """

    year: int
    apart: int
    known: float
    shortness: float
    alone: bool
    doubt: float


def fit(query: Query, reading: Reading, words: str, like: Likeness, index: NameIndex) -> tuple[float, ...]:
    """
    What each field says of the title *like* is about, in the order of `FEATURES`. *words*
    is the reading's key.
    """
    title = like.title
    year, asked_year = index.title_year[title], query.year or reading.year or 0
    length = len(words.replace(" ", "").encode())  # a letter of Japanese says as much as three of ours
    asked = _Asked(
        asked_year,
        abs(asked_year - year) if asked_year and year else -1,
        math.log10(1.0 + index.title_popularity[title]),
        1.0 / max(length, 1),
        " " not in words and words[:1] < _WITHOUT_SPACES,
        reading.doubt,
    )
    return (
        *_name(asked, words, like),
        *(_NOT_ALIKE if like.same else _alike(asked, words, like)),
        *(_beginning(asked) if like.head else _NOT_A_BEGINNING),
        *_year(asked, year, like),
        *_kind(query, reading, index.kind(title), index.title_seasons[title]),
        *_country(query.country or reading.country, index.title_country[title]),
        asked.known,
        float(asked.known == 0.0),
        *_runtime(query.runtime, index.title_runtime[title]),
    )


def _name(asked: _Asked, words: str, like: Likeness) -> tuple[float, ...]:
    return (
        float(like.same >= 2),  # noqa: PLR2004
        float(like.same >= 3),  # noqa: PLR2004
        float(not like.main),
        float(not asked.year and GENERIC.issuperset(words.split(" "))),
        asked.doubt,
        float(asked.alone),
        float(words.isdecimal()),
        asked.shortness if like.same and not like.head else 0.0,
        1.0,
    )


def _alike(asked: _Asked, words: str, like: Likeness) -> tuple[float, ...]:
    differ = like.difference or _NONE
    return (
        1.0,
        (1.0 - like.alike) * 10.0,
        asked.shortness,
        float(differ.number_lost),
        float(differ.number_added),
        float(differ.slips),
        float(differ.real_slips),
        float(differ.other),
        float(differ.odd),
        float(differ.missing),
        float(0 <= asked.apart <= 1),
        asked.known,
        float(asked.alone),
        float(not asked.year),
        asked.doubt,
        min(words.count(" "), 6.0),
        float(differ.edits == 1),
        float(differ.edits == 2),  # noqa: PLR2004
        float(differ.edits == 3),  # noqa: PLR2004
        differ.edits * asked.shortness * 10.0,
        float(differ.same_start),
    )


def _beginning(asked: _Asked) -> tuple[float, ...]:
    return (
        1.0,
        asked.known,
        float(0 <= asked.apart <= 1),
        asked.shortness,
        float(not asked.year),
        float(asked.alone),
        asked.doubt,
    )


def _year(asked: _Asked, year: int, like: Likeness) -> tuple[float, ...]:
    apart, exact = asked.apart, like.same > 0 and not like.head
    return (
        float(apart == 0),
        float(apart == 1),
        float(2 <= apart <= 3),  # noqa: PLR2004
        float(apart > _FAR),
        float(not asked.year),
        float(asked.year > 0 and not year),
        asked.known if exact and not asked.year else 0.0,
        asked.known if exact and apart > _FAR else 0.0,
    )


def _kind(query: Query, reading: Reading, listed: str, seasons: int) -> tuple[float, ...]:
    kind = query.kind or reading.kind
    season = query.season if query.season is not None else reading.season
    placed = season is not None or query.episode is not None or reading.episode is not None
    return (
        float(kind is not None and kind == listed),
        float(kind is not None and kind != listed),
        float(season is not None and 0 < season <= seasons),
        float(season is not None and 0 < seasons < season),
        float(placed and listed == "show" and kind is None),
    )


def _country(asked: str | None, listed: int) -> tuple[float, float]:
    if not asked:
        return 0.0, 0.0
    same = listed == _number(asked)
    return float(same), float(bool(listed) and not same)


def _runtime(asked: float | None, listed: float) -> tuple[float, float]:
    """*asked* and *listed* in minutes."""
    if not asked or not listed:
        return 0.0, 0.0
    off = abs(asked - listed) / listed
    return float(off <= 0.1), float(off > 0.35)  # noqa: PLR2004


def _number(country: str) -> int:
    return int.from_bytes(country.encode()[:2], "big")
