"""Extraction: spans, order, chains, and agreement of the fast path with the parser."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.claims import Answer, Comparison, Equation, extract, givens
from verifirst.claims.expression import parse
from verifirst.claims.plain import plain_side
from verifirst.claims.tokens import tokenize
from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded


def claims(text: str):
    return extract(text, Budget(200_000))


def test_spans_are_offsets_of_the_text() -> None:
    text = "Ann has $3.50 * 4 = $14 and 2 + 2 = 4 shells."
    spans = [text[claim.start : claim.end] for claim in claims(text)]
    assert spans == ["3.50 * 4 = $14", "2 + 2 = 4"]
    left = claims(text)[0].left
    assert [text[start:end] for start, end in left.numbers] == ["3.50", "4"]


def test_a_chain_is_one_claim_a_link() -> None:
    found = claims("2 * (3 + 4) = 2 * 7 = 14")
    assert [(claim.link, claim.members, claim.last) for claim in found] == [(0, 3, False), (1, 3, True)]


def test_kinds() -> None:
    found = claims("3 * 4 = 12 and 5 < 6. The answer is 12.")
    assert [type(claim) for claim in found] == [Equation, Comparison, Answer]


@pytest.mark.parametrize(
    ("text", "value", "negative"),
    [
        ("The answer is 42.", 42, False),
        ("The answer is: $1,250", 1250, False),
        ("#### 17", 17, False),
        (r"\boxed{-3}", 3, True),
        ("Final answer: 2.50", (250, 100), False),
    ],
)
def test_answers(text: str, value, negative: bool) -> None:
    (found,) = [claim for claim in claims(text) if isinstance(claim, Answer)]
    assert (found.value, found.negative) == (value, negative)


@pytest.mark.parametrize(
    "text",
    ["The answer is 3x.", r"\boxed{\frac{1}{2}}", "The answer is 5/6.", "The answer is 3:4", "The answer is yes."],
)
def test_answers_that_are_not_one_number_are_left_alone(text: str) -> None:
    assert claims(text) == []


@pytest.mark.parametrize("text", ["", "No numbers here.", "Just 42.", "x, 5", "5 = 5 apples"])
def test_text_without_a_claim(text: str) -> None:
    assert claims(text) == []


plain_texts = st.lists(
    st.tuples(st.sampled_from(["", "$"]), st.integers(0, 99999), st.sampled_from(["", ".5", ".25"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300)
@given(
    plain_texts, st.lists(st.sampled_from([" + ", " - ", "*", " / ", "-", " × "]), min_size=5, max_size=5), st.data()
)
def test_the_fast_path_agrees_with_the_parser(operands, signs: list[str], data) -> None:
    spelled = [f"{money}{n:,}{rest}" if n % 2 else f"{money}{n}{rest}" for money, n, rest in operands]
    text = spelled[0] + "".join(sign + number for sign, number in zip(signs, spelled[1:], strict=False))
    text += data.draw(
        st.sampled_from(["", " = 5", ".", " apples.", ", so", " apples = 5", "\n", ".(", ",5", " times 3", " dozen"])
    )
    tokens = tokenize(text, Budget(10_000))
    fast = plain_side(tokens, 0)
    if fast is not None:
        slow = parse(tokens, 0)
        assert fast == (slow.side, slow.end)
        assert slow.unclosed == -1


def test_givens() -> None:
    text = (
        "Tom has 3 1/2 dozen eggs, two-thirds of them brown; 20% cost $1,250.75. "
        "Twenty-five people, 5 thousand dollars, half a mile, .5 litres."
    )
    values = {fact.value for fact in givens(text)}
    expected = "3 1/2 7/2 42 12 2/3 20 1250.75 25 5 5000 1000 0.5".split()
    assert {Fraction(value) for value in expected} <= values
    assert all(fact.step == -1 for fact in givens(text))
    assert any(fact.source == "20%" for fact in givens(text))


HOSTILE = {
    "digits": "1" * 10_000_000,
    "digits in an equation": "1 + 1 = " + "9" * 1_000_000,
    "tower": "9^9^9^9 = 1",
    "parentheses": "(" * 100_000 + "1 = 2",
    "closed parentheses": "(" * 50_000 + "1" + ")" * 50_000 + " = 2",
    "NUL": "1 + 1 \x00 = 3 \x00",
    "surrogates": "1 + 1 = \ud800 3",
    "right to left": "\u200f1 + 1 = 3\u202e",
    "Arabic-Indic digits": "\u0663 + \u0664 = \u0668",
    "mixed scripts": "1 + \u0967 = 3 and \uff11 + \uff11 = 3",
    "unfinished groups": r"\frac{1}{ = \frac{ \left( \sqrt{ = 3",
    "equals signs": "=" * 1_000_000,
    "equals with numbers": "1=" * 400_000,
    "fractions": r"\frac{1}{" * 5_000 + "1" + "}" * 5_000 + " = 2",
    "words": "a " * 1_000_000 + "= 1",
    "answers": "The answer is " * 50_000,
    "spaces": "1" + " " * 1_000_000 + "= 2",
    "percents": "5" + "%" * 500_000 + " = 1",
    "division by zero": "5 / 0 = 0 and 0/0 = 1 and 0^-1 = 0 and 0^0 = 1",
    "huge powers": "2^99999999999 = 1 and 10^-99999999 = 0 and 1^(10^400) = 1",
    "bullets": "- " * 200_000 + "1 = 2",
    "text commands": r"\text{" * 100_000,
    "tags": "<a" * 300_000 + "= 1",
    "separators": "1,000" * 100_000 + "= 1",
    "carets": "2" + "^2" * 100_000 + " = 1",
    "minus signs": "-" * 500_000 + "1 = 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_within_the_budget(name: str) -> None:
    budget = Budget(200_000)
    try:
        found = extract(HOSTILE[name], budget)
    except BudgetExceeded:
        return
    assert len(found) < 100_000
