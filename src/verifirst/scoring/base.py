"""What a step reward model is here: anything that gives each step of a trace a number in [0, 1].

A number is evidence of another kind than a proof. It comes from a model that may be wrong, so
nothing in this package ever verifies a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verifirst.core.verdict import Reason
from verifirst.errors import SolverUnavailable


@dataclass(frozen=True, slots=True)
class Scored:
    """What to score: a problem and its steps, of which those from index ``since`` on need a score."""

    problem: str
    steps: tuple[str, ...]
    since: int = 0

    @property
    def due(self) -> int:
        """How many steps need a score."""
        return len(self.steps) - self.since


@dataclass(frozen=True, slots=True)
class Unscored:
    """No score, and why not. Never a probability, and never a refusal."""

    reason: Reason
    message: str


Scores = tuple[float, ...] | Unscored
"""The score of each step that was due, or why there are none."""


class Scorer(Protocol):
    """A step reward model: P(the step is right | the problem and the steps up to it), not yet calibrated.

    ``name`` says which model it is; ``digest`` identifies its weights ("" where nothing does).
    Both stand in the evidence.
    """

    @property
    def name(self) -> str:
        """The model, as a reader would look it up."""
        ...

    @property
    def digest(self) -> str:
        """A hash or a revision of the weights, "" where it is not known."""
        ...

    def score(self, traces: Sequence[Scored]) -> Sequence[Sequence[float] | Unscored]:
        """One entry for each trace, in order: a number in [0, 1] for each step from ``since`` on.

        A step's score may depend on the problem and on the steps up to it, and on nothing else:
        not on later steps, not on the other traces. What the scorer cannot read is Unscored. It
        may raise: ``score`` of this module is the boundary.
        """
        ...


def score(scorer: Scorer, traces: Sequence[Scored]) -> list[Scores]:
    """Ask ``scorer`` behind the error boundary: what is no list of probabilities becomes Unscored.

    Total, whatever the scorer does except for never returning: a scorer that raises, that
    gives too few or too many numbers, NaN, or a number outside [0, 1] scores nothing.
    """
    if not traces:
        return []
    try:
        found = list(scorer.score(traces))
    except TimeoutError as error:
        return [Unscored(Reason.TIMEOUT, _said(error))] * len(traces)
    except SolverUnavailable as error:
        return [Unscored(Reason.UNAVAILABLE, str(error))] * len(traces)
    except Exception as error:  # noqa: BLE001  # the boundary: authors raise plain errors, it classifies them
        return [Unscored(Reason.RULE_ERROR, _said(error))] * len(traces)
    if len(found) != len(traces):
        wrong = Unscored(Reason.RULE_ERROR, f"{scorer.name} gave {len(found)} answers to {len(traces)} traces")
        return [wrong] * len(traces)
    return [_checked(scorer.name, trace, scores) for trace, scores in zip(traces, found, strict=True)]


def _checked(name: str, trace: Scored, scores: object) -> Scores:
    if isinstance(scores, Unscored):
        return scores
    try:
        numbers = tuple(float(number) for number in scores)  # type: ignore[attr-defined]  # whatever it is
    except Exception as error:  # noqa: BLE001  # part of the same boundary
        return Unscored(Reason.RULE_ERROR, f"{name} gave no list of numbers: {_said(error)}")
    if len(numbers) != trace.due:
        return Unscored(Reason.RULE_ERROR, f"{name} gave {len(numbers)} scores for {trace.due} steps")
    if not all(0 <= number <= 1 for number in numbers):  # false for NaN, too
        return Unscored(Reason.RULE_ERROR, f"{name} gave {numbers}; expected numbers from 0 to 1")
    return numbers


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
