from __future__ import annotations

import pytest

from verifirst.errors import ConfigError
from verifirst.segment import segmenter, think

CASES = [
    ("think", "<think>\na\nb</think>c\n<think></think>", ["a", "b", "c"]),
    ("think", "a <think>b\n</thinking> c < d > e\n", ["a", "b", "c < d > e"]),
    ("think", "\\[ x\n</think>\ny\n", ["\\[ x", "y"]),
    ("think", "<thin\nking>", ["<thin", "king>"]),
    ("think+sentence", "<think>It is 5. So. </think>Then 6.", ["It is 5.", "So.", "Then 6."]),
    ("think+numbered", "<think>1. a\n2. b</think>\nSo 5.", ["1. a", "2. b", "So 5."]),
    ("auto", "a\nb", ["a", "b"]),
]


@pytest.mark.parametrize(("name", "text", "steps"), CASES)
def test_tags_are_boundaries_and_in_no_step(name: str, text: str, steps: list[str]) -> None:
    cutter = segmenter(name)
    assert [step.text for step in [*cutter.feed(text), *cutter.close()]] == steps


def test_a_step_that_a_tag_closes_has_its_boundary_after_the_tag() -> None:
    (step,) = segmenter("think").feed("a</think>b")
    assert (step.end, step.boundary) == (1, 9)


def test_a_forced_cut_spares_a_tag_that_has_begun() -> None:
    cutter = think(max_step_chars=10)
    assert [step.text for step in cutter.feed("x" * 8 + "<think>y\n")] == ["x" * 8, "y"]


def test_tags_can_be_named() -> None:
    assert [step.text for step in think(tags=("plan",)).feed("<plan>a</plan>")] == ["a"]
    with pytest.raises(ConfigError, match="tags must be"):
        think(tags=("x" * 40,))
