"""The reader: dual streams of many requests with their ledgers, where the engine's thread is not.

It takes tokens, and says how many stand. All that depends on the text happens here: spelling,
cutting into steps, judging, and what the protocol makes of the verdicts.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Generator, Sequence
from typing import Any

from verifirst.core.report import Report
from verifirst.core.sealed import reasons
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status
from verifirst.decoding import Detokenizer, DualStream, FinishReason
from verifirst.engines.vllm.reading.messages import Answer, Counts, Fault, Finish, News, Opening, Read
from verifirst.engines.vllm.rollout import tell
from verifirst.engines.vllm.summary import summarize
from verifirst.engines.vllm.watching import encode_event
from verifirst.engines.vllm.wire import Event
from verifirst.segment import segmenter
from verifirst.solvers.pool import Failure
from verifirst.stream import failed
from verifirst.verifier import Ledger, Verifier

COUNTS_S = 0.25
"""Seconds between two tellings of what was counted; the end of a request tells, too."""

_FAILURES = frozenset({Reason.TIMEOUT, Reason.WORKER_LOST, Reason.OVERLOADED, Reason.RULE_ERROR})
_SHED = (Reason.OVERLOADED.value, "the verifier was overloaded, so this step was shed")

Work = Generator[None, None, Answer]
"""Yields before each judged step but the first, so that a guard can tell the steps of a message apart."""


class _Trace:
    """One request: its stream, its ledger, and what its engine was told last."""

    __slots__ = ("attempt", "closers", "events", "faults", "judged", "ledger", "opening", "owed", "stream")

    def __init__(self, opening: Opening, faults: dict[int, Fault], detokenizer: Detokenizer) -> None:
        self.opening = opening
        self.faults = faults
        self.ledger: Ledger | None = None
        self.judged = self.attempt = 0
        self.events: list[Event] = []
        self.stream = DualStream(
            request=0,
            max_tokens=opening.max_tokens,
            detokenizer=detokenizer,
            segmenter=segmenter(opening.segment),
            policy=opening.policy,
            settings=opening.settings,
            prefix=opening.prefix,
            greedy=opening.greedy,
        )
        # the prefix's steps, and steps that were shed: their facts are still to be taken in
        self.owed = [pending.step for pending in self.stream.steps]
        self.closers = self.stream.loudness.closers
        if opening.events:
            self.stream.emit = lambda event: self.events.append(encode_event(event, opening.started))


class Reader:
    """Reads and judges. Called with each message in order; a message is read within one call.

    ``verifier`` None judges nothing: each step is UNKNOWN for ``why``.
    """

    def __init__(self, verifier: Verifier | None, detokenizer: Detokenizer, why: Fault = ("", "")) -> None:
        self._verifier = verifier
        self._detokenizer = detokenizer
        self._why = why
        self._traces: dict[int, _Trace] = {}
        self._begun = False
        self._told = 0.0
        self._clear()

    def _clear(self) -> None:
        self._counts = Counts(refuted=0, unknown={}, rules={}, failures={})
        self._dirty = False

    def __len__(self) -> int:
        return len(self._traces)

    def __call__(self, message: tuple[Any, ...]) -> Work:
        """Take a ``Read`` or a ``Restore``."""
        self._begun = False
        if isinstance(message[0], bytes):
            return self._restore(*message)
        return self._read(*message)

    def _restore(self, sealed: bytes, faults: dict[int, Fault], journal: Sequence[Read]) -> Work:
        """Bring a request to where it was: the same messages give the same verdicts. Counts nothing."""
        opening: Opening = pickle.loads(sealed)  # noqa: S301  # our own engine wrote it
        trace = self._traces[opening.number] = _Trace(opening, faults, self._detokenizer)
        for _, attempt, lost, tokens, finish, shed, _ in journal:
            yield from self._take(trace, attempt, lost, tokens, finish, shed=shed, count=False)
        stream = trace.stream
        trace.attempt, trace.closers = stream.attempt, stream.loudness.closers
        trace.events.clear()
        return stream.released - stream.base, 0, trace.judged, stream.attempt, b"", None

    def _read(
        self,
        number: int,
        attempt: int,
        lost: int,
        tokens: list[int],
        finish: Finish | None,
        shed: bool,
        gone: Sequence[int],
    ) -> Work:
        for other in gone:
            self._traces.pop(other, None)
        trace = self._traces[number]
        yield from self._take(trace, attempt, lost, tokens, finish, shed=shed, count=True)
        stream = trace.stream
        ended = stream.finish_reason
        summary = summarize(stream, final=ended is not None, finish_reason=None if ended is None else ended.value)
        sealed = pickle.dumps(summary, pickle.HIGHEST_PROTOCOL)
        standing = len(stream.tokens) - stream.open_tokens - stream.base
        return stream.released - stream.base, standing, trace.judged, stream.attempt, sealed, self._news(trace)

    def _take(
        self,
        trace: _Trace,
        attempt: int,
        lost: int,
        tokens: list[int],
        finish: Finish | None,
        *,
        shed: bool,
        count: bool,
    ) -> Generator[None, None, None]:
        stream = trace.stream
        if attempt != stream.attempt or stream.finished:
            return  # sampled after a text that was rolled back: the engine counts them as lost
        stream.tally.sampled += lost
        _feed(stream, tokens, finish)
        while items := stream.take_submissions():
            for item in items:
                if self._begun:
                    yield
                self._begun = True
                report = self._judge(trace, item.step, shed=shed)
                trace.judged += 1
                if count:
                    self._count(report)
                stream.deliver(item.ticket, report)
                if stream.finished or stream.attempt != attempt:
                    return

    def _judge(self, trace: _Trace, step: Step, *, shed: bool) -> Report:
        """The report on the next step of a request. Never raises."""
        fault = trace.faults.get(trace.judged) or (_SHED if shed else None)
        if self._verifier is None:
            fault = fault or self._why
        trace.owed = [earlier for earlier in trace.owed if earlier.index < step.index]
        try:
            if fault is None:
                return self._ledger(trace, step).push(step)
            if shed:
                trace.owed.append(step)
        except Exception as error:  # noqa: BLE001  # a bug in reading must not end the reader
            fault = (Reason.RULE_ERROR.value, f"{type(error).__name__}: {error}"[:200])
        return failed(step, Failure(Reason(fault[0]), fault[1]))  # and it gives no fact

    def _ledger(self, trace: _Trace, step: Step) -> Ledger:
        """The request's ledger, with the steps before ``step``."""
        assert self._verifier is not None, "asked for only where there is one"
        if trace.ledger is None:
            trace.ledger = Ledger.open(self._verifier, trace.opening.problem)
        trace.ledger.rollback(step.index)
        owed, trace.owed = trace.owed, []
        for earlier in owed:
            trace.ledger.push(earlier)
        return trace.ledger

    # -- what is told ----------------------------------------------------------------------

    def _news(self, trace: _Trace) -> News | None:
        stream = trace.stream
        news = News()
        if stream.finish_reason is not None:
            news["end"] = stream.finish_reason.value
            if trace.opening.rollout:
                news["rollout"] = tell(stream)
        elif stream.attempt != trace.attempt:
            news["cut"] = len(stream.tokens) - stream.base, stream.ban_paths()
        trace.attempt = stream.attempt
        if (closers := stream.loudness.closers) != trace.closers:
            news["closers"] = trace.closers = closers
        if trace.events:
            news["events"], trace.events = trace.events, []
        if self._dirty and ("end" in news or time.monotonic() - self._told >= COUNTS_S):
            news["counts"] = self._counts
            self._told = time.monotonic()
            self._clear()
        return news or None

    def _count(self, report: Report) -> None:
        counts = self._counts
        if report.status is Status.UNKNOWN:
            why = reasons(report)
            _add(counts["unknown"], next(iter(why), Reason.NO_CLAIM).value)
            for reason in _FAILURES.intersection(why):
                _add(counts["failures"], reason.value)
            self._dirty = True
        elif report.status is Status.REFUTED:
            refutation = report.refutation
            counts["refuted"] += 1
            _add(counts["rules"], refutation.rule if refutation else "")
            self._dirty = True


def _add(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _feed(stream: DualStream, tokens: list[int], finish: Finish | None) -> None:
    """Let ``stream`` read ``tokens``, and then the finish that the engine holds."""
    reason, silent = (None, False) if finish is None else finish
    last = tokens[-1] if tokens and silent else None
    if last is not None:
        tokens = tokens[:-1]
    if tokens:
        stream.extend(tokens)
    if reason is None or not stream.wants_token:
        return
    if last is None:
        stream.finish(FinishReason(reason))
    else:
        stream.append_end(last, float("nan"))
