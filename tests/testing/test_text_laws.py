"""The laws of segmenters and sessions catch what breaks them."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from verifirst import Session, Verifier
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.segment import Cut, Scanner, Segmenter
from verifirst.segment.newline import LineScanner
from verifirst.session import check_steps
from verifirst.testing import (
    Trace,
    check_chunk_invariant,
    check_fork_independent,
    check_segmenter_rollback,
    check_steps_tile,
)
from verifirst.testing.strategies import traces
from verifirst.testing.trial import try_cases


class SharesItsLedger(Session):
    def fork(self) -> Session:
        twin = super().fork()
        twin._ledger = self._ledger
        return twin


def test_seeded_fault_a_fork_that_shares_state_is_caught() -> None:
    with pytest.raises(AssertionError, match="is not independent"):
        check_fork_independent(partial(SharesItsLedger, "Tom has 3 apples."))


class ForgetsBlocks(Segmenter):
    """Forgets at each chunk that a block is open."""

    def feed(self, text: str) -> list[Step]:
        self._scan = self._fresh()
        return super().feed(text)


def test_seeded_fault_state_lost_between_chunks_is_caught() -> None:
    with pytest.raises(AssertionError, match="depend on how the text is chunked"):
        check_chunk_invariant(partial(ForgetsBlocks, LineScanner), cases=200)


class KeepsLater(Segmenter):
    def rollback(self, offset: int) -> None:
        super().rollback(min(offset + 1, len(self.text)))


def test_seeded_fault_a_rollback_to_the_wrong_offset_is_caught() -> None:
    with pytest.raises(AssertionError, match=r"rollback\(\d+\) of"):
        check_segmenter_rollback(partial(KeepsLater, LineScanner))


class DropsACharacter(Scanner):
    stops = "\n."

    def take(self, char: str, at: int, before: str) -> Cut | None:
        return Cut(at, at + 1)  # the full stop is lost


def test_seeded_fault_lost_text_is_caught() -> None:
    with pytest.raises(AssertionError, match="text between steps is lost: '\\.'"):
        check_steps_tile(partial(Segmenter, DropsACharacter))


def test_the_smallest_counterexample_is_shown() -> None:
    with pytest.raises(AssertionError) as caught:
        check_steps_tile(partial(Segmenter, DropsACharacter))
    assert len(str(caught.value)) < 400


def test_the_traces_drawn_exercise_every_status() -> None:
    verifier = Verifier(enforce=["AR", "DG"])
    seen: Counter[Status] = Counter()

    def count(trace: Trace) -> None:
        seen.update(report.status for report in check_steps(verifier, trace.problem, trace.steps))

    try_cases(traces([example for rule in verifier.rules for example in rule.examples]), count, 150)
    assert min(seen[status] for status in Status) >= 15, seen
