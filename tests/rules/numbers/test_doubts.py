"""What only looks like another arithmetic excuses nothing; what is one still does."""

from __future__ import annotations

import pytest

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier()

REFUTED = [
    r"\[ \frac{b_2 - b_1}{2} = \frac{10 - 7}{2} = 3 \]",
    "That remainder is 210 - 166 = 23.",
    r"Taking the logarithm base \( 5 \), we get \( \log_5 49 = 2.64 \).",
    "Area = 10 * 15 Area = 155 square inches",
    r"\[ 0.971 \times 1.089 = 1.056519 \]",
]
LEFT_OPEN = [
    "In base 7, we have 44 + 55 = 132.",
    "355 / 6 = 58 with a remainder of 7.",
    r"We work modulo 7, so $5 + 5 = 3$.",
    "10 coins = 155 tokens",
    r"\[ 0.333 \times 0.667 = 0.222222 \]",
]


def status(text: str) -> Status:
    return Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text)).status


@pytest.mark.parametrize("text", REFUTED)
def test_it_excuses_nothing(text: str) -> None:
    assert status(text) is Status.REFUTED


@pytest.mark.parametrize("text", LEFT_OPEN)
def test_it_excuses(text: str) -> None:
    assert status(text) is Status.UNKNOWN
