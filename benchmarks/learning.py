"""
How the matcher's weights are learnt: titles compete for a query, and with *none of them*.

First a softmax over the candidates of a query: a title's sum is that of its best way to read
the words, *none of them* has the sum 0. Then a logistic regression says how likely the best is right, from its sum and
its leads over the next titles. Both on numpy alone, the same every time.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

#: Steps of the softmax's descent, their length, and what large weights cost.
_STEPS: Final = 600
_STEP: Final = 0.05
_COST: Final = 0.3

#: What a copy of a query without its right title counts, beside one for a real query.
COPY: Final = 0.5

#: Sums and leads beyond these add nothing: the same as `scrobbled.match.decide`.
_CLEAR: Final = 10.0
_CLEAR_NAMESAKE: Final = 8.0
_BEHIND_ALL: Final = -1e9


class Example(NamedTuple):
    """
    A query with its candidates: a row of *features* for each way a title may be read, *right* whether
    that title is right, *titles* its number, *names* the key when it is the title's whole name.
    """

    features: Array
    right: Array
    titles: Array
    names: tuple[str | None, ...]
    positive: bool

    def without_right(self) -> Example | None:
        """The same query in a catalogue that lacks its title; None when nothing is left."""
        keep = ~np.isin(self.titles, self.titles[self.right])
        if not self.positive or not keep.any():
            return None
        _, titles = np.unique(self.titles[keep], return_inverse=True)
        names = tuple(name for name, kept in zip(self.names, keep, strict=True) if kept)
        return Example(self.features[keep], self.right[keep], titles, names, positive=False)


class Fitted(NamedTuple):
    """*weights* of the features; *sure*: bias, sum, lead over namesakes, lead over others."""

    weights: Array
    sure: Array


class Verdict(NamedTuple):
    """What the best candidate of an example is worth."""

    score: float
    right: bool
    positive: bool
    among_five: bool
    among_all: bool


def fit(examples: list[Example]) -> Fitted:
    """Learn both stages from *examples* and their copies without right titles."""
    everything, counts = _with_copies(examples)
    features = examples[0].features.shape[1]
    weights = _softmax(everything, counts, np.zeros(features), np.ones(features))
    return Fitted(weights, _logistic(everything, counts, weights))


def fit_more(fitted: Fitted, examples: list[Example], features: list[int]) -> Fitted:
    """Learn the weights of *features* from *examples* and leave all others as they are."""
    free = np.zeros(len(fitted.weights))
    free[features] = 1.0
    return fitted._replace(weights=_softmax(*_with_copies(examples), fitted.weights, free))


def _with_copies(examples: list[Example]) -> tuple[list[Example], Array]:
    """*examples* and their copies without right titles, and how much each counts."""
    copies = [copy for each in examples if (copy := each.without_right()) is not None]
    return examples + copies, np.array([1.0] * len(examples) + [COPY] * len(copies))


def judge(example: Example, fitted: Fitted) -> Verdict:
    """The verdict on *example*."""
    if not len(example.features):
        return Verdict(0.0, right=False, positive=example.positive, among_five=False, among_all=False)
    best, right = _titles(example, fitted.weights)
    bias, *factors = fitted.sure
    odds = bias + np.dot(_leads(example, best), factors)
    order = np.argsort(-best, kind="stable")
    return Verdict(
        score=float(1 / (1 + np.exp(-odds))),
        right=bool(right[order[0]]),
        positive=example.positive,
        among_five=bool(right[order[:5]].any()),
        among_all=bool(right.any()),
    )


def _softmax(examples: list[Example], counts: Array, weights: Array, free: Array) -> Array:
    """*weights* moved where they are *free*, by Adam's descent; right titles share what is right as they stand."""
    rows = np.concatenate([each.features for each in examples if len(each.features)])
    owner = np.repeat(np.arange(len(examples)), [len(each.features) for each in examples])
    right = np.concatenate([each.right for each in examples]).astype(bool)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        wanted, given = _shares(rows @ weights, owner, right, len(examples))
        slope = free * (rows.T @ ((wanted - given) * counts[owner]) - _COST * weights) / len(examples)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope * slope
        weights = weights + _STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def _shares(sums: Array, owner: Array, right: Array, count: int) -> tuple[Array, Array]:
    """For each row, the share it should have and the share it has."""
    highest = np.zeros(count)
    np.maximum.at(highest, owner, sums)
    powers = np.exp(sums - highest[owner])
    total = np.exp(-highest) + np.bincount(owner, powers, count)
    of_right = np.bincount(owner, np.where(right, powers, 0), count)
    wanted = np.where(right, powers / np.maximum(of_right, 1e-30)[owner], 0)
    return wanted, powers / total[owner]


def _titles(example: Example, weights: Array) -> tuple[Array, Array]:
    """The sum of each title, and whether it is right."""
    count = int(example.titles.max()) + 1
    best, right = np.full(count, _BEHIND_ALL), np.zeros(count, bool)
    np.maximum.at(best, example.titles, example.features @ weights)
    np.logical_or.at(right, example.titles, example.right)
    return best, right


def _leads(example: Example, best: Array) -> list[float]:
    """The best sum, and how far ahead of its namesakes and of all others it is."""
    winner = int(best.argmax())
    names: list[set[str]] = [set() for _ in best]
    for title, name in zip(example.titles, example.names, strict=True):
        if name is not None:
            names[title].add(name)
    namesake, other = _BEHIND_ALL, 0.0  # *none of them* is an other
    for title, total in enumerate(best):
        if title == winner:
            continue
        if names[title] & names[winner]:
            namesake = max(namesake, total)
        else:
            other = max(other, total)
    top = best[winner]
    return [min(top, _CLEAR), min(top - namesake, _CLEAR_NAMESAKE), min(top - other, _CLEAR)]


def _logistic(examples: list[Example], counts: Array, weights: Array) -> Array:
    """Bias and factors by Newton's method."""
    rows, right, count = [], [], []
    for each, how_many in zip(examples, counts, strict=True):
        if len(each.features):
            best, is_right = _titles(each, weights)
            rows.append([1.0, *_leads(each, best)])
            right.append(float(is_right[best.argmax()]))
            count.append(how_many)
    x, y, n = np.array(rows), np.array(right), np.array(count)
    found = np.zeros(x.shape[1])
    for _ in range(60):
        likely = 1 / (1 + np.exp(-x @ found))
        slope = x.T @ ((y - likely) * n) - 0.1 * found
        bend = (x * (n * likely * (1 - likely))[:, None]).T @ x + 0.1 * np.eye(len(found))
        found = found + np.linalg.solve(bend, slope)
    return found
