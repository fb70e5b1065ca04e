"""The demo's own language: gold solutions are decided and verified, slips are refuted."""

from __future__ import annotations

import random
import re

import pytest

from verifirst.bench.word_problems import SPLITS, generate
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier(enforce=["DG"])
N = 150


def judge(problem: str, steps: list[str]) -> list[Report]:
    ledger = Ledger.open(VERIFIER, problem)
    return [ledger.push(Step(i, 0, len(text), len(text), text)) for i, text in enumerate(steps)]


@pytest.mark.parametrize("split", SPLITS)
def test_gold_solutions_are_verified(split: str) -> None:
    for problem in generate(split, N, seed=11):
        for report in judge(problem.text, list(problem.solution_steps)):
            if re.search("[0-9]", report.step.text):
                assert report.status is Status.VERIFIED, (report.step.text, report.verdicts)


@pytest.mark.parametrize("split", SPLITS)
def test_a_slip_in_an_equation_is_refuted(split: str) -> None:
    rng = random.Random(5)
    slips = caught = 0
    for problem in generate(split, N, seed=12):
        steps = list(problem.solution_steps)
        at = rng.randrange(len(steps))
        numbers = list(re.finditer(r"[0-9]+", steps[at]))
        if "=" not in steps[at] or not numbers:
            continue
        slip = rng.choice(numbers)
        wrong = str(int(slip.group()) + rng.choice((-1, 1, 2, 10)))
        steps[at] = steps[at][: slip.start()] + wrong + steps[at][slip.end() :]
        slips += 1
        caught += judge(problem.text, steps[: at + 1])[-1].status is Status.REFUTED
    assert slips > N / 2
    assert caught >= 0.97 * slips
