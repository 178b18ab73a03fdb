"""
Searching: many titles for a few words, the most wanted first. Deciding (see `decide`) looks for
the one title that is meant; here a beginning or some of the words are enough, and of what fits
the best known comes first.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.match.candidates import alike, same, with_all_words, words_of
from scrobbled.match.layout import HEAD, MAIN
from scrobbled.match.normalize import normalize
from scrobbled.match.query import Query
from scrobbled.match.reading import readings

if TYPE_CHECKING:
    from scrobbled.match.candidates import Words
    from scrobbled.match.index import NameIndex
    from scrobbled.match.query import Reading

#: How well a name fits, 0-1: the whole main name, another whole name, its beginning up to a
#: subtitle, what begins so, what has all the words, what is only alike.
_MAIN: Final = 1.0
_OTHER: Final = 0.95
_HEAD: Final = 0.9
_BEGINS: Final = 0.8
_BEGINS_IN_A_WORD: Final = 0.7
_WORDS: Final = 0.7
_ALIKE: Final = 0.6

#: A title that nobody knows has this part of what the best known one has.
_UNKNOWN: Final = 0.5

#: Votes that make a title as well known as can be, in tens of tens.
_KNOWN: Final = 7.0

#: A title of another year than was asked for.
_OTHER_YEAR: Final = 0.4

#: Titles found at most, and doubt up to which words are read otherwise than they stand.
MOST: Final = 500
_DOUBT: Final = 0.35

#: Names that begin so and are looked at.
_BEGINNINGS: Final = 2000

#: A shorter text finds whole names alone.
_SHORTEST: Final = 2


class Found(msgspec.Struct, frozen=True, gc=False):
    """
    A title that fits, and how well, 0-1. *exact*: one of its names is the text. *season* and
    *episode* are what the words say of them.
    """

    title_id: int
    kind: str
    score: float
    exact: bool
    season: int | None = None
    episode: int | None = None


def search(
    text: str, indexes: Sequence[NameIndex], *, hidden: Sequence[Collection[int]] = (), kinds: Collection[str]
) -> list[Found]:
    """
    The titles of *kinds* (movie, show) that *text* may be looking for, the best first, at most
    *MOST*. *indexes* and *hidden* are as with `decide`.
    """
    ways = [(each, words_of(each)) for each in readings(Query(text)) if each.doubt <= _DOUBT]
    best: dict[int, Found] = {}
    for find in (_fitting, _alike):
        for layer, index in enumerate(indexes):
            gone = hidden[layer] if layer < len(hidden) else ()
            for reading, words in ways:
                for title, fit, exact in find(index, words):
                    found = _found(index, title, fit, reading, exact=exact)
                    known = best.get(found.title_id)
                    if found.kind in kinds and found.title_id not in gone and _is_better(found, known):
                        best[found.title_id] = found
        if best:
            break
    return sorted(best.values(), key=lambda each: (-each.score, each.title_id))[:MOST]


def called(text: str, name: str, popularity: float) -> tuple[float, bool]:
    """
    How well *name*, of something in a title of that *popularity*, fits *text*, which has words of it: as
    the score of a title, and whether it is the whole name.
    """
    wanted, normalized = normalize(text), normalize(name)
    if normalized == wanted:
        return _OTHER * _weight(popularity), True
    return (_BEGINS if normalized.startswith(wanted) else _WORDS) * _OTHER * _weight(popularity), False


def _weight(popularity: float) -> float:
    known = min(math.log10(1.0 + max(popularity, 0.0)) / _KNOWN, 1.0)
    return _UNKNOWN + (1.0 - _UNKNOWN) * known


def _is_better(found: Found, known: Found | None) -> bool:
    return known is None or known.score < found.score


def _found(index: NameIndex, title: int, fit: float, reading: Reading, *, exact: bool) -> Found:
    year, popularity = index.title_year[title], index.title_popularity[title]
    score = fit * (1.0 - reading.doubt) * _weight(popularity)
    if reading.year is not None and year and abs(year - reading.year) > 1:
        score *= _OTHER_YEAR
    return Found(index.title_id[title], index.kind(title), score, exact, reading.season, reading.episode)


def _fitting(index: NameIndex, words: Words) -> Iterator[tuple[int, float, bool]]:
    """(title, how well, whether that is its name) of the entries that fit."""
    for like in same(index, words):
        yield like.title, _HEAD if like.head else _MAIN if like.main else _OTHER, not like.head
    if len(words.key) < _SHORTEST:
        return
    for entry in index.beginning(words.key, _BEGINNINGS):
        rest = index.name(entry)[len(words.key) :]
        if rest and not index.name_flags[entry] & HEAD:
            fit = _BEGINS if rest.startswith(" ") else _BEGINS_IN_A_WORD
            yield index.name_title[entry], fit * _main(index, entry), False
    for entry in with_all_words(index, words):
        yield index.name_title[entry], _WORDS * _main(index, entry), False


def _alike(index: NameIndex, words: Words) -> Iterator[tuple[int, float, bool]]:
    """The same of what is only alike."""
    for like in alike(index, words):
        yield like.title, _ALIKE * like.alike, False


def _main(index: NameIndex, entry: int) -> float:
    """Other names count a little less than the main one."""
    return 1.0 if index.name_flags[entry] & MAIN else _OTHER
