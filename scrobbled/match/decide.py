"""
Deciding: the title a query names, how sure that is and why, or none.

Names that are the same are looked at first; what is only alike is looked for when none
of them is sure. Titles compete: see `score`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import mul
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from scrobbled.match import weights
from scrobbled.match.candidates import alike, same, words_of
from scrobbled.match.reading import readings
from scrobbled.match.score import FEATURES, fit
from scrobbled.match.vocabulary import GENERIC

if TYPE_CHECKING:
    from scrobbled.match.candidates import Likeness, Words
    from scrobbled.match.index import NameIndex
    from scrobbled.match.query import Query, Reading

#: How sure same names must make it so that nothing alike is looked for.
SURE: Final = 0.97

#: Readings for which what is alike is looked for, and the doubt up to which.
_MOST_ALIKE: Final = 3
_DOUBT: Final = 0.35

#: Candidates told.
LISTED: Final = 5

#: Differences of sums beyond this add nothing.
_CLEAR: Final = 10.0
_CLEAR_NAMESAKE: Final = 8.0

_ALIKE: Final = FEATURES.index("alike")
_BEGINNING: Final = FEATURES.index("only_beginning")

#: What somebody knows counts against what is likelier, unless it is this much so.
_WORTH_KNOWING: Final = 0.001

#: A namesake must be behind by this much: else either may be meant, however well the name fits.
MARGIN: Final = 0.3

#: A namesake less than this behind makes it ambiguous.
_CLOSE: Final = 2.0

Find: TypeAlias = "Callable[[NameIndex, Words], Iterable[Likeness]]"


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """
    A title that may be meant, and how likely, 0-1. *reading* is how the words were read,
    *values* what the fields say, in the order of `FEATURES`; *name* is the key when that is
    the title's whole name.
    """

    title_id: int
    kind: str
    score: float
    reading: Reading
    values: tuple[float, ...]
    name: str | None = None

    @property
    def alike(self) -> bool:
        """Whether the name is only alike and not the same."""
        return bool(self.values[_ALIKE] or self.values[_BEGINNING])

    def explained(self) -> list[tuple[str, float]]:
        """What each field gave to the sum, the weightiest first."""
        parts = zip(FEATURES, map(mul, weights.WEIGHTS, self.values), strict=True)
        return sorted(((name, part) for name, part in parts if part), key=lambda each: -abs(each[1]))


class Decision(msgspec.Struct, frozen=True, gc=False):
    """
    *title_id* is None when nothing is sure enough; *reason* then says why. *score* is
    how likely the best candidate is right, 0-1; *candidates* are the best first.
    """

    title_id: int | None = None
    score: float = 0.0
    reason: str | None = None
    candidates: tuple[Candidate, ...] = ()


def confidence(score: float) -> str:
    """What a score means in words: medium is what is accepted by itself, high is beyond doubt."""
    return "high" if score >= weights.HIGH else "medium" if score >= weights.ACCEPTED else "low"


#: What is known of a title under its best reading: the sum, and the key when that is its whole name.
_Best: TypeAlias = tuple[float, "Reading", tuple[float, ...], str | None]


class _Contest:
    """The titles of some indexes that may be meant, each with the reading that suits it best."""

    def __init__(self, query: Query, indexes: Sequence[NameIndex]) -> None:
        self._query, self._indexes = query, indexes
        self._best: dict[tuple[int, int], _Best] = {}

    def enter(self, ways: Sequence[tuple[Reading, Words]], find: Find) -> None:
        """Let in what *find* finds for each of *ways*."""
        for layer, index in enumerate(self._indexes):
            for reading, words in ways:
                for like in find(index, words):
                    if not (like.head and reading.part):  # what goes on may be another part
                        self._enter(layer, index, reading, words, like)

    def _enter(self, layer: int, index: NameIndex, reading: Reading, words: Words, like: Likeness) -> None:
        values = fit(self._query, reading, words.key, like, index)
        total = sum(map(mul, weights.WEIGHTS, values))
        known = self._best.get((layer, like.title))
        if known is None or total > known[0]:
            name = words.key if like.same and not like.head else None
            self._best[layer, like.title] = (total, reading, values, name)

    def decided(self, hidden: Sequence[Collection[int]]) -> Decision:
        """Who wins, if anybody."""
        ranked = [
            (best, self._indexes[layer].title_id[title], self._indexes[layer].kind(title))
            for (layer, title), best in self._best.items()
            if layer >= len(hidden) or self._indexes[layer].title_id[title] not in hidden[layer]
        ]
        if not ranked:
            return Decision(reason="no_candidates")
        ranked.sort(key=lambda each: (-each[0][0], each[1]))
        (top, _, _, name), title_id, _ = ranked[0]
        namesake = top - next((best[0] for best, *_ in ranked[1:] if name and best[3] == name), -math.inf)
        other = top - next((best[0] for best, *_ in ranked[1:] if not name or best[3] != name), -math.inf)
        score = _sure(top, namesake, min(other, top))
        candidates = tuple(
            Candidate(
                id_, kind, score if not place else _share(best[0], top, score), best[1], best[2], best[3]
            )
            for place, (best, id_, kind) in enumerate(ranked[:LISTED])
        )
        if score >= weights.ACCEPTED and namesake >= MARGIN:
            return Decision(title_id, score, candidates=candidates)
        return Decision(
            score=score, reason="ambiguous" if namesake < _CLOSE else "not_sure", candidates=candidates
        )


def decide(
    query: Query,
    indexes: Sequence[NameIndex],
    *,
    hidden: Sequence[Collection[int]] = (),
) -> Decision:
    """
    The title *query* names among those of *indexes*: the first is the catalogue as it was
    when it was built, the others what has changed since. *hidden* are, for each index,
    ids of titles that a later one has instead.
    """
    ways = [(reading, words_of(reading)) for reading in readings(query)]
    if says_nothing(query, ways[0][1].normalized if ways else ""):
        return Decision(reason="nothing_to_match")
    contest = _Contest(query, indexes)
    contest.enter(ways, same)
    decision = contest.decided(hidden)
    if decision.score < SURE:
        contest.enter(worth_alike(ways), alike)
        decision = contest.decided(hidden)
    return decision


def worth_alike(ways: Sequence[tuple[Reading, Words]]) -> list[tuple[Reading, Words]]:
    """Those of *ways* for which names that are only alike are looked for."""
    return [way for way in ways if way[0].doubt <= _DOUBT][:_MOST_ALIKE]


def prefer(decision: Decision, familiar: Collection[int]) -> Decision:
    """
    *decision* for somebody in whose history *familiar* titles are: of several of one name
    the only one they know is meant.
    """
    if decision.reason != "ambiguous":
        return decision
    top = decision.candidates[0]
    known = [
        each
        for each in decision.candidates
        if each.title_id in familiar and each.name == top.name and each.score > top.score * _WORTH_KNOWING
    ]
    if len(known) != 1 or top.name is None:
        return decision
    others = tuple(each for each in decision.candidates if each is not known[0])
    meant = msgspec.structs.replace(known[0], score=weights.ACCEPTED)
    return Decision(meant.title_id, weights.ACCEPTED, candidates=(meant, *others))


def says_nothing(query: Query, words: str) -> bool:
    """Whether the words are a menu's or a file's (*Deleted Scenes*) and nothing else is known."""
    known = query.kind or query.year or query.season is not None
    return not known and GENERIC.issuperset(words.split(" "))


def _sure(total: float, over_namesake: float, over_other: float) -> float:
    """How likely the best is right: by what speaks for it, and by how far the next ones are behind."""
    bias, each, namesake, other = weights.SURE
    odds = bias + each * min(total, _CLEAR)
    odds += namesake * min(over_namesake, _CLEAR_NAMESAKE) + other * min(over_other, _CLEAR)
    return 1.0 / (1.0 + math.exp(-odds))


def _share(total: float, top: float, score: float) -> float:
    """What is left for one that is behind."""
    return score * math.exp(max(total - top, -50.0))
