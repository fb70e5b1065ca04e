"""The verifier: extractors and rules composed into one function from a step to a report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from verifirst import claims as reading
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim
from verifirst.core.facts import FactGraph
from verifirst.core.report import Report
from verifirst.core.rule import Context, Rule, Stage, judge
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.errors import BudgetExceeded, ConfigError
from verifirst.rules import default_rules

WORK_PER_STEP = 200_000  # budget units a step; about 0.1 s of pure Python, reached by hostile text only


class Verifier:
    """Judges steps; holds no trace, so one verifier serves any number of traces.

    ``rules`` defaults to every rule of the built-in packs. A rule may roll back when its
    stage is stable or when its code (or its family, e.g. ``"DG"``) is in ``enforce``;
    every other rule annotates.
    """

    def __init__(
        self,
        rules: Sequence[Rule] | None = None,
        *,
        enforce: Collection[str] = (),
        work_per_step: int = WORK_PER_STEP,
    ) -> None:
        self.rules = tuple(default_rules() if rules is None else rules)
        self._work = work_per_step
        codes = {rule.code for rule in self.rules}
        if missing := [name for name in enforce if not any(code.startswith(name) for code in codes)]:
            raise ConfigError(f"enforce names no active rule: {missing}; active rules: {sorted(codes)}")
        self.enforced = frozenset(
            code
            for code in codes
            for rule in self.rules
            if rule.code == code and (rule.stage is Stage.STABLE or any(code.startswith(name) for name in enforce))
        )
        self._by_claim: dict[type[Claim], tuple[tuple[Rule, bool], ...]] = {}

    def begin(self, problem: str) -> FactGraph:
        """The fact graph that the problem statement gives."""
        facts = FactGraph()
        for fact in (*reading.givens(problem), *reading.given_relations(problem)):
            facts.add(fact)
        return facts

    def check(self, step: Step, problem: str, facts: FactGraph) -> Report:
        """Judge ``step`` against ``facts``; mutates neither. Never raises."""
        budget = Budget(self._work)
        try:
            claims = reading.extract(step.text, budget)
        except BudgetExceeded as error:
            return Report(step, (Verdict(Status.UNKNOWN, None, reason=Reason.BUDGET, message=str(error)),))
        except Exception as error:  # noqa: BLE001  # "never raises" holds for extractors as it does for rules
            message = f"{type(error).__name__}: {error}"[:200]
            return Report(step, (Verdict(Status.UNKNOWN, None, reason=Reason.RULE_ERROR, message=message),))
        verdicts, notes = self._judge(claims, Context(problem, step, facts, budget, claims))
        established, premises = reading.establish(step, claims, verdicts, facts)
        refuted = next((v for v in verdicts if v.status is Status.REFUTED), None)
        cause = None
        if refuted is not None:
            cause = refuted.cause if refuted.cause is not None else facts.blame(premises)
        return Report(step, tuple(verdicts), tuple(notes), tuple(established), premises, cause)

    def _judge(self, claims: Sequence[Claim], context: Context) -> tuple[list[Verdict], list[Verdict]]:
        """One deciding verdict per claim, and what the preview rules say."""
        verdicts: list[Verdict] = []
        notes: list[Verdict] = []
        for claim in claims:
            best: Verdict | None = None
            rank = -1
            for rule, enforced in self._rules_for(type(claim)):
                if enforced and not rule.refutes and rank >= _RANK[Status.VERIFIED]:
                    continue  # what it could say is said
                verdict = judge(rule, claim, context)
                if verdict is None:
                    continue
                if not enforced:
                    notes.append(verdict)
                elif (own := _rank(rule, verdict)) > rank:
                    best, rank = verdict, own
            if best is not None or not claim.optional:
                verdicts.append(best or Verdict(Status.UNKNOWN, claim, reason=Reason.NO_RULE))
        return verdicts or [Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM)], notes

    def _rules_for(self, kind: type[Claim]) -> tuple[tuple[Rule, bool], ...]:
        """The rules that judge this kind of claim, and whether each is enforced."""
        found = self._by_claim.get(kind)
        if found is None:
            judges = [rule for rule in self.rules if issubclass(kind, rule.claims)]
            found = tuple((rule, rule.code in self.enforced) for rule in judges)
            self._by_claim[kind] = found
        return found


_RANK = {Status.UNKNOWN: 1, Status.VERIFIED: 2, Status.REFUTED: 3}


def _rank(rule: Rule, verdict: Verdict) -> int:
    """Refuted outranks verified, verified outranks unknown; a necessary condition met comes last."""
    status = verdict.status
    return 0 if status is Status.VERIFIED and not rule.sufficient else _RANK[status]


@dataclass(slots=True)
class Ledger:
    """One trace under verification: its facts and its reports, step by step.

    ``push`` and ``rollback`` mutate; ``rollback(k)`` leaves exactly the state that pushing
    the first ``k`` steps gives.
    """

    verifier: Verifier
    problem: str
    facts: FactGraph
    reports: list[Report]

    @classmethod
    def open(cls, verifier: Verifier, problem: str) -> Ledger:
        """A ledger with the problem's givens and no step."""
        return cls(verifier, problem, verifier.begin(problem), [])

    def push(self, step: Step) -> Report:
        """Judge the next step and take its facts in."""
        report = self.verifier.check(step, self.problem, self.facts)
        if report.refutation is not None and report.cause is None:
            report = replace(report, cause=reading.origin(report.refutation, self.problem, self.reports, self.facts))
        for fact in report.facts:
            self.facts.add(fact)
        self.reports.append(report)
        return report

    def rollback(self, steps: int) -> None:
        """Forget every step from index ``steps`` on."""
        del self.reports[steps:]
        self.facts.rollback(steps)

    def fork(self) -> Ledger:
        """An independent continuation of the same trace."""
        return Ledger(self.verifier, self.problem, self.facts.fork(), self.reports.copy())
