from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.claims.naming import Named, named
from verifirst.core.budget import Budget
from verifirst.testing.strategies import hostile_text, sentences


def read(text: str) -> list[Named]:
    return named(text, Budget(1_000_000))


@pytest.mark.parametrize(
    ("text", "name", "members"),
    [
        ("Total cost = 50 + 80 = 130", "total cost", ((50, 80, "+"), (130,))),
        ("Week 1: 35", "week 1", ((35,),)),
        ("So the number of boys is 12.", "number boy", ((12,),)),
        ("Therefore, Mia's distance = 2 * 7.5 = 15 km. Then", "mia distance", ((2, (75, 10), "*"), (15,))),
        ("**Total cost** = $5.00", "total cost", (((500, 100),),)),
        (r"\[ \text{Total Score} = 570 \]", "total score", ((570,),)),
        ("* **Cost of pens**: $4 + $5 = $9", "cost pen", ((4, 5, "+"), (9,))),
        ("Total pages = 4 pages + 5 pages = 9 pages", "total page", ((4, 5, "+"), (9,))),
    ],
)
def test_a_named_value(text: str, name: str, members: tuple[object, ...]) -> None:
    (claim,) = read(text)
    assert (claim.name, claim.members) == (name, members)
    assert text[claim.start :].startswith(text[claim.start : claim.end])


@pytest.mark.parametrize(
    "text",
    [
        "Step 2: 30 * 5 = 150",
        "Jerry's age = 2 Jerry's Age - 10",
        "Therefore -Jerry's Age = - 10",
        "The ratio is 3:4",
        "Cost per day: 5 more than Tom",
        "x = 5",  # the formula reader's
        r"\frac{a}{b} = 3",
        "at 12:30 = noon",
        "Total cost == 5",
        "So the answer: forty",
    ],
)
def test_what_is_no_named_value(text: str) -> None:
    assert read(text) == []


def test_labels_mean_labels_and_letters_mean_phrases() -> None:
    (total,) = read("Total cost = Cost of pens + 2 * Cost of cups")
    assert total.meaning == ("$cost pen", 2, "$cost cup", "*", "+")
    (letter,) = read("Let $x$ be the number of boys in the class.")
    assert (letter.name, letter.meaning, letter.fresh) == ("x", ("$number boy class",), True)
    (binding,) = letter.binds()
    assert (binding.name, binding.term, binding.fresh) == ("x", ("$number boy class",), True)


def test_what_a_name_is_computed_from_are_the_numbers_before_its_value() -> None:
    (claim,) = read("Total cost = 50 + 8.5 = 58.5")
    (binding,) = claim.binds()
    assert binding == ("total cost", ((585, 10),), (Fraction(50), Fraction(17, 2)), "=", (), False)


@given(st.one_of(sentences(), hostile_text()))
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    found = read(text)
    assert [claim.start for claim in found] == sorted(claim.start for claim in found)
    assert all(0 <= claim.start < claim.end <= len(text) for claim in found)


@pytest.mark.parametrize("text", ["Total = " * 50_000, "the a " * 100_000, "Let x be " * 50_000, "A: 1\n" * 50_000])
def test_the_work_is_bounded(text: str) -> None:
    budget = Budget(1_000_000)
    assert len(named(text, budget)) <= 64
