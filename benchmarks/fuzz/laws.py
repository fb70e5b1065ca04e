"""What must hold of any trace, however odd its text: the complaints of one run through a ledger.

No exception; statuses that are lawful; every verdict re-derived from its evidence alone; the same
report after a rollback; no step past its work budget or past an alarm of processor time; and where
the truth of a step is known (``truths.py``), no true step refuted and no false one verified.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NamedTuple

from verifirst.core.facts import PROBLEM
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.replay import replay
from verifirst.verifier import Ledger, Verifier

ALARM_S = 5.0  # seconds of processor time for a whole trace, and no more: it hangs
VERIFIER = Verifier()


class Trace(NamedTuple):
    """A problem, its steps, and of each step whether it is true, where that is known."""

    problem: str
    steps: tuple[str, ...]
    truth: tuple[bool | None, ...] = ()


class HangError(BaseException):
    """The alarm: no error boundary may take it for a rule's own."""


def complaints(trace: Trace, slow_s: float = 1.0) -> tuple[list[str], set[str]]:
    """What is wrong, and what was seen (kinds of verdicts), which tells one trace from another."""
    before = signal.signal(signal.SIGVTALRM, _hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, ALARM_S)
    try:
        reports, slowest = _judged(trace)
        found = [fault for report in reports for fault in _faults(report)]
        found += _untrue(trace, reports)
        if slowest > slow_s:
            found.append(f"slow: a step took {slowest:.2f} s of processor time")
        return found, {mark for report in reports for mark in _marks(report)}
    except HangError:
        return [f"hang: more than {ALARM_S:g} s of processor time"], set()
    except Exception as error:  # noqa: BLE001  # what a fuzzer is for
        return [f"raised {type(error).__name__}: {error}"[:300]], set()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _hang(_: int, __: FrameType | None) -> None:
    raise HangError


def _judged(trace: Trace) -> tuple[list[Report], float]:
    ledger, slowest = Ledger.open(VERIFIER, trace.problem), 0.0
    for index, text in enumerate(trace.steps):
        began = time.thread_time()
        ledger.push(Step(index, 0, len(text), len(text), text))
        slowest = max(slowest, time.thread_time() - began)
    reports = list(ledger.reports)
    if reports:
        ledger.rollback(len(reports) - 1)
        again = ledger.push(reports[-1].step)
        if again != reports[-1]:
            raise AssertionError("another report after a rollback")
    return reports, slowest


def _faults(report: Report) -> Iterator[str]:
    if not report.verdicts:
        yield "no verdict at all"
    if report.cause is not None and not (
        report.status is Status.REFUTED and PROBLEM < report.cause < report.step.index
    ):
        yield f"cause {report.cause} of step {report.step.index}, which is {report.status}"
    for verdict in (*report.verdicts, *report.notes):
        if fault := _fault(verdict, len(report.step.text)):
            yield f"{verdict.rule or 'no rule'}: {fault}"


def _fault(verdict: Verdict, length: int) -> str:
    claim, at = verdict.claim, verdict.offending
    if claim is not None and not 0 <= claim.start <= claim.end <= length:
        return f"the claim's place {claim.start}:{claim.end} lies outside the step"
    if at is not None and not 0 <= at <= length:
        return f"the offending character {at} lies outside the step"
    if verdict.reason is Reason.RULE_ERROR:
        return f"raised {verdict.message}"
    return "" if verdict.status is Status.UNKNOWN else _unfounded(verdict)


def _unfounded(verdict: Verdict) -> str:
    if verdict.claim is None or verdict.evidence is None or not verdict.rule:
        return f"{verdict.status} without a claim, a rule or evidence"
    again = replay(verdict.evidence)
    return "" if again is verdict.status else f"{verdict.status} is {again} by its evidence ({verdict.evidence.kind})"


def _untrue(trace: Trace, reports: Sequence[Report]) -> Iterator[str]:
    for true, report in zip(trace.truth, reports, strict=False):
        if true and report.refutation is not None:
            verdict = report.refutation
            yield f"true, and refuted by {verdict.rule}: {report.step.text!r}: {verdict.message}"
        if true is False and report.status is Status.VERIFIED:
            yield f"false, and verified by {', '.join(v.rule for v in report.verdicts)}: {report.step.text!r}"


def _marks(report: Report) -> Iterator[str]:
    yield report.status.value
    for verdict in (*report.verdicts, *report.notes):
        kind = type(verdict.claim).__name__ if verdict.claim is not None else "-"
        evidence = verdict.evidence.kind if verdict.evidence is not None else "-"
        yield f"{kind} {verdict.rule or '-'} {verdict.status.value} {verdict.reason or '-'} {evidence}"
