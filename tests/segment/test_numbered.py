from __future__ import annotations

import pytest

from verifirst.segment import numbered

CASES = [
    ("Intro\nmore\n1. a\n  b\n2) c\n(3) d", ["Intro\nmore", "1. a\n  b", "2) c", "(3) d"]),
    ("Step 1: a\n**Step 2** b\n### Step 3\nc", ["Step 1: a", "**Step 2** b", "### Step 3\nc"]),
    ("**1.** a\n **2.** b", ["**1.** a", "**2.** b"]),
    ("1. a\n1.5 is a number\n12 is too\n2. b", ["1. a\n1.5 is a number\n12 is too", "2. b"]),
    ("\n\n1. a\nstepping 2\nStep 2 of it", ["1. a\nstepping 2", "Step 2 of it"]),
    ("no marker at all\n\nnone", ["no marker at all\n\nnone"]),
]


@pytest.mark.parametrize(("text", "steps"), CASES)
def test_items(text: str, steps: list[str]) -> None:
    cutter = numbered()
    assert [step.text for step in [*cutter.feed(text), *cutter.close()]] == steps


def test_rolling_back_to_an_item_keeps_it_closed_though_its_marker_is_gone() -> None:
    cutter = numbered()
    (step,) = cutter.feed("1. a\n2. b")
    cutter.rollback(step.boundary)
    assert cutter.steps == 1
    assert [step.text for step in [*cutter.feed("2. c\n"), *cutter.close()]] == ["2. c"]
