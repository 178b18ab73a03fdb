"""Deciding among candidates: a title, how sure, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from rapidfuzz import fuzz

from scrobbled.match.normalize import (
    Name,
    normalize,
    plain_numerals,
    spellings,
    split_suffix,
    with_country,
    without_article,
)
from scrobbled.model.media import Kind, Media, Title, TitleKind

#: Accepted by itself from this score on…
ACCEPTED_FROM = 0.88

#: …and only with this much more than the runner-up.
MARGIN = 0.06

#: Among titles of one name, the known one must be this many times as popular.
_BETTER_KNOWN = 8.0

#: The name but for an article or the kind of numerals; the name without the country asked for.
_ASIDE = 0.935
_OTHER_COUNTRY = 0.86

#: The same words in another order are often another title: *Zero Point*, *Point Zero*.
_WORDS_MOVED = 0.88

#: Payload years are off by one or two now and then.
_YEARS_OFF = 2


class Candidate(msgspec.Struct, frozen=True):
    """A title the catalogue offers, under the *name* (in the matcher's spelling) that brought it up."""

    title: Title
    name: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The decision: *title* None when nothing is sure enough. *score* 0–1."""

    title: Title | None
    score: float
    reason: str | None = None
    candidates: tuple[tuple[Title, float], ...] = ()

    @property
    def confidence(self) -> str:
        """high, medium or low."""
        return confidence(self.score)


def confidence(score: float) -> str:
    """What a score means in words."""
    return "high" if score >= ACCEPTED_FROM + MARGIN else "medium" if score >= ACCEPTED_FROM else "low"


def wanted(media: Media) -> tuple[TitleKind, Name] | None:
    """
    The kind and name of the title *media* is about: the film, or the series and not the
    episode. The year beside an episode is the episode's and says nothing of the series.
    """
    if media.kind is Kind.MOVIE:
        text, year, kind = media.title, media.year, TitleKind.MOVIE
    else:
        text, year, kind = media.show, media.show_year, TitleKind.SHOW
    if not text:
        return None
    split = split_suffix(text)
    return kind, Name(split.text, year or split.year, split.country)


def choose(name: Name, candidates: Sequence[Candidate]) -> Choice:
    """
    The title *name* means among *candidates* of the right kind, or none.

    An exact name with a fitting year is sure; several titles of one name are told
    apart by year, then by being much better known.
    """
    if not candidates:
        return Choice(title=None, score=0.0, reason="no_candidates")
    best = _best_by_title(name, candidates)
    ranked = sorted(best.values(), key=lambda each: (-each[1], -each[0].popularity, each[0].id))
    top, score = ranked[0]
    listed = tuple(ranked[:5])
    if score < ACCEPTED_FROM:
        return Choice(title=None, score=score, reason="not_sure", candidates=listed)
    rivals = [(title, each) for title, each in ranked[1:] if score - each < MARGIN]
    if rivals and not _much_better_known(top, [title for title, _ in rivals]):
        return Choice(title=None, score=score, reason="ambiguous", candidates=listed)
    return Choice(title=top, score=score, candidates=listed)


def candidates_as_values(choice: Choice) -> list[dict[str, Any]]:
    """The candidates as plain values, to be kept with an unmatched event."""
    return [
        {"id": title.id, "kind": title.kind.value, "title": title.name, "year": title.year, "ids": title.ids,
         "score": round(score, 3), "confidence": confidence(score)}
        for title, score in choice.candidates
    ]  # fmt: skip


def _best_by_title(name: Name, candidates: Sequence[Candidate]) -> dict[int, tuple[Title, float]]:
    spelled = normalize(name.text)
    exact = dict.fromkeys(spellings(name), _ASIDE)
    exact[spelled] = 1.0 if name.country is None else _OTHER_COUNTRY
    exact |= dict.fromkeys(with_country(spelled, name.country), 1.0)
    best: dict[int, tuple[Title, float]] = {}
    for candidate in candidates:
        likeness = exact.get(candidate.name) or min(_likeness(spelled, candidate.name), exact[spelled])
        score = likeness * _year_fits(name.year, candidate.title.year)
        known = best.get(candidate.title.id)
        if known is None or score > known[1]:
            best[candidate.title.id] = (candidate.title, score)
    return best


def _likeness(one: str, other: str) -> float:
    one, other = plain_numerals(one), plain_numerals(other)
    if _numbers(one) != _numbers(other):
        return 0.5 * fuzz.ratio(one, other) / 100.0
    if without_article(one) == without_article(other):
        return _ASIDE
    return max(0.97 * fuzz.ratio(one, other), _WORDS_MOVED * fuzz.token_sort_ratio(one, other)) / 100.0


def _numbers(text: str) -> list[str]:
    """Sequels differ by a number and by nothing else."""
    return [word for word in text.split() if word.isdecimal()]


def _year_fits(asked: int | None, known: int | None) -> float:
    if asked is None or known is None:
        return 0.98
    apart = abs(asked - known)
    if apart == 0:
        return 1.0
    return 0.95 if apart == 1 else 0.9 if apart <= _YEARS_OFF else 0.7


def _much_better_known(top: Title, rivals: Sequence[Title]) -> bool:
    return all(top.popularity >= _BETTER_KNOWN * max(rival.popularity, 1.0) for rival in rivals)
