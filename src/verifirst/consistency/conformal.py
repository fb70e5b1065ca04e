"""A threshold below which steps are refused, with a bound on how many right ones that costs.

Conformal risk control (Angelopoulos, Bates, Fisch, Lei and Schuster 2022). The loss of a unit
(a step, or a whole output) at threshold t lies in [0, 1] and never falls as t grows. With n
labelled units exchangeable with the next one, the largest t with

    n / (n + 1) * R_n(t) + 1 / (n + 1) <= alpha,    R_n(t) the mean loss of the n units,

has an expected loss of at most alpha on the next unit. The expectation is over the labelled
units *and* the next: it is a statement about the procedure, not about one set of labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import ceil
from typing import Literal

from verifirst.consistency.inputs import as_written, check_level, check_probabilities
from verifirst.errors import ConfigError, InputError

Among = Literal["steps", "correct"]
Loss = Literal["share", "any"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Refuse what is less probable than ``value``.

    ``n`` units were labelled; ``risk`` is their mean loss at ``value``, and ``bound`` the left
    side of the inequality there, at most ``alpha``. A ``value`` of 0 refuses nothing, and then
    risk and bound are 0: no loss is possible. ``reason`` says in words how ``value`` came about.
    """

    value: float
    alpha: float
    n: int
    risk: float
    bound: float
    reason: str

    def refuses(self, probability: float) -> bool:
        """Is a step with this probability of being right to be refused?"""
        return probability < self.value


def refusal_threshold(
    probabilities: Sequence[float], labels: Sequence[bool], alpha: float, *, among: Among = "steps"
) -> Threshold:
    """The highest threshold that refuses right steps at a rate of at most ``alpha``.

    ``probabilities`` are those of being right, ``labels`` what was true. The rate is
    P(right and refused) of a step (``among="steps"``), or P(refused | right), which is
    stricter: then only the right steps count as labelled (``among="correct"``). Steps must be
    exchangeable; steps of one output seldom are with those of another: see ``output_threshold``.
    Raises InputError for empty or unequal inputs and for what is no probability.
    """
    check_probabilities(probabilities, labels)
    if among not in ("steps", "correct"):
        raise ConfigError(f"among is {among!r}; expected 'steps' or 'correct'")
    right = [probability for probability, label in zip(probabilities, labels, strict=True) if label]
    losses = [(probability, Fraction(1)) for probability in right]
    return _threshold(losses, len(labels) if among == "steps" else len(right), alpha)


def output_threshold(
    outputs: Sequence[Sequence[tuple[float, bool]]], alpha: float, *, loss: Loss = "share"
) -> Threshold:
    """The highest threshold whose expected loss on one output is at most ``alpha``.

    An output is the (probability of being right, label) of each of its steps. Its loss is the
    share of its right steps that are refused, or with ``loss="any"`` 1 when one is; 0 for an
    output without right steps. Only outputs must be exchangeable, not the steps in them.
    Raises InputError for no outputs and for what is no probability.
    """
    if loss not in ("share", "any"):
        raise ConfigError(f"loss is {loss!r}; expected 'share' or 'any'")
    if not outputs:
        raise InputError("no outputs: expected at least one")
    losses: list[tuple[float, Fraction]] = []
    for steps in outputs:
        if steps:
            check_probabilities([probability for probability, _ in steps], [label for _, label in steps])
        right = sorted(probability for probability, label in steps if label)
        if loss == "any":
            losses += [(lowest, Fraction(1)) for lowest in right[:1]]  # the first to be refused loses all
        else:
            losses += [(probability, Fraction(1, len(right))) for probability in right]
    return _threshold(losses, len(outputs), alpha)


def _threshold(losses: Iterable[tuple[float, Fraction]], n: int, alpha: float) -> Threshold:
    """``losses`` are (probability, loss added once the threshold exceeds it), in any order."""
    check_level("alpha", alpha)
    level = as_written(alpha)
    allowed = level * (n + 1) - 1
    if allowed < 0:
        return _nothing(
            alpha, n, f"{n} labelled, and alpha = {alpha:g} needs {ceil(1 / level) - 1}: nothing is refused"
        )
    ordered = sorted(losses)
    if not ordered:
        return _nothing(alpha, n, f"none of the {n} labelled is right: what a refusal costs is not known")
    value, spent = _furthest(ordered, allowed)
    if not value:
        return _nothing(alpha, n, f"right steps of probability 0 already cost more than alpha = {alpha:g} allows")
    reason = f"the highest threshold at which {n} labelled bound the expected loss by alpha = {alpha:g}"
    return Threshold(value, alpha, n, float(spent / n), float((spent + 1) / (n + 1)), reason)


def _furthest(ordered: Sequence[tuple[float, Fraction]], allowed: Fraction) -> tuple[float, Fraction]:
    """The largest t such that the losses strictly below it sum to at most ``allowed``, and their sum."""
    spent = Fraction(0)
    for probability, tied in groupby(ordered, key=lambda pair: pair[0]):
        added = sum((loss for _, loss in tied), Fraction(0))
        if spent + added > allowed:
            return probability, spent
        if probability < 1:  # a threshold of 1 does not refuse a probability of 1
            spent += added
    return 1.0, spent


def _nothing(alpha: float, n: int, reason: str) -> Threshold:
    return Threshold(0.0, alpha, n, 0.0, 0.0, reason)
