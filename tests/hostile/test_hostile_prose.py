"""Prose made to hang its readers ends quickly: within the budget, or as UNKNOWN."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from verifirst.claims.quantities import in_words
from verifirst.claims.relations import relations
from verifirst.claims.tokens import tokenize
from verifirst.core.budget import Budget
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.errors import BudgetExceeded
from verifirst.verifier import WORK_PER_STEP, Ledger, Verifier

LONG = 20_000
HOSTILE = {
    "halves": "half of " * LONG,
    "sums": "the sum of 1 and " * LONG,
    "lists": "the sum of " + "1, " * LONG + "and 2 is 3",
    "verbs": "adding 1 to adding " * LONG,
    "more": "3 more than " * LONG + "5 is 8",
    "numerals": "one hundred and " * LONG + "is 5",
    "names": "Total = 5 + 3\n" * LONG,
    "relations": "= " * LONG,
    "long name": "a" * 10 * LONG + " = 5 + 3",
    "spaces": "5 times 3" + " " * 10 * LONG + "is 15",
    "dollars": "the remainder when " + "$" * 10 * LONG + "17 is divided by 5 is 2",
    "factors": "the factors of 12 are " + "1, " * LONG,
    "primes": "99999999977 is prime. " * 2000,
    "powers": "9^9999 is divisible by 3. 9^{9999} is prime. " * 1000,
    "units": "1 hour = 60 minutes " * LONG,
    "quantities": "1 hour and " * LONG + "is 60 minutes",
    "brackets": "5 (a " * LONG + ")" * LONG + " = 3",
    "remarks": "5 (a) + " * LONG + "3 = 8",
    "nul": "half of 18 is \x00 9. " * LONG,
    "mixed scripts": "half of ١٨ is ９. Половина of 18 is 9. " * LONG,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_prose_ends(name: str) -> None:
    budget = Budget(WORK_PER_STEP)
    began = time.process_time()
    with suppress(BudgetExceeded):
        in_words(HOSTILE[name], None, [], budget)
        relations(tokenize(HOSTILE[name], budget), budget)
    assert time.process_time() - began < 30  # a hang shows, a busy machine does not


def test_an_honest_word_in_a_hostile_text_is_not_refuted() -> None:
    text = "half of 18 is 9. " * 5000
    report = Ledger.open(Verifier(), "").push(Step(0, 0, len(text), len(text), text))
    assert report.status is not Status.REFUTED
