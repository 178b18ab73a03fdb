"""
Fit the matcher's weights and thresholds to the labelled queries, and write them where the matcher reads them:
``SCROBBLED_EVALUATION_DIR=… python -m benchmarks.fit_matching [--dry]``.
"""

from __future__ import annotations

import argparse
import mmap
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import replace

from benchmarks import labelled
from benchmarks.labelled import Labelled
from benchmarks.learning import Example, Fitted, Verdict, fit, fit_more, judge
from scrobbled.match import decide, weights
from scrobbled.match.candidates import alike, same, words_of
from scrobbled.match.index import NameIndex
from scrobbled.match.query import Query
from scrobbled.match.reading import readings
from scrobbled.match.score import FEATURES
from scrobbled.match.score import fit as features_of

FOLDS: Final = 5

#: What the thresholds must keep on held-out folds: accepted by itself, and beyond doubt.
PRECISION: Final = 0.985
FALSE: Final = 0.015
PRECISION_HIGH: Final = 0.995

#: Runtimes of players are off by as much.
_RUNTIME_OFF: Final = 0.03

_WEIGHTS: Final = Path(weights.__file__)


class Material(NamedTuple):
    """The queries, the labels of the titles of the index, and the queries as examples."""

    queries: list[Labelled]
    ids: list[str]
    examples: list[Example]


def main() -> None:
    """Fit, write, and say what the result is worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    place = labelled.folder()
    if place is None:
        sys.exit(
            "The labelled queries are not there: SCROBBLED_EVALUATION_DIR must name the folder above matching/."
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        labelled.build(place, path)
        with path.open("rb") as file:
            index = NameIndex(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        material = gather(index, labelled.queries(place), labelled.labels(place))
        verdicts = cross_validated(material)
        accepted = threshold(verdicts, PRECISION, FALSE)
        high = threshold(verdicts, PRECISION_HIGH, FALSE)
        print("held-out folds", *table(material.queries, verdicts, accepted), sep="\n")
        fitted = with_runtimes(fit(material.examples), index, material, labelled.runtimes(place))
        if not arguments.dry:
            _WEIGHTS.write_text(as_module(fitted, accepted, high))
        use(fitted, accepted, high)
        decided = [decided_by_matcher(index, query, material.ids) for query in material.queries]
        print("\nthrough decide, fitted on all", *table(material.queries, decided, accepted), sep="\n")
        print(f"\naccepted from {accepted:.3f}, high from {high:.3f}")


def use(fitted: Fitted, accepted: float, high: float) -> None:
    """Let the matcher of this process decide by what was fitted, rounded as it is written."""
    learnt = {
        "WEIGHTS": tuple(round(float(each), 4) for each in fitted.weights),
        "SURE": tuple(round(float(each), 4) for each in fitted.sure),
        "ACCEPTED": accepted,
        "HIGH": high,
    }
    for name, value in learnt.items():
        setattr(weights, name, value)


# Examples ----------------------------------------------------------------------


def gather(index: NameIndex, queries: list[Labelled], ids: list[str]) -> Material:
    """The features of all candidates of all queries."""
    return Material(queries, ids, [_example(index, ids, query, query.asked) for query in queries])


def with_runtimes(
    fitted: Fitted, index: NameIndex, material: Material, minutes: Mapping[str, float]
) -> Fitted:
    """
    *fitted*, and what a runtime says. No labelled query has one: half of the positive ones get nearly that of
    their title. The other weights stay, since most players send none.
    """
    rng = np.random.default_rng(0)
    examples = list(material.examples)
    for number, query in enumerate(material.queries):
        chosen, off = rng.random() < 0.5, rng.uniform(-_RUNTIME_OFF, _RUNTIME_OFF)
        runtime = minutes.get(query.expect or "")
        if chosen and runtime:
            asked = replace(query.asked, runtime=runtime * (1 + off))
            examples[number] = _example(index, material.ids, query, asked)
    return fit_more(fitted, examples, [FEATURES.index(name) for name in ("runtime_near", "runtime_far")])


def _example(index: NameIndex, ids: Sequence[str], query: Labelled, asked: Query) -> Example:
    right, features, is_right, titles, names = query.right, [], [], [], []
    numbers: dict[int, int] = {}
    for title, values, name in _candidates(index, asked):
        features.append(values)
        is_right.append(ids[index.title_id[title]] in right)
        titles.append(numbers.setdefault(title, len(numbers)))
        names.append(name)
    rows = np.array(features, dtype=float).reshape(-1, len(FEATURES))
    return Example(rows, np.array(is_right, bool), np.array(titles, int), tuple(names), bool(right))


def _candidates(index: NameIndex, query: Query) -> Iterator[tuple[int, tuple[float, ...], str | None]]:
    """Every title the matcher would look at, alike ones too: (title, features, whole name)."""
    ways = [(reading, words_of(reading)) for reading in readings(query)]
    if decide.says_nothing(query, ways[0][1].normalized if ways else ""):
        return
    for chosen, find in ((ways, same), (decide.worth_alike(ways), alike)):
        for reading, words in chosen:
            for like in find(index, words):
                if not (like.head and reading.part):
                    name = words.key if like.same and not like.head else None
                    yield like.title, features_of(query, reading, words.key, like, index), name


# Thresholds --------------------------------------------------------------------


def cross_validated(material: Material) -> list[Verdict]:
    """What each query is judged to be by weights that never saw it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(material.queries))
    found: dict[int, Verdict] = {}
    for each in range(FOLDS):
        fitted = fit([example for example, of in zip(material.examples, fold, strict=True) if of != each])
        held_out = map(int, np.flatnonzero(fold == each))
        found |= {number: judge(material.examples[number], fitted) for number in held_out}
    return [found[number] for number in range(len(fold))]


