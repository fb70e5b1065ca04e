"""The rule contract, and the one error boundary around it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, ClassVar

from verifirst.core.budget import Budget
from verifirst.core.claim import Claim
from verifirst.core.facts import FactGraph
from verifirst.core.step import Step
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.errors import BudgetExceeded, SolverUnavailable


class Stage(StrEnum):
    """``preview`` rules annotate; ``stable`` rules may roll back."""

    PREVIEW = "preview"
    STABLE = "stable"


class Tier(IntEnum):
    """Where a rule runs, cheapest first (design, section 6)."""

    DEVICE = 0
    INLINE = 1
    WORKER = 2
    SANDBOX = 3
    PROBABILISTIC = 4


@dataclass(frozen=True, slots=True)
class Example:
    """A documented case: documentation, test and regression at once.

    ``step`` is judged after ``problem`` and the ``before`` steps; the rule must give
    ``expect`` on some claim of it (``None``: the rule stays silent).
    """

    step: str
    expect: Status | None
    problem: str = ""
    before: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may look at besides the claim. ``facts`` is read-only to rules.

    ``claims`` are all claims of the step, in order. ``memo`` is the step's scratch: rules keep
    there, under keys of their own family, what they would compute again for the next claim.
    """

    problem: str
    step: Step
    facts: FactGraph
    budget: Budget
    claims: Sequence[Claim] = ()
    memo: dict[str, Any] = field(default_factory=dict)


class Rule(ABC):
    """Judges one kind of claim.

    A rule is one file: module docstring with *What it checks / Why it matters / Limits*,
    this class, its examples. ``judge`` is deterministic, spends ``context.budget`` in
    proportion to its work, and returns ``None`` when the claim is not its business.
    ``sufficient`` is False for a rule that judges a necessary condition only (where operands
    come from, say): what it verifies does not decide a claim that another rule left UNKNOWN.
    ``refutes`` is False for a rule that verifies only. ``code`` is never reused; ``version``
    changes whenever a verdict can.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.PREVIEW
    tier: ClassVar[Tier] = Tier.INLINE
    sufficient: ClassVar[bool] = True
    refutes: ClassVar[bool] = True
    claims: ClassVar[tuple[type[Claim], ...]]
    examples: ClassVar[tuple[Example, ...]] = ()

    @abstractmethod
    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Judge ``claim``, which is an instance of one of ``self.claims``."""

    def verified(self, claim: Claim, evidence: Evidence) -> Verdict:
        """The claim holds, by ``evidence``."""
        return Verdict(Status.VERIFIED, claim, self.code, evidence=evidence)

    def refuted(
        self,
        claim: Claim,
        evidence: Evidence,
        message: str,
        *,
        offending: int | None = None,
        cause: int | None = None,
    ) -> Verdict:
        """The claim is false, by ``evidence``; ``message`` tells a person why."""
        return Verdict(
            Status.REFUTED,
            claim,
            self.code,
            message=message,
            evidence=evidence,
            offending=claim.end if offending is None else offending,
            cause=cause,
        )

    def unknown(self, claim: Claim, reason: Reason, message: str = "") -> Verdict:
        """Undecided, for ``reason``."""
        return Verdict(Status.UNKNOWN, claim, self.code, reason=reason, message=message)


def judge(rule: Rule, claim: Claim, context: Context) -> Verdict | None:
    """Run ``rule`` behind the error boundary: whatever it raises becomes UNKNOWN."""
    try:
        return rule.judge(claim, context)
    except BudgetExceeded as error:
        return rule.unknown(claim, Reason.BUDGET, str(error))
    except SolverUnavailable as error:
        return rule.unknown(claim, Reason.UNAVAILABLE, str(error))
    except MemoryError:
        return rule.unknown(claim, Reason.BUDGET, "out of memory")
    except Exception as error:  # noqa: BLE001  # the boundary: authors raise plain errors, it classifies them
        return rule.unknown(claim, Reason.RULE_ERROR, f"{type(error).__name__}: {error}"[:200])
