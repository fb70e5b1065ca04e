"""Every rule of the built-in packs: its examples, its evidence, its place in the registry."""

from __future__ import annotations

import pytest

from verifirst.core.rule import Example, Rule
from verifirst.core.step import Step
from verifirst.core.verdict import Verdict
from verifirst.errors import ConfigError
from verifirst.replay import replay
from verifirst.rules import default_rules, installed_packs, load_pack, rule_by_code
from verifirst.testing.rules import check_deterministic, check_evidence_replays, check_total
from verifirst.verifier import Ledger, Verifier

RULES = default_rules()
CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{n}") for rule in RULES for n, example in enumerate(rule.examples)
]


def verdicts(rule: Rule, example: Example) -> list[Verdict]:
    ledger = Ledger.open(Verifier([rule], enforce=[rule.code]), example.problem)
    for index, text in enumerate((*example.before, example.step)):
        report = ledger.push(Step(index, 0, len(text), len(text), text))
    return [verdict for verdict in report.verdicts if verdict.rule == rule.code]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_an_example_holds(rule: Rule, example: Example) -> None:
    statuses = [verdict.status for verdict in verdicts(rule, example)]
    assert not statuses if example.expect is None else example.expect in statuses


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_the_evidence_of_an_example_replays(rule: Rule, example: Example) -> None:
    for verdict in verdicts(rule, example):
        if verdict.evidence is not None:
            assert replay(verdict.evidence) is verdict.status


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_obeys_the_laws(rule: Rule) -> None:
    check_total(rule, cases=20)
    check_deterministic(rule, cases=20)
    check_evidence_replays(rule, cases=40)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_documented(rule: Rule) -> None:
    module = __import__(type(rule).__module__, fromlist=["_"])
    sections = ["What it checks", "Why it matters", "Limits"]
    assert [line for line in module.__doc__.splitlines() if line in sections] == sections
    assert {example.expect for example in rule.examples} >= {None} or len(rule.examples) > 2
    assert rule.code[:2] == FAMILIES[type(rule).__module__.split(".")[2]]


FAMILIES = {
    "algebra": "AL",
    "arithmetic": "AR",
    "dependency": "DG",
    "integers": "NT",
    "ranges": "RG",
    "times": "TM",
    "units": "UN",
    "words": "QT",
}


def test_codes_are_unique_and_ordered() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    for family in {code[:2] for code in codes}:
        own = [code for code in codes if code[:2] == family]
        assert own == [f"{family}{number:03d}" for number in range(1, len(own) + 1)]


def test_a_rule_is_found_by_its_code() -> None:
    assert rule_by_code("AR001").name == "wrong-result"
    with pytest.raises(ConfigError, match="did you mean AR00"):
        rule_by_code("ar001")
    with pytest.raises(ConfigError, match="known rules: A"):
        rule_by_code("something else")


def test_packs() -> None:
    packs = installed_packs()
    assert packs["arithmetic"] == "verifirst.rules.arithmetic"
    assert [rule.code for rule in load_pack(packs["integers"])] == ["NT001", "NT002", "NT003", "NT004", "NT005"]
    with pytest.raises(ConfigError, match="is the package installed"):
        load_pack("no_such_package_of_rules")
    with pytest.raises(ConfigError, match="defines no rule"):
        load_pack("verifirst.core")