def threshold(verdicts: Sequence[Verdict], precision: float, false: float) -> float:
    """The lowest score from which on *precision* is kept and no more than *false* of the negatives are accepted."""
    negatives = sum(not each.positive for each in verdicts)
    accepted = right = wrong = 0
    lowest = 1.0
    for each in sorted(verdicts, key=lambda each: -each.score):
        accepted, right, wrong = accepted + 1, right + each.right, wrong + (not each.positive)
        if right >= precision * accepted and wrong <= false * negatives:
            lowest = each.score
    return round(lowest, 3)


# Results -----------------------------------------------------------------------


def table(queries: Sequence[Labelled], verdicts: Sequence[Verdict], accepted: float) -> list[str]:
    """Rows by class, and over all."""
    rows = [
        "| class | n | precision | recall | false matches | top five |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    groups = sorted({query.group for query in queries})
    for group in [*groups, "all"]:
        of = [each for query, each in zip(queries, verdicts, strict=True) if group in (query.group, "all")]
        taken = [each for each in of if each.score >= accepted]
        positive, right = sum(each.positive for each in of), sum(each.right for each in taken)
        wrong = sum(not each.positive for each in taken)
        rows.append(
            f"| {group} | {len(of)} | {_part(right, len(taken))} | {_part(right, positive)} |"
            f" {_part(wrong, len(of) - positive)} | {_part(sum(each.among_five for each in of), positive)} |"
        )
    return rows


def _part(some: int, of: int) -> str:
    return f"{some / of:.4f}" if of else ""


def decided_by_matcher(index: NameIndex, query: Labelled, ids: Sequence[str]) -> Verdict:
    """What the matcher itself says; what it does not accept has no score."""
    decision = decide.decide(query.asked, [index])
    told = [ids[each.title_id] in query.right for each in decision.candidates]
    return Verdict(
        score=1.0 if decision.title_id is not None else 0.0,
        right=bool(told) and told[0],
        positive=bool(query.right),
        among_five=any(told),
        among_all=any(told),
    )


def as_module(fitted: Fitted, accepted: float, high: float) -> str:
    """The module the matcher reads."""
    lines = [f"    {each:.4f},  # {name}" for name, each in zip(FEATURES, fitted.weights, strict=True)]
    sure = ", ".join(f"{each:.4f}" for each in fitted.sure)
    return _MODULE.format(weights="\n".join(lines), sure=sure, accepted=accepted, high=high)


_MODULE = '''"""
What the matcher has learnt. Nobody edits this: ``python -m benchmarks.fit_matching`` writes it from labelled
queries, and says what it is worth.
"""

from __future__ import annotations

from typing import Final

#: What each of `score.FEATURES` adds to the sum of a title, in logarithms of odds: fitted so that the right
#: title outweighs all others and *none of them*, whose sum is 0.
WEIGHTS: Final = (
{weights}
)

#: How likely the best title is right, as logarithms of odds: a bias, and what its sum, its lead over
#: titles of the same name and its lead over all others give.
SURE: Final = ({sure})

#: From here on a title is accepted by itself: the lowest score that kept precision at 0.985 and false
#: matches at 1.5 % on queries the weights had not seen.
ACCEPTED: Final = {accepted:.3f}

#: From here on a title is beyond doubt: the same with a precision of 0.995.
HIGH: Final = {high:.3f}
'''


if __name__ == "__main__":
    main()
