"""Single steps to read: flagged good steps, first errors caught and missed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.judging import Judged, Place, Refutation, Solution


class Kind(StrEnum):
    """Why a step is worth reading."""

    FALSE = "false flag"  # labelled right, refuted, and nobody found it wrong
    ADJUDICATED = "adjudicated"  # labelled right, refuted, and found wrong by reading
    CAUGHT = "caught"  # the first error, refuted
    MISSED = "missed"  # the first error, not refuted
    LATER = "later"  # past the first error, refuted
    MISREAD = "misread"  # at or past the first error, refuted for a reason that was read and found wrong


@dataclass(frozen=True, slots=True)
class Flag:
    """One rule's refutation of one step, or a missed step (then ``refutation`` is None)."""

    set: str
    id: str
    step: int
    kind: Kind
    refutation: Refutation | None = None
    verdict: str = ""
    reason: str = ""

    @property
    def rule(self) -> str:
        """The rule that spoke, empty for a missed step."""
        return self.refutation.rule if self.refutation else ""

    @property
    def enforced(self) -> bool:
        """Whether the rule may roll back; a preview rule only notes."""
        return self.refutation is not None and self.refutation.enforced

    def as_dict(self, labelled: Labelled) -> dict[str, Any]:
        """JSON-ready, with the claim, the text of the step and of the problem."""
        text = labelled.text(self.step)
        found = self.refutation
        return {
            "set": self.set,
            "id": self.id,
            "step": self.step,
            "kind": self.kind.value,
            "rule": self.rule,
            "enforced": self.enforced,
            "claim": text[found.start : found.end] if found else "",
            "message": found.message if found else "",
            "adjudication": f"{self.verdict}: {self.reason}" if self.verdict else "",
            "error_kind": labelled.error_kind,
            "first_error": labelled.first_error,
            "text": text,
            "problem": labelled.problem,
        }


def flags_of(solution: Solution, adjudications: Adjudications) -> Iterator[Flag]:
    """Every refutation in ``solution``, the first of each rule on each step, in order."""
    for step in solution.steps:
        seen: set[str] = set()
        for refutation in step.refutations:
            if refutation.rule not in seen:
                seen.add(refutation.rule)
                yield _flag(solution, step, refutation, adjudications)


def _flag(solution: Solution, step: Judged, refutation: Refutation, adjudications: Adjudications) -> Flag:
    place = (solution.set, solution.id, step.index)
    entry = adjudications.of(*place, refutation.rule)
    if step.place is Place.GOOD:
        kind = Kind.ADJUDICATED if entry is not None and entry.excuses else Kind.FALSE
    elif entry is not None and not entry.excuses:
        kind = Kind.MISREAD
    else:
        kind = Kind.CAUGHT if step.place is Place.ERROR else Kind.LATER
    return Flag(*place, kind, refutation, entry.verdict if entry else "", entry.reason if entry else "")


def missed(solutions: Iterable[Solution]) -> Iterator[Flag]:
    """First-error steps that no rule that may roll back refutes."""
    for solution in solutions:
        for step in solution.steps:
            if step.place is Place.ERROR and not step.refuted:
                yield Flag(solution.set, solution.id, step.index, Kind.MISSED)


def sample(flags: Sequence[Flag], count: int, *, seed: int = 0) -> list[Flag]:
    """At most ``count`` of ``flags``, chosen by ``seed`` and in a fixed order whatever theirs was."""
    ordered = sorted(flags, key=lambda flag: (flag.set, flag.id, flag.step, flag.rule))
    return random.Random(seed).sample(ordered, count) if len(ordered) > count else ordered
