"""Seeded faults: rules that are wrong on purpose."""

from __future__ import annotations

import os
from typing import ClassVar

from verifirst.claims import Equation
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Evidence, Status, Verdict
from verifirst.verifier import Verifier

CALLS = [0]


class Fault(Rule):
    stage = Stage.STABLE
    claims = (Equation,)
    examples = (Example("1 + 1 = 2", Status.VERIFIED), Example("1 + 1 = 3", Status.REFUTED))


class Raises(Fault):
    code = "XX001"
    name = "raises"

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        raise KeyError("a bug")


class Loops(Fault):
    code = "XX002"
    name = "loops"

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        while "66" in context.step.text or "1 + 1" in context.step.text:
            pass
        return self.verified(claim, Evidence("none"))


class Dies(Fault):
    code = "XX003"
    name = "dies"

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        os._exit(1)


class Wavers(Fault):
    code = "XX004"
    name = "wavers"

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        CALLS[0] += 1
        evidence = Evidence("none", {"calls": CALLS[0]})
        return self.verified(claim, evidence) if CALLS[0] % 2 else self.refuted(claim, evidence, "odd")


class Hashes(Fault):
    """Depends on the process: the order of a set of text."""

    code = "XX005"
    name = "hashes"

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        return self.verified(claim, Evidence("none", {"first": next(iter({"a", "b", "c", "d", "e", "f"}))}))


class Praises(Fault):
    code = "XX006"
    name = "praises without evidence"

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        return Verdict(Status.VERIFIED, claim, self.code)


class BadExamples(Fault):
    code = "XX007"
    name = "documents what it does not do"
    examples: ClassVar[tuple[Example, ...]] = (*Fault.examples, Example("2 + 2 = 4", Status.REFUTED))

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        return self.verified(claim, Evidence("none"))


def looping() -> Verifier:
    return Verifier([Loops()])


def dying() -> Verifier:
    return Verifier([Dies()])


def raising() -> Verifier:
    return Verifier([Raises()])
