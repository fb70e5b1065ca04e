"""Laws of segmenters (chunk invariance is in ``sessions``: it is the same law)."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from verifirst.core.step import Step
from verifirst.segment import Segmenter
from verifirst.testing.strategies import texts
from verifirst.testing.trial import CASES, same, try_cases


def check_steps_tile(factory: Callable[[], Segmenter], *, cases: int = CASES) -> None:
    """Steps lie in order, in the text, without blanks around them, and none is lost.

    What lies between two steps' texts may be blanks and tags (``<...>``) only.
    """

    def law(text: str) -> None:
        cutter = factory()
        found = [*cutter.feed(text), *cutter.close()]
        edge = 0
        for index, step in enumerate(found):
            same(step.index, index, f"index of a step of {text!a}")
            same(text[step.start : step.end], step.text, f"text of step {index} of {text!a}")
            same(step.text, step.text.strip(), f"step {index} of {text!a} has blanks around it, or")
            if not step.text or not edge <= step.start < step.end <= step.boundary <= len(text):
                raise AssertionError(f"offsets of step {index} of {text!a} are out of order: {step}")
            _nothing_lost(text[edge : step.start], text)
            _nothing_lost(text[step.end : step.boundary], text)
            edge = step.boundary
        _nothing_lost(text[edge:], text)

    try_cases(texts(), law, cases)


def _nothing_lost(gap: str, text: str) -> None:
    rest = gap.strip()
    if rest and not (rest.startswith("<") and rest.endswith(">")):
        raise AssertionError(f"text between steps is lost: {gap!a} of {text!a}")


def check_segmenter_rollback(factory: Callable[[], Segmenter], *, cases: int = CASES) -> None:
    """``rollback(offset)`` equals a fresh segmenter fed the text before ``offset`` only."""

    def law(case: tuple[str, int, str]) -> None:
        text, choice, after = case
        cutter = factory()
        steps = cutter.feed(text)
        offset = choice % (len(text) + 1)
        cutter.rollback(offset)
        fresh = _fed(factory(), text[:offset], [step for step in steps if step.boundary <= offset])
        what = f"rollback({offset}) of {text!a}"
        same(cutter.text, text[:offset], f"{what}: text")
        same((cutter.steps, cutter.open_start), (fresh.steps, fresh.open_start), f"{what}: steps and open_start")
        found = [*cutter.feed(after), *cutter.close()]
        same(found, [*fresh.feed(after), *fresh.close()], f"{what}, then feeding {after!a}: steps")

    try_cases(st.tuples(texts(), st.integers(0, 400), texts()), law, cases)


def _fed(fresh: Segmenter, text: str, kept: list[Step]) -> Segmenter:
    at = 0
    for step in kept:
        fresh.feed(text[at : step.boundary])
        if fresh.steps <= step.index:
            fresh.close()
        at = step.boundary
    fresh.feed(text[at:])
    return fresh
