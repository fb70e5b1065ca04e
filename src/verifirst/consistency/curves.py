"""What abstaining buys: the error among the surest share of the answers (Geifman and El-Yaniv 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, fsum

from verifirst.consistency.inputs import as_written, check_pairs
from verifirst.errors import ConfigError


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Answering the surest ``coverage`` of all, down to ``confidence``, errs on ``risk`` of them."""

    coverage: float
    risk: float
    confidence: float


def risk_coverage(confidences: Sequence[float], correct: Sequence[bool]) -> list[CoveragePoint]:
    """The curve: one point for each number answered, from 1 to n, the surest first.

    Where confidences tie the risk is the mean over all orders of the tie, which is exact and
    does not depend on the order of the data. Raises InputError for empty or unequal inputs and
    confidences that are not finite.
    """
    check_pairs(confidences, correct)
    ranked = sorted(zip(confidences, correct, strict=True), key=lambda pair: -pair[0])
    points: list[CoveragePoint] = []
    wrong_above = 0
    for confidence, group in groupby(ranked, key=lambda pair: pair[0]):
        tied = [not right for _, right in group]
        above, wrong = len(points), sum(tied)
        for taken in range(1, len(tied) + 1):
            answered = above + taken
            expected = wrong_above + wrong * taken / len(tied)
            points.append(CoveragePoint(answered / len(ranked), expected / answered, confidence))
        wrong_above += wrong
    return points


def aurc(confidences: Sequence[float], correct: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: the mean risk over its points, 0 at best.

    A measure of ranking and of accuracy together: compare it between confidences for the same
    answers, not between models.
    """
    points = risk_coverage(confidences, correct)
    return fsum(point.risk for point in points) / len(points)


def accuracy_at(confidences: Sequence[float], correct: Sequence[bool], coverage: float) -> float:
    """The share right among the surest ``coverage`` (above 0, at most 1), rounded up to whole answers."""
    if not 0 < coverage <= 1:
        raise ConfigError(f"coverage is {coverage}; expected more than 0 and at most 1")
    points = risk_coverage(confidences, correct)
    return 1 - points[ceil(as_written(coverage) * len(points)) - 1].risk
