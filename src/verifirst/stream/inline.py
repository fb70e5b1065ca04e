"""A verifier stream in this process, for the cheap rules and for tests."""

from __future__ import annotations

from collections import Counter

from verifirst.core.before import Before
from verifirst.core.sealed import reasons
from verifirst.core.step import Step
from verifirst.core.verdict import Reason
from verifirst.stream.base import MAX_LEDGERS, Result, check_follows
from verifirst.stream.ledgers import LedgerCache
from verifirst.verifier import Verifier


class InlineStream:
    """Checks each step as it is submitted, in this process. No guard: a rule that loops hangs."""

    def __init__(self, verifier: Verifier, *, max_ledgers: int = MAX_LEDGERS) -> None:
        self._cache = LedgerCache(verifier, max_ledgers)
        self._done: list[Result] = []
        self._failures: Counter[Reason] = Counter()

    @property
    def queue_depth(self) -> int:
        """0: a step is judged when it is submitted."""
        return 0

    @property
    def failures(self) -> Counter[Reason]:
        """Steps on which a rule raised."""
        return self._failures

    @property
    def restarts(self) -> int:
        """0: there is no process to start."""
        return 0

    def submit(self, trace_id: str, problem: str, before: Before | None, step: Step, ticket: int) -> None:
        """Check ``step`` now."""
        check_follows(before, step)
        report = self._cache.check(trace_id, problem, before, step)
        if Reason.RULE_ERROR in reasons(report):
            self._failures[Reason.RULE_ERROR] += 1
        self._done.append((trace_id, ticket, report))

    def flush(self) -> None:
        """Nothing is put off."""

    def drain(self) -> list[Result]:
        """The reports since the last drain, in order of submission."""
        done, self._done = self._done, []
        return done

    def wait(self, timeout_s: float) -> None:
        """Nothing is ever outstanding."""

    def forget(self, trace_id: str) -> None:
        """Drop the trace's ledger and its undrained reports."""
        self._cache.forget(trace_id)
        self._done = [result for result in self._done if result[0] != trace_id]

    def close(self) -> None:
        """Nothing to end."""
