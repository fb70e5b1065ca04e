from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from tests.testing import faults

from verifirst import Verifier
from verifirst.core.rule import Rule, Stage
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status
from verifirst.errors import ConfigError
from verifirst.session import check_steps
from verifirst.testing import Trace
from verifirst.testing.strategies import traces
from verifirst.verifier import Ledger

ENFORCED = Verifier(enforce=["AR", "DG", "RG", "TM"])


def step(index: int, text: str) -> Step:
    return Step(index, 0, len(text), len(text), text)


def test_enforce_names_active_rules_or_families() -> None:
    codes = {rule.code for rule in ENFORCED.rules}
    assert ENFORCED.enforced == codes
    assert Verifier().enforced == {rule.code for rule in ENFORCED.rules if rule.stage is Stage.STABLE}
    with pytest.raises(ConfigError, match=r"no active rule: \['ZZ'\]; active rules: \['AL001'"):
        Verifier(enforce=["ZZ"])


def test_a_preview_rule_annotates_and_may_not_refute() -> None:
    class Preview(faults.Fault):
        code = "XX100"
        name = "preview"
        stage = Stage.PREVIEW

        def judge(self, claim: Any, context: Any) -> Any:
            return self.refuted(claim, None, "no")  # type: ignore[arg-type]

    (noted,) = check_steps(Verifier([Preview()]), "", ["1 + 1 = 2"])
    assert noted.status is Status.UNKNOWN
    assert [verdict.reason for verdict in noted.verdicts] == [Reason.NO_RULE]
    assert [verdict.status for verdict in noted.notes] == [Status.REFUTED]
    (judged,) = check_steps(Verifier([Preview()], enforce=["XX"]), "", ["1 + 1 = 2"])
    assert (judged.status, judged.notes) == (Status.REFUTED, ())


def test_a_spent_budget_is_unknown() -> None:
    (report,) = check_steps(Verifier(work_per_step=1), "", ["1 + 1 = 2 and 2 + 2 = 5"])
    assert report.status is Status.UNKNOWN
    assert {verdict.reason for verdict in report.verdicts} <= {Reason.BUDGET, Reason.NO_CLAIM}


def test_without_rules_claims_are_found_and_not_judged() -> None:
    rules: list[Rule] = []
    (report,) = check_steps(Verifier(rules), "", ["1 + 1 = 3"])
    assert [verdict.reason for verdict in report.verdicts] == [Reason.NO_RULE]


@settings(max_examples=60, deadline=None)
@given(traces())
def test_checking_mutates_nothing_and_a_ledger_rolls_back_exactly(trace: Trace) -> None:
    ledger = Ledger.open(ENFORCED, trace.problem)
    states = [(ledger.facts.fork(), list(ledger.reports))]
    for index, text in enumerate(trace.steps):
        before = ledger.facts.fork()
        ENFORCED.check(step(index, text), trace.problem, ledger.facts)
        assert ledger.facts == before
        ledger.push(step(index, text))
        states.append((ledger.facts.fork(), list(ledger.reports)))
    fork = ledger.fork()
    for kept in range(len(trace.steps), -1, -1):
        ledger.rollback(kept)
        assert (ledger.facts, ledger.reports) == states[kept]
    assert (fork.facts, fork.reports) == states[-1]
