"""The laws over the built-in session, and two seeded faults that they catch."""

from __future__ import annotations

from functools import partial

import pytest

from verifirst import Session, Verifier
from verifirst.testing import (
    check_chunk_invariant,
    check_fork_independent,
    check_no_claim_no_praise,
    check_rollback_exact,
)

PROBLEM = "Tom has 3 apples and 12 pears; each costs $4.20."
VERIFIER = Verifier(enforce=["AR", "DG"])
sessions = pytest.mark.parametrize(
    "factory",
    [partial(Session, PROBLEM, verifier=VERIFIER, segmenter=name) for name in ("newline", "sentence", "numbered")],
    ids=["newline", "sentence", "numbered"],
)


@sessions
def test_any_chunking_gives_the_same_reports(factory: partial[Session]) -> None:
    check_chunk_invariant(factory, cases=30)


@sessions
def test_rollback_equals_never_fed(factory: partial[Session]) -> None:
    check_rollback_exact(factory, cases=30)


def test_forks_are_independent() -> None:
    check_fork_independent(partial(Session, PROBLEM, verifier=VERIFIER), cases=30)


def test_no_claim_no_praise() -> None:
    check_no_claim_no_praise(VERIFIER, cases=60)


class OffByOne(Session):
    """A seeded fault: the facts of the first dropped step stay."""

    def rollback(self, steps: int) -> None:
        kept = self.reports
        super().rollback(steps)
        if steps < len(kept):
            for fact in kept[steps].facts:
                self._ledger.facts.add(fact)


class KeepsOneTooMany(Session):
    """A seeded fault: one step more than asked for is kept."""

    def rollback(self, steps: int) -> None:
        super().rollback(min(steps + 1, len(self.reports)))


def test_seeded_fault_a_rollback_off_by_one_step_is_caught() -> None:
    with pytest.raises(AssertionError, match="differs from never feeding the rest"):
        check_rollback_exact(partial(KeepsOneTooMany, PROBLEM, verifier=VERIFIER), cases=30)


def test_seeded_fault_a_rollback_that_leaves_one_steps_facts_is_caught() -> None:
    with pytest.raises(AssertionError, match="differs from never feeding the rest"):
        check_rollback_exact(partial(OffByOne, PROBLEM, verifier=VERIFIER), cases=300)


class HoldsBack(Session):
    """A seeded fault: what a feed closes depends on where the chunk ends."""

    def feed(self, text: str) -> list:  # type: ignore[type-arg]
        return super().feed(text.rstrip("\n"))


def test_seeded_fault_a_chunk_dependent_feed_is_caught() -> None:
    with pytest.raises(AssertionError, match="depend on how the text is chunked"):
        check_chunk_invariant(partial(HoldsBack, PROBLEM, verifier=VERIFIER), cases=60)
