"""What every statistic here asks of its data: numbers that can be ordered, and a label for each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verifirst.errors import ConfigError, InputError

LARGEST = 1e300  # differences of two scores must stay finite


def check_scores(scores: Sequence[float]) -> None:
    """At least one score, none of them NaN, infinite or beyond ``LARGEST``."""
    if not scores:
        raise InputError("no scores: expected at least one")
    for at, score in enumerate(scores):
        if not abs(score) <= LARGEST:  # false for NaN too
            raise InputError(f"score {at} is {score}; expected a finite number of size at most {LARGEST:g}")


def check_pairs(scores: Sequence[float], labels: Sequence[bool]) -> None:
    """Scores as in ``check_scores`` and one label, true or false, for each."""
    if len(scores) != len(labels):
        raise InputError(f"{len(scores)} scores and {len(labels)} labels; expected one label for each score")
    check_scores(scores)
    for at, label in enumerate(labels):
        if label not in (0, 1):
            raise InputError(f"label {at} is {label!r}; expected True (right) or False (wrong)")


def check_probabilities(probabilities: Sequence[float], labels: Sequence[bool]) -> None:
    """Pairs as in ``check_pairs`` whose scores lie in [0, 1]."""
    check_pairs(probabilities, labels)
    for at, probability in enumerate(probabilities):
        if not 0 <= probability <= 1:
            raise InputError(f"probability {at} is {probability}; expected a number from 0 to 1")


def check_level(name: str, value: float) -> None:
    """A setting strictly between 0 and 1."""
    if not 0 < value < 1:
        raise ConfigError(f"{name} is {value}; expected a number strictly between 0 and 1")


def as_written(value: float) -> Fraction:
    """The decimal that ``value`` prints as: 0.29 means 29/100, not the nearest binary number."""
    return Fraction(str(float(value)))
