"""
How well a title fits what was asked, as a sum of what each field says for or against it.

The sums are the logarithms of odds, so that titles compete: the score of one is its share
beside all others and beside *none of them*. The weights are fitted to labelled queries by
``benchmarks/fit_matching.py``; nobody sets them by hand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from scrobbled.match.candidates import Difference
from scrobbled.match.vocabulary import GENERIC

if TYPE_CHECKING:
    from scrobbled.match.candidates import Likeness
    from scrobbled.match.index import NameIndex
    from scrobbled.match.query import Query, Reading

FEATURES: Final = (
    "same_words", "same_accents", "alias", "only_beginning", "alike", "slips", "short_and_alike",
    "number_lost", "number_added", "word_slips", "real_word_slips", "other_words", "odd_words",
    "missing_words", "generic", "doubt", "year_same", "year_near", "year_two_three", "year_far",
    "year_unasked", "year_unlisted", "kind_same", "kind_other", "season_listed", "season_beyond",
    "country_same", "country_other", "popularity", "unknown_title", "beginning_known", "beginning_year",
    "runtime_near", "runtime_far", "one_word", "series_of_numbers", "alike_year", "bias",
    "beginning_short", "exact_short", "only_show_place", "alike_popularity", "alike_one_word",
    "alike_unasked", "alike_doubt", "beginning_unasked", "beginning_one_word", "beginning_doubt",
    "same_popularity_unasked", "same_year_far_known", "words_count_alike", "one_edit", "two_edits",
    "three_edits", "edits_per_letter", "same_start",
)  # fmt: skip


#: Years apart that no two catalogues differ by.
_FAR: Final = 3

#: From this letter on scripts put no spaces between words.
_WITHOUT_SPACES: Final = "\u2e80"

_NONE: Final = Difference()


def fit(query: Query, reading: Reading, words: str, like: Likeness, index: NameIndex) -> tuple[float, ...]:
    """
    What each field says of the title *like* is about, in the order of `FEATURES`. *words*
    is the reading's key.
    """
    title = like.title
    year, asked = index.title_year[title], query.year or reading.year
    apart = abs(asked - year) if asked and year else -1
    kind = query.kind or reading.kind
    listed = index.kind(title)
    season = query.season if query.season is not None else reading.season
    seasons = index.title_seasons[title]
    country = query.country or reading.country
    at = index.title_country[title]
    known = math.log10(1.0 + index.title_popularity[title])
    runtime = index.title_runtime[title]
    off = abs(query.runtime - runtime) / runtime if query.runtime and runtime else -1.0
    exact = like.same > 0 and not like.head
    length = len(words.replace(" ", "").encode())  # a letter of Japanese says as much as three of ours
    alone = " " not in words and words[:1] < _WITHOUT_SPACES
    apart_words = like.difference or _NONE
    showlike = season is not None or query.episode is not None or reading.episode is not None
    return (
        float(like.same >= 2),  # noqa: PLR2004
        float(like.same >= 3),  # noqa: PLR2004
        float(not like.main),
        float(like.head),
        0.0 if like.same else 1.0,
        0.0 if like.same else (1.0 - like.alike) * 10.0,
        0.0 if like.same else 1.0 / max(length, 1),
        float(apart_words.number_lost),
        float(apart_words.number_added),
        float(apart_words.slips),
        float(apart_words.real_slips),
        float(apart_words.other),
        float(apart_words.odd),
        float(apart_words.missing),
        float(not asked and GENERIC.issuperset(words.split(" "))),
        reading.doubt,
        float(apart == 0),
        float(apart == 1),
        float(2 <= apart <= 3),  # noqa: PLR2004
        float(apart > _FAR),
        float(not asked),
        float(bool(asked) and not year),
        float(kind is not None and kind == listed),
        float(kind is not None and kind != listed),
        float(season is not None and 0 < season <= seasons),
        float(season is not None and 0 < seasons < season),
        float(bool(country) and at == _number(country)),
        float(bool(country) and bool(at) and at != _number(country)),
        known,
        float(known == 0.0),
        known if like.head else 0.0,
        float(like.head and 0 <= apart <= 1),
        float(0.0 <= off <= 0.1),  # noqa: PLR2004
        float(off > 0.35),  # noqa: PLR2004
        float(alone),
        float(words.isdecimal()),
        float(like.same == 0 and 0 <= apart <= 1),
        1.0,
        1.0 / max(length, 1) if like.head else 0.0,
        1.0 / max(length, 1) if exact else 0.0,
        float(showlike and listed == "show" and kind is None),
        0.0 if like.same else known,
        float(not like.same and alone),
        float(not like.same and not asked),
        0.0 if like.same else reading.doubt,
        float(like.head and not asked),
        float(like.head and alone),
        reading.doubt if like.head else 0.0,
        known if exact and not asked else 0.0,
        known if exact and apart > _FAR else 0.0,
        0.0 if like.same else min(words.count(" "), 6.0),
        *(float(apart_words.edits == edits) for edits in (1, 2, 3)),
        0.0 if like.same else apart_words.edits / max(length, 1) * 10.0,
        float(not like.same and apart_words.same_start),
    )


def _number(country: str | None) -> int:
    return int.from_bytes((country or "").encode()[:2], "big")
