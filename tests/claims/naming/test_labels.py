from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.claims.naming import label_name

WORDS = st.lists(st.sampled_from("total cost number boy ticket price box candy city".split()), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The total number of cookies", "Total number of cookie"),
        ("Mercedes' distance", "mercedes’ Distance"),
        ("her Total Cost", "So the total cost"),
        ("Cost of the berries", "cost of berry"),
        ("Number of candies", "number of candy"),
    ],
)
def test_one_name_for_what_differs_in_form_only(one: str, other: str) -> None:
    assert label_name(one) == label_name(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Week 1", "Week 2"), ("cost of pens", "pens of cost"), ("bus", "bu"), ("Total cost", "cost"), ("first", "gas")],
)
def test_different_things_have_different_names(one: str, other: str) -> None:
    assert label_name(one) != label_name(other)


def test_nothing_and_too_much_have_no_name() -> None:
    assert label_name("") == label_name("the of a") == label_name("word " * 13) == label_name("= + !") == ""


@given(WORDS, st.booleans(), st.sampled_from(["the ", "", "So the ", "His "]))
def test_case_articles_and_plural_do_not_matter(words: list[str], upper: bool, article: str) -> None:
    text = " ".join(words)
    other = article + " of the ".join([*words[:-1], words[-1] + ("s" if words[-1][-1] not in "xy" else "")])
    assert label_name(other.upper() if upper else other) == label_name(text)


@given(st.text(max_size=60))
def test_a_name_names_itself(text: str) -> None:
    name = label_name(text)
    assert label_name(label_name(name)) == label_name(name)
