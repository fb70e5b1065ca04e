"""What every verifier stream takes and gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from verifirst.core.before import Before, count
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.errors import InputError
from verifirst.rules import load_pack
from verifirst.solvers.pool import Failure
from verifirst.verifier import Verifier

MAX_LEDGERS = 1024  # traces whose ledger is kept warm, the least recently used goes first

Result = tuple[str, int, Report]  # trace id, ticket, report


@dataclass(frozen=True, slots=True)
class VerifierSpec:
    """A verifier by its settings: picklable, and callable to build it wherever it runs.

    ``enforce`` as in :class:`Verifier`; ``packs`` are importable packages of rules, none
    meaning the built-in packs.
    """

    enforce: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()

    def __call__(self) -> Verifier:
        """Build the verifier; raises ConfigError for unknown packs or codes."""
        rules = [rule for package in self.packs for rule in load_pack(package)] if self.packs else None
        return Verifier(rules, enforce=self.enforce)


class VerifierStream(Protocol):
    """Checks steps of many traces. ``ticket`` is the caller's own number, handed back."""

    @property
    def queue_depth(self) -> int:
        """Steps submitted and not drained or forgotten yet; O(1)."""
        ...

    @property
    def failures(self) -> Counter[Reason]:
        """Steps that got no verdict through no fault of their text, by reason, since the start."""
        ...

    @property
    def restarts(self) -> int:
        """How often a worker process was started afresh."""
        ...

    def submit(self, trace_id: str, problem: str, before: Before | None, step: Step, ticket: int) -> None:
        """Hand over ``step``, which follows the steps ``before`` (None: it is the first); never wait.

        It may be sent later, by :meth:`flush`.

        Give each step of a trace the chain that grew from the one before: what is shared is
        told by identity, in O(1). Equal texts in a new chain give the same reports, slower.
        Raises InputError where ``step.index`` is not the number of steps before it.
        """
        ...

    def flush(self) -> None:
        """Send what was submitted; ``drain`` and ``wait`` do so, too. Does not wait."""
        ...

    def drain(self) -> list[Result]:
        """The reports that came since the last drain. Does not wait."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Return once there is something to drain, nothing is outstanding, or the time is over."""
        ...

    def forget(self, trace_id: str) -> None:
        """Drop everything about a trace; reports of it that are still due never come."""
        ...

    def close(self) -> None:
        """End the stream and every process it started. Idempotent."""
        ...


def failed(step: Step, failure: Failure) -> Report:
    """The report of a step whose check did not finish: one UNKNOWN, no claim."""
    return Report(step, (Verdict(Status.UNKNOWN, None, reason=failure.reason, message=failure.message),))


def check_follows(before: Before | None, step: Step) -> None:
    """Raise InputError where ``before`` does not have as many steps as ``step.index`` says."""
    if step.index != count(before):
        raise InputError(f"step {step.index} must follow {step.index} earlier steps, found {count(before)} in before")
