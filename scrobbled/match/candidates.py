"""Candidates for a reading: names that are the same, and where none fits, names that are alike."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from scrobbled.match.layout import HEAD, MAIN
from scrobbled.match.normalize import key, normalize, numbers, spelling

if TYPE_CHECKING:
    from scrobbled.match.index import NameIndex
    from scrobbled.match.query import Reading

#: Neighbours looked at on either side of a name's place.
_WIDTH: Final = 24

#: Entries taken from one word's list, and from all words.
_MOST_OF_A_WORD: Final = 160
_MOST: Final = 700

#: Names less alike than this (0-100) are none of them, and so many of the others are kept.
_ALIKE_FROM: Final = 72.0
_KEPT: Final = 8

#: Names that hold all words and more: as many of the best known.
_KEPT_WHOLE: Final = 3

#: Letters wrong from which it no longer matters how many.
_MOST_EDITS: Final = 8

#: Words looked up when a name has many.
_WORDS: Final = 6


class Likeness(msgspec.Struct, frozen=True, gc=False):
    """
    How an entry of the index resembles a reading. *alike* is 0-1. *same* grows: 0 another
    key, 1 the same key, 2 the same words, 3 the same accents too. *head*: only the
    beginning of the name, up to its subtitle. *main*: the title's main name.
    """

    title: int
    alike: float
    same: int
    head: bool
    main: bool
    difference: Difference | None = None


class Difference(msgspec.Struct, frozen=True, gc=False):
    """
    How the words of two keys differ: *slips* are words that no name has and that are
    nearly the other's, *real_slips* words that names do have; *other* and *odd* are
    words of the reading alone, known or not; *missing* words of the name alone. A
    number stands in the reading alone (*lost*) or in the name alone (*added*).
    """

    slips: int = 0
    real_slips: int = 0
    other: int = 0
    odd: int = 0
    missing: int = 0
    number_lost: bool = False
    number_added: bool = False
    edits: int = 0
    same_start: bool = False


class Words(msgspec.Struct, frozen=True, gc=False):
    """The words of a reading, in the spellings they are compared in."""

    normalized: str
    key: str
    spelling: int


def words_of(reading: Reading) -> Words:
    """The words of *reading*."""
    normalized = normalize(reading.text)
    return Words(normalized, key(normalized), spelling(reading.text, normalized))


def same(index: NameIndex, words: Words) -> Iterator[Likeness]:
    """Names of the same key."""
    for entry in index.exact(words.key):
        spelt = index.name_spelling[entry]
        level = 3 if spelt == words.spelling else 2 if (spelt ^ words.spelling) & 0xFFFF == 0 else 1
        flags = index.name_flags[entry]
        yield Likeness(index.name_title[entry], 1.0, level, bool(flags & HEAD), bool(flags & MAIN))


def alike(index: NameIndex, words: Words) -> Iterator[Likeness]:
    """Names that are nearly the same: a slip, a word more or less, an older spelling."""
    near, whole = _near(index, words.key)
    names = index.names(near, *_lengths(words.key))
    asked = numbers(words.key)
    found = process.extract(words.key, names, scorer=fuzz.ratio, score_cutoff=_ALIKE_FROM, limit=_KEPT)
    kept = {entry for _, _, entry in found}
    best = heapq.nlargest(
        _KEPT_WHOLE, whole, key=lambda entry: index.title_popularity[index.name_title[entry]]
    )
    found += [(index.name(entry), _ALIKE_FROM, entry) for entry in best if entry not in kept]
    for name, score, entry in found:
        listed, flags = numbers(name), index.name_flags[entry]
        if score == 100.0 or (asked and listed and asked != listed):  # noqa: PLR2004  # found already; a sequel
            continue
        if (
            flags & HEAD and asked != listed
        ):  # what goes on after the beginning may have the number, or another
            continue
        difference = _difference(index, words.key, name)
        yield Likeness(
            index.name_title[entry], score / 100.0, 0, bool(flags & HEAD), bool(flags & MAIN), difference
        )


def with_all_words(index: NameIndex, words: Words) -> list[int]:
    """The entries that have all of *words* among theirs, the best known first."""
    numbered = [index.word_number(word) for word in dict.fromkeys(words.key.split(" "))]
    if None in numbered:
        return []
    lists = [set(index.entries_of(number)) for number in numbered if number is not None]
    known = [entries for entries in lists if entries]  # the commonest words have no list
    entries = set.intersection(*known) if known else set()
    return heapq.nlargest(_MOST, entries, key=lambda entry: index.title_popularity[index.name_title[entry]])


def _difference(index: NameIndex, one: str, other: str) -> Difference:
    ours, theirs = one.split(" "), other.split(" ")
    shared = set(ours).intersection(theirs)
    ours = [word for word in ours if word not in shared]
    theirs = [word for word in theirs if word not in shared]
    slips = real = others = odd = 0
    for word in ours:
        known = index.word_number(word) is not None
        meant = min(theirs, key=lambda each: OSA.distance(word, each), default="")
        if meant and OSA.distance(word, meant) <= max(1, len(meant) // 4):
            theirs.remove(meant)
            slips, real = slips + (not known), real + known
        else:
            others, odd = others + known, odd + (not known)
    lost, added = (any(word.isdecimal() for word in words) for words in (ours, theirs))
    edits = OSA.distance(one.replace(" ", ""), other.replace(" ", ""), score_cutoff=_MOST_EDITS)
    return Difference(
        slips, real, others, odd, len(theirs), lost, added, min(edits, _MOST_EDITS), one[:1] == other[:1]
    )


def _lengths(key: str) -> tuple[int, int]:
    """
    The bytes that a name alike may have at least and at most: one much shorter or longer
    than *key* is less alike than `_ALIKE_FROM` whatever its letters, which take up to four
    bytes each.
    """
    part = _ALIKE_FROM / (200.0 - _ALIKE_FROM)
    return math.floor(len(key) * part), math.ceil(len(key) / part) * 4


def _near(index: NameIndex, key: str) -> tuple[set[int], set[int]]:
    """Entries that may be alike, and those among them that have all words of *key*."""
    found = set(index.beside(key, _WIDTH))
    lists = sorted(_lists(index, key), key=len)
    whole: set[int] = set(lists[0]) if lists and len(lists) == key.count(" ") + 1 else set()
    if len(lists) > 1:
        rarest = set(lists[0])
        for other in lists[1:]:
            both = rarest.intersection(other)
            whole &= both
            found.update(sorted(both)[:_MOST_OF_A_WORD])
    for entries in lists:
        if len(entries) <= _MOST_OF_A_WORD:
            found.update(entries)
        if len(found) > _MOST:
            break
    return found, whole


def _lists(index: NameIndex, key: str) -> Iterator[list[int]]:
    """The entries of each word, or of the words it may be a slip of."""
    words = sorted(dict.fromkeys(key.split(" ")), key=len, reverse=True)[:_WORDS]
    for word in words:
        number = index.word_number(word)
        entries: list[int] = [] if number is None else index.entries_of(number).tolist()
        if len(entries) <= _MOST_OF_A_WORD // 4:
            for meant in index.meant(word):
                entries.extend(index.entries_of(meant))
        if entries:
            yield entries
