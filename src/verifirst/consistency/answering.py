"""When to answer: a confidence above which, with high probability, few answers are wrong.

Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021). For each candidate threshold
the hypothesis "the error among those answered is more than alpha" gets an exact binomial
p-value; a threshold is certified when its hypothesis is rejected, at a total error of delta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log

from verifirst.consistency.binomial import lower_tail
from verifirst.consistency.inputs import check_level, check_pairs, check_scores
from verifirst.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Answering:
    """Answer at a confidence of at least ``threshold``; None answers nothing.

    Of ``n`` labelled answers ``answered`` reach the threshold and ``wrong`` of those are wrong.
    ``reason`` says in words how the threshold came about.
    """

    threshold: float | None
    alpha: float
    delta: float
    n: int
    answered: int
    wrong: int
    reason: str

    def answers(self, confidence: float) -> bool:
        """Is an answer with this confidence to be given?"""
        return self.threshold is not None and confidence >= self.threshold


def answering_threshold(
    confidences: Sequence[float],
    labels: Sequence[bool],
    alpha: float,
    *,
    grid: Sequence[float],
    delta: float = 0.1,
    starts: int = 1,
) -> Answering:
    """The lowest certified threshold of ``grid``.

    With probability at least ``1 - delta`` over independent labelled answers, drawn as the
    served ones are, P(wrong | answered) is at most ``alpha`` at the threshold returned.

    ``grid`` falls strictly and must be chosen without these labels and confidences, such as the
    possible shares of a vote. It is walked downward from ``starts`` evenly spaced places, at
    level ``delta / starts`` each, until a test fails (fixed sequence testing): one start has
    the most power when confidences at the top of the grid are common, as many starts as
    thresholds is Bonferroni's correction. Even without errors a threshold needs
    ``log(delta / starts) / log(1 - alpha)`` answers above it. Raises InputError for empty or
    unequal inputs and scores that are not finite, ConfigError for the settings.
    """
    check_pairs(confidences, labels)
    check_scores(grid)
    check_level("alpha", alpha)
    check_level("delta", delta)
    if any(upper <= lower for upper, lower in pairwise(grid)):
        raise ConfigError("grid must fall strictly: the surest threshold comes first")
    if not 1 <= starts <= len(grid):
        raise ConfigError(f"starts is {starts}; expected 1 to {len(grid)}, the size of the grid")
    pairs = list(zip(confidences, labels, strict=True))
    counts = [_counts(pairs, threshold) for threshold in grid]
    level = delta / starts
    passed = [lower_tail(wrong, answered, alpha) <= level for answered, wrong in counts]
    furthest = max(_walk(passed, start * len(grid) // starts) for start in range(starts))
    if furthest < 0:
        least = ceil(log(level) / log(1 - alpha))
        reason = f"no threshold is certified: each needs {least} answers above it or more, with few wrong"
        return Answering(None, alpha, delta, len(pairs), 0, 0, reason)
    answered, wrong = counts[furthest]
    reason = f"the error among those answered is at most {alpha:g} at confidence {1 - delta:g}"
    return Answering(grid[furthest], alpha, delta, len(pairs), answered, wrong, reason)


def _counts(pairs: Sequence[tuple[float, bool]], threshold: float) -> tuple[int, int]:
    """(answered, wrong) at ``threshold``."""
    given = [bool(label) for confidence, label in pairs if confidence >= threshold]
    return len(given), len(given) - sum(given)


def _walk(passed: Sequence[bool], start: int) -> int:
    """The last place reached from ``start`` before a test fails; -1 when the first one does."""
    at = start
    while at < len(passed) and passed[at]:
        at += 1
    return at - 1 if at > start else -1
