"""All the laws of rules, over one rule or over a pack."""

from __future__ import annotations

from types import ModuleType

from verifirst.core.rule import Rule
from verifirst.core.verdict import Status
from verifirst.rules import load_pack
from verifirst.testing.rules import (
    alone,
    check_deterministic,
    check_evidence_replays,
    check_no_claim_no_praise,
    check_total,
    judged,
)
from verifirst.testing.strategies import Trace
from verifirst.testing.trial import CASES


def check_pack(package: str | ModuleType, *, cases: int = CASES) -> None:
    """Run every law over every rule of a pack, each rule on its own.

    Also: codes are unique, and each rule has an example it verifies or stays silent on and
    one it refutes. Raises AssertionError that names the rule.
    """
    name = package if isinstance(package, str) else package.__name__
    rules = load_pack(name)
    codes = [rule.code for rule in rules]
    if len(codes) != len(set(codes)):
        raise AssertionError(f"pack {name} uses a rule code twice: {sorted(codes)}")
    for rule in rules:
        check_rule(rule, cases=cases)


def check_rule(rule: Rule, *, cases: int = CASES) -> None:
    """Run every law over one rule."""
    check_examples(rule)
    check_total(rule, cases=cases)
    check_deterministic(rule, cases=cases)
    check_no_claim_no_praise(alone([rule]), cases=cases)
    check_evidence_replays(rule, cases=cases)


def check_examples(rule: Rule) -> None:
    """The rule gives each of its examples the documented status, and documents both sides."""
    statuses = {example.expect for example in rule.examples}
    decides = Status.REFUTED if rule.refutes else Status.VERIFIED
    if decides not in statuses or not statuses - {decides}:
        raise AssertionError(f"rule {rule.code} needs an example that is {decides}, and one that is not: {statuses}")
    for example in rule.examples:
        trace = Trace(example.problem, (*example.before, example.step))
        report = judged(alone([rule]), trace)[-1]
        given = [verdict.status for verdict in report.verdicts if verdict.rule == rule.code]
        if not _meets(example.expect, given):
            shown = [str(status) for status in given] or "silence"
            wanted = example.expect or "silence"
            raise AssertionError(f"rule {rule.code} documents {wanted} but gives {shown}, on\n{trace}")


def _meets(expect: Status | None, given: list[Status]) -> bool:
    return not given if expect is None else expect in given
