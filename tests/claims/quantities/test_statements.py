"""Statements in words against an independent oracle: trees said aloud, and their values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.claims import Statement, extract
from verifirst.claims.quantities.numerals import numeral, whole
from verifirst.core.budget import Budget
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.replay import replay
from verifirst.rules import load_pack
from verifirst.verifier import Ledger, Verifier

RULES = [*load_pack("verifirst.rules.arithmetic"), *load_pack("verifirst.rules.words")]
VERIFIER = Verifier(RULES, enforce=["AR", "QT"])
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def spell(number: int, hyphen: str = "-") -> str:
    """English for a number below a million."""
    if number < 20:
        return ONES[number]
    if number < 100:
        rest = number % 10
        return TENS[number // 10 - 2] + (hyphen + ONES[rest] if rest else "")
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    rest = number % size
    joint = " and " if size == 100 else " "
    return f"{spell(number // size, hyphen)} {name}" + (joint + spell(rest, hyphen) if rest else "")


@given(st.integers(0, 999_999))
def test_a_number_in_words_is_read(number: int) -> None:
    words = spell(number).replace("-", " ").split()
    assert whole(words, 0) == (number, len(words))


@given(st.integers(2, 60))
def test_a_mixed_number_in_words_is_read(number: int) -> None:
    words = [*spell(number).replace("-", " ").split(), "and", "a", "half", "hours"]
    found = numeral(words, 0)
    assert found is not None
    assert (found.rpn, found.end) == ((number, 1, 2, "/", "+"), len(words) - 1)


@dataclass(frozen=True)
class Said:
    text: str
    value: Fraction


small = st.integers(1, 90)
numbers = small.map(lambda n: Said(str(n), Fraction(n))) | small.map(lambda n: Said(spell(n), Fraction(n)))
SHARES = {"half": 2, "a third": 3, "a quarter": 4, "one fifth": 5, "two thirds": Fraction(3, 2), "25%": 4, "1/10": 10}
TIMES = {"twice": 2, "double": 2, "three times": 3, "five times": 5, "triple": 3}


@st.composite
def said(draw) -> Said:
    """A phrase of one operation, with its value computed beside it."""
    a, b = draw(numbers), draw(numbers)
    form = draw(st.integers(0, 11))
    share, factor = draw(st.sampled_from(sorted(SHARES))), draw(st.sampled_from(sorted(TIMES)))
    more = "3 more than " if draw(st.booleans()) else ""
    extra = 3 if more else 0
    spoken = [
        lambda: Said(f"{more}{share} of {a.text}", a.value / SHARES[share] + extra),
        lambda: Said(f"{more}{factor} {a.text}", TIMES[factor] * a.value + extra),
        lambda: Said(f"{a.text} times as many as {b.text}", a.value * b.value),
        lambda: Said(f"the sum of {a.text} and {b.text}", a.value + b.value),
        lambda: Said(f"the product of {a.text} and {b.text}", a.value * b.value),
        lambda: Said(f"the average of {a.text}, {b.text} and 6", (a.value + b.value + 6) / 3),
        lambda: Said(f"{a.text} plus {b.text} times 2", a.value + 2 * b.value),
        lambda: Said(f"{a.text} divided by {b.text}", a.value / b.value),
        lambda: Said(f"{a.text} less than 100", 100 - a.value),
        lambda: Said(f"{a.text} squared", a.value**2),
        lambda: Said(f"{a.text} increased by 50%", a.value * Fraction(3, 2)),
        lambda: Said(f"the square of {a.text}", a.value**2),
    ]
    return spoken[form]()


VERBS = st.sampled_from(["is", "equals", "gives", ", which is", "comes to", "is equal to"])
OPENERS = st.sampled_from(["", "So ", "We know that ", "Since Tom is late, "])
ENDS = st.sampled_from([".", ", so we go on.", "", " apples.", " because they say so."])


def judged(text: str) -> list[Status]:
    report = Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text))
    for verdict in report.verdicts:
        assert verdict.evidence is None or replay(verdict.evidence) is verdict.status
    return [verdict.status for verdict in report.verdicts if verdict.claim is not None]


@settings(max_examples=400, deadline=None)
@given(said(), OPENERS, VERBS, ENDS)
def test_a_true_statement_is_verified(phrase: Said, opener: str, verb: str, end: str) -> None:
    assume(phrase.value.denominator == 1)
    joined = f"{phrase.text}{verb}" if verb[0] == "," else f"{phrase.text} {verb}"
    assert judged(f"{opener}{joined} {phrase.value}{end}") == [Status.VERIFIED]


@settings(max_examples=400, deadline=None)
@given(said(), OPENERS, VERBS, ENDS, st.integers(1, 5))
def test_a_false_statement_is_never_verified(phrase: Said, opener: str, verb: str, end: str, off: int) -> None:
    assume(phrase.value.denominator == 1)
    joined = f"{phrase.text}{verb}" if verb[0] == "," else f"{phrase.text} {verb}"
    found = judged(f"{opener}{joined} {phrase.value + off}{end}")
    assert Status.VERIFIED not in found
    if verb in ("is", "equals") and end == ".":
        assert found == [Status.REFUTED]


WORDS = (
    "half of twice the sum and 5 18 is times as many than more , . $ \\( \\) 3 dozen percent x = a squared "
    "by from - ( ) one"
).split()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_spans_hold_what_was_read(words: list[str]) -> None:
    text = " ".join(words)
    for claim in extract(text, Budget(10**6)):
        assert 0 <= claim.start < claim.end <= len(text)
        if isinstance(claim, Statement):
            assert claim.left.end <= claim.right.start
            assert all(claim.left.start <= a < b <= claim.left.end for a, b in claim.left.numbers)
