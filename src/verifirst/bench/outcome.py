"""What one arm did on one problem, judged by the generator's oracle, and the arm's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from verifirst.bench.statistics import bootstrap, relative, wilson
from verifirst.bench.word_problems import Problem, is_correct, judge


@dataclass(frozen=True, slots=True)
class Outcome:
    """``tokens`` are all sampled tokens, wasted ones included. ``error`` is the oracle's kind of the first bad step."""

    problem: str
    text: str
    correct: bool
    spurious: bool
    tokens: int
    rollbacks: int = 0
    refused: int = 0
    exhausted: bool = False
    error: str = ""


def outcome(
    problem: Problem, text: str, tokens: int, *, rollbacks: int = 0, refused: int = 0, exhausted: bool = False
) -> Outcome:
    """Judge a released text by the oracle, never by our own verifier."""
    steps = [line for line in text.splitlines() if line.strip()]
    errors = [judgement.kind for judgement in judge(problem, steps) if not judgement.valid]
    correct = is_correct(problem, steps)
    error = errors[0] if errors else "" if correct else "abstained" if exhausted else "unfinished"
    return Outcome(problem.id, text, correct, correct and bool(errors), tokens, rollbacks, refused, exhausted, error)


def accuracy(outcomes: Sequence[Outcome]) -> float:
    """Share of right final answers."""
    return sum(row.correct for row in outcomes) / len(outcomes) if outcomes else 0.0


def spurious(outcomes: Sequence[Outcome]) -> float:
    """Share of right answers with an oracle-invalid step."""
    right = sum(row.correct for row in outcomes)
    return sum(row.spurious for row in outcomes) / right if right else 0.0


def summary(outcomes: Sequence[Outcome], ms_per_step: Sequence[float]) -> dict[str, Any]:
    """One arm as JSON-ready figures; intervals are 95%."""
    right = sum(row.correct for row in outcomes)
    bad = sum(row.spurious for row in outcomes)
    return {
        "n": len(outcomes),
        "accuracy": accuracy(outcomes),
        "accuracy_ci": wilson(right, len(outcomes)),
        "spurious": spurious(outcomes),
        "spurious_ci": wilson(bad, right),
        "clean_accuracy": (right - bad) / len(outcomes) if outcomes else 0.0,
        "tokens": sum(row.tokens for row in outcomes) / max(1, len(outcomes)),
        "ms_per_step": median(ms_per_step) if ms_per_step else None,
        "ms_per_step_range": [min(ms_per_step), max(ms_per_step)] if ms_per_step else None,
        "rollbacks": sum(row.rollbacks for row in outcomes),
        "refused": sum(row.refused for row in outcomes),
        "exhausted": sum(row.exhausted for row in outcomes),
        "errors": dict(Counter(row.error for row in outcomes if not row.correct).most_common()),
        "spurious_errors": dict(Counter(row.error for row in outcomes if row.spurious).most_common()),
    }


def change(before: Sequence[Outcome], after: Sequence[Outcome]) -> dict[str, Any]:
    """Relative change from one arm to another on the same problems, with paired bootstrap intervals."""
    pairs = list(zip(before, after, strict=True))
    figures: dict[str, Any] = {}
    for name, measure in (("accuracy", accuracy), ("spurious", spurious)):
        figures[name] = relative(measure(before), measure(after))
        figures[f"{name}_ci"] = bootstrap(
            pairs,
            lambda rows, measure=measure: relative(measure([a for a, _ in rows]), measure([b for _, b in rows])),  # type: ignore[misc]  # bound default
        )
    return figures
