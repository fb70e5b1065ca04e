"""The laws catch each seeded fault, and say which rule broke which law on what."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from tests.testing import faults

from verifirst.claims import Comparison
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Rule
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules import default_rules, rule_by_code
from verifirst.rules.arithmetic.wrong_comparison import WrongComparison
from verifirst.session import check_steps
from verifirst.testing import (
    check_deterministic,
    check_evidence_replays,
    check_examples,
    check_no_claim_no_praise,
    check_rule,
    check_total,
)
from verifirst.verifier import Verifier

OPPOSITE = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}


class Inverted(WrongComparison):
    """AR003 with its comparison turned round."""

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        assert isinstance(claim, Comparison)
        verdict = super().judge(dataclasses.replace(claim, relation=OPPOSITE[claim.relation]), context)
        return verdict and dataclasses.replace(verdict, claim=claim)


def test_seeded_fault_an_inverted_comparison_is_caught() -> None:
    check_examples(rule_by_code("AR003"))
    with pytest.raises(
        AssertionError, match=r"AR003 documents verified but gives \['refuted'\], on\nproblem: ''\nstep 0"
    ):
        check_rule(Inverted())


def test_seeded_fault_a_rule_that_raises_is_caught_and_never_refutes() -> None:
    with pytest.raises(AssertionError, match=r"XX001 is not total: it raised KeyError: 'a bug', on\nproblem: "):
        check_total(faults.Raises())
    (report,) = check_steps(Verifier([faults.Raises()]), "", ["1 + 1 = 3"])
    assert [(verdict.status, verdict.reason) for verdict in report.verdicts] == [(Status.UNKNOWN, Reason.RULE_ERROR)]


def test_seeded_fault_a_rule_that_loops_is_killed_and_caught() -> None:
    with pytest.raises(AssertionError, match=r"XX002 is not total: did not return within 0.5 s, on\nproblem"):
        check_total(faults.Loops(), guard_s=0.5)


def test_seeded_fault_a_rule_that_ends_its_process_is_caught() -> None:
    with pytest.raises(AssertionError, match="XX003 is not total: the worker process died"):
        check_total(faults.Dies())


def test_seeded_fault_a_rule_with_memory_is_caught() -> None:
    with pytest.raises(AssertionError, match="XX004 judges differently the second time"):
        check_deterministic(faults.Wavers())


def test_seeded_fault_a_rule_that_depends_on_hash_order_is_caught() -> None:
    for _ in range(8):  # two processes may agree by chance
        try:
            check_deterministic(faults.Hashes(), cases=20)
        except AssertionError as error:
            assert "judges differently in another process" in str(error)  # noqa: PT017  # only then is it caught
            return
    pytest.fail("eight pairs of processes agreed on the order of a set")


def test_seeded_fault_a_decided_verdict_without_evidence_is_caught() -> None:
    with pytest.raises(AssertionError, match="lacks its claim, rule or evidence"):
        check_no_claim_no_praise(Verifier([faults.Praises()]))
    with pytest.raises(AssertionError, match="XX006 has no evidence"):
        check_evidence_replays(faults.Praises())


def test_seeded_fault_examples_that_do_not_hold_are_caught() -> None:
    with pytest.raises(AssertionError, match=r"XX007 documents refuted but gives \['verified'\]"):
        check_examples(faults.BadExamples())


def test_a_rule_needs_an_example_of_each_side() -> None:
    class OneSided(faults.BadExamples):
        examples = faults.Fault.examples[:1]

    with pytest.raises(AssertionError, match="needs an example that is refuted, and one that is not"):
        check_examples(OneSided())


LAWS = [check_examples, check_total, check_deterministic, check_evidence_replays]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("rule", default_rules(), ids=lambda rule: rule.code)
def test_the_built_in_rules_obey(rule: Rule, law: Callable[[Rule], None]) -> None:
    law(rule)


@pytest.mark.parametrize("rule", default_rules(), ids=lambda rule: rule.code)
def test_the_built_in_rules_praise_nothing_without_a_claim(rule: Rule) -> None:
    check_no_claim_no_praise(Verifier([rule], enforce=[rule.code]))
