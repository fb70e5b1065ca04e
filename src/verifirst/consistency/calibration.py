"""From a score to a probability of being right, learned from labelled scores.

``Isotonic`` assumes that more score is never less likely to be right, and nothing else.
``Platt`` assumes a logistic curve: two numbers, so it needs fewer labels, and is wrong where
the curve is another. Neither ever returns 0 or 1: ``n`` labels support no probability closer
to certainty than ``1 / (n + 2)`` (Laplace's rule of succession).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from verifirst.consistency.inputs import check_pairs, check_scores
from verifirst.consistency.logistic import newton, sigmoid
from verifirst.errors import FormatError, InputError


def pool_adjacent_violators(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence closest to ``values`` in weighted least squares.

    Pool adjacent violators (Ayer et al. 1955): neighbours that fall are replaced by their mean
    until none falls. Linear time; ``weights`` are positive, one for each value.
    """
    blocks: list[tuple[float, float, int]] = []  # (mean, weight, how many values)
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] >= block[0]:
            block = _pooled(blocks.pop(), block)
        blocks.append(block)
    return [mean for mean, _, count in blocks for _ in range(count)]


def _pooled(left: tuple[float, float, int], right: tuple[float, float, int]) -> tuple[float, float, int]:
    weight = left[1] + right[1]
    mean = left[0] + (right[0] - left[0]) * (right[1] / weight)  # equal means stay equal, to the last bit
    return mean, weight, left[2] + right[2]


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A non-decreasing map from score to probability: linear between ``knots``, flat beyond the ends.

    ``knots`` are (score, probability) pairs in rising order of score; ``labels`` is how many
    labels they came from. Within a block of pooled scores the map is constant, and in the gap
    between two blocks it is linear. So a score seen in calibration gets its least-squares value
    (interpolating between the centres of blocks would not keep it), and a score in a gap,
    where the fit says nothing, belongs to neither neighbour by decree.
    """

    knots: tuple[tuple[float, float], ...]
    labels: int

    @classmethod
    def fit(cls, scores: Sequence[float], labels: Sequence[bool], weights: Sequence[float] | None = None) -> Self:
        """Least squares under monotony (Zadrozny and Elkan 2002), with one doubt at each end.

        Two labels are added before pooling: a right one at the lowest score and a wrong one at
        the highest, each of weight 1. This is the rule of succession in monotone form: where
        all scores pool the value is ``(right + 1) / (n + 2)``, and no value leaves
        ``[1 / (n + 2), 1 - 1 / (n + 2)]``. A ``weight`` of w counts as w labels; None is 1 each.
        Labels of one kind only are no error: the map is then constant. Raises InputError for
        empty or unequal inputs, scores that are not finite and weights that are not positive.
        """
        check_pairs(scores, labels)
        points = _at_each_score(scores, labels, _checked_weights(weights, len(scores)))
        where = [score for score, _, _ in points]
        heights = pool_adjacent_violators([right / weight for _, right, weight in points], [w for _, _, w in points])
        return cls(_corners(where, heights), len(labels))

    def __call__(self, score: float) -> float:
        """The probability of being right; a score beyond those seen is read as the nearest one seen."""
        check_scores([score])
        after = bisect_right(self.knots, score, key=lambda knot: knot[0])
        if after in (0, len(self.knots)):
            return self.knots[max(after - 1, 0)][1]
        (left, low), (right, high) = self.knots[after - 1], self.knots[after]
        return min(high, low + (high - low) * ((score - left) / (right - left)))

    def as_dict(self) -> dict[str, object]:
        """Plain data, to ship as JSON."""
        return {"kind": "isotonic", "knots": [list(knot) for knot in self.knots], "labels": self.labels}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """What ``as_dict`` wrote; FormatError for anything else."""
        _check_kind(data, "isotonic")
        rows = data.get("knots")
        if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 2 for row in rows):  # noqa: PLR2004
            raise FormatError(f"knots is {rows!r}; expected a list of [score, probability] pairs")
        knots = tuple((_number(row[0], "a knot's score"), _probability(row[1])) for row in rows)
        rises = all(one[0] < two[0] and one[1] <= two[1] for one, two in pairwise(knots))
        if not knots or not rises:
            raise FormatError("knots must be one or more, with rising scores and probabilities that never fall")
        return cls(knots, _count(data.get("labels")))


@dataclass(frozen=True, slots=True)
class Platt:
    """A logistic curve from score to probability: ``sigmoid(slope * z + intercept)``.

    ``z`` is the score on the scale on which the calibration's lowest and highest scores,
    ``low`` and ``high``, are -1 and 1; ``labels`` is how many labels the curve came from. A
    score that runs against the truth gets a negative ``slope``: look at it.
    """

    slope: float
    intercept: float
    low: float
    high: float
    labels: int

    @classmethod
    def fit(cls, scores: Sequence[float], labels: Sequence[bool]) -> Self:
        """Maximum likelihood by damped Newton steps (Platt 1999; Lin, Lin and Weng 2007).

        The targets are Platt's: ``(r + 1) / (r + 2)`` for the r right labels, ``1 / (w + 2)``
        for the w wrong ones. So the optimum is finite when the classes are separable, and with
        labels of one kind only, or one score only, the curve is flat. Raises InputError as
        ``Isotonic.fit`` does.
        """
        check_pairs(scores, labels)
        right = sum(map(bool, labels))
        wrong = len(labels) - right
        targets = [(right + 1) / (right + 2) if label else 1 / (wrong + 2) for label in labels]
        low, high = min(scores), max(scores)
        slope, intercept = newton([_scaled(score, low, high) for score in scores], targets)
        return cls(slope, intercept, low, high, len(labels))

    def __call__(self, score: float) -> float:
        """The probability of being right, at most as sure as the labels support.

        A score beyond those seen is read as the nearest one seen.
        """
        check_scores([score])
        raw = sigmoid(self.slope * _scaled(score, self.low, self.high) + self.intercept)
        least = 1 / (self.labels + 2)
        return min(max(raw, least), 1 - least)

    def as_dict(self) -> dict[str, object]:
        """Plain data, to ship as JSON."""
        return {
            "kind": "platt",
            "slope": self.slope,
            "intercept": self.intercept,
            "low": self.low,
            "high": self.high,
            "labels": self.labels,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Self:
        """What ``as_dict`` wrote; FormatError for anything else."""
        _check_kind(data, "platt")
        slope, intercept, low, high = (_number(data.get(name), name) for name in ("slope", "intercept", "low", "high"))
        if low > high:
            raise FormatError(f"low is {low} and high is {high}; expected low <= high")
        return cls(slope, intercept, low, high, _count(data.get("labels")))


def _scaled(score: float, low: float, high: float) -> float:
    """``score`` on the scale where ``low`` is -1 and ``high`` is 1, held within it."""
    half = (high - low) / 2
    return min(max((score - (low + high) / 2) / half, -1.0), 1.0) if half else 0.0


def _checked_weights(weights: Sequence[float] | None, count: int) -> Sequence[float]:
    if weights is None:
        return [1.0] * count
    if len(weights) != count:
        raise InputError(f"{len(weights)} weights for {count} scores; expected one for each")
    check_scores(weights)
    if min(weights) <= 0:
        raise InputError(f"a weight is {min(weights)}; expected positive numbers (leave out what should not count)")
    return weights


def _at_each_score(
    scores: Sequence[float], labels: Sequence[bool], weights: Sequence[float]
) -> list[tuple[float, float, float]]:
    """(score, weight of right labels, weight of all) at each distinct score, the two doubts included."""
    right: dict[float, float] = {min(scores): 1.0}
    total: dict[float, float] = {min(scores): 1.0}
    total[max(scores)] = total.get(max(scores), 0.0) + 1.0
    for score, label, weight in zip(scores, labels, weights, strict=True):
        right[score] = right.get(score, 0.0) + weight * label
        total[score] = total.get(score, 0.0) + weight
    return [(score, right[score], total[score]) for score in sorted(total)]


def _corners(where: Sequence[float], heights: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """The points that a flat piece needs: its two ends."""
    last = len(where) - 1
    return tuple(
        (score, height)
        for at, (score, height) in enumerate(zip(where, heights, strict=True))
        if at in (0, last) or not heights[at - 1] == height == heights[at + 1]
    )


def _check_kind(data: Mapping[str, object], kind: str) -> None:
    if data.get("kind") != kind:
        raise FormatError(f"kind is {data.get('kind')!r}; expected {kind!r}")


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise FormatError(f"{name} is {value!r}; expected a finite number")
    return float(value)


def _probability(value: object) -> float:
    probability = _number(value, "a knot's probability")
    if not 0 < probability < 1:
        raise FormatError(f"a knot's probability is {probability}; expected a number strictly between 0 and 1")
    return probability


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise FormatError(f"labels is {value!r}; expected a positive whole number")
    return value
