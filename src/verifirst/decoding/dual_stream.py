"""The token-level state of one request: committed, pending, banned.

Stream 1 (an engine) appends tokens; closed steps come out for stream 2 (a verifier), whose
reports come back by ticket, late and in any order. This class decides what is released,
where to cut, what is banned, when to jump back further and when to stop. It is the only
implementation of the protocol, shared by every engine.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from verifirst.core.before import Before
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.decoding.events import Committed, Finished, Generated, Refuted, RolledBack, Verified
from verifirst.decoding.loudness import loudness
from verifirst.decoding.records import Dropped, FinishReason, PendingStep, Rejection, Submission, aligned
from verifirst.decoding.settings import Release
from verifirst.decoding.state import StreamState
from verifirst.policy import Commit, Halt, Rollback


@dataclass(slots=True)
class DualStream(StreamState):
    """One request. Mutated by ``append``, ``extend``, ``finish`` and ``deliver``; the engine reads the rest.

    After each call the engine compares ``len(tokens)`` with its KV cache and crops.
    ``attempt`` changes whenever sampling must start afresh, so that a sampler keyed by
    (seed, attempt, position) does not depend on how late a verdict came.

    An engine with many requests keeps sampled tokens in ``fresh``, and calls
    ``extend(fresh)`` when the last one is loud (``loudness``) or some 64 have gathered. Steps
    close at the same token as one by one. Nothing costs the length so far but ``reports``.
    """

    def take_submissions(self) -> list[Submission]:
        """Steps to hand to the verifier, each once."""
        outbox, self._outbox = self._outbox, []
        return outbox

    # -- stream 1 ----------------------------------------------------------------------

    def append(self, token: int, logprob: float = 0.0, constrained_logprob: float | None = None) -> None:
        """Take a sampled token in."""
        self.extend((token,), (logprob,), None if constrained_logprob is None else (constrained_logprob,))

    def extend(
        self,
        tokens: Sequence[int],
        logprobs: Sequence[float] | None = None,
        constrained_logprobs: Sequence[float] | None = None,
    ) -> None:
        """Take sampled tokens in, with the same result as one by one but for the time.

        ``logprobs`` None means unknown: NaN is recorded. Tokens past :attr:`room` were
        sampled after the end and are dropped. Raises ValueError where no token is wanted or
        the lengths differ; then nothing has changed.
        """
        if not tokens:
            return
        known, constrained = aligned(len(tokens), logprobs, constrained_logprobs)
        self._check_open()
        if len(tokens) > (room := self.room):
            tokens, known, constrained = tokens[:room], known[:room], constrained[:room]
        self.tally.sampled += len(tokens)
        self.logprobs += known
        self.constrained_logprobs += constrained
        self._read(self.text.extend(tokens))
        if len(self.text.tokens) >= self.base + self.max_tokens:
            self.finish(FinishReason.LENGTH)
        elif self.tally.sampled >= self._work:
            self._stop(FinishReason.EXHAUSTED)

    def append_end(self, token: int, logprob: float = 0.0, constrained_logprob: float | None = None) -> None:
        """Take the end-of-text token in (it spells nothing) and hold the finish."""
        self._check_open()
        self.tally.sampled += 1
        self.logprobs.append(logprob)
        self.constrained_logprobs.append(logprob if constrained_logprob is None else constrained_logprob)
        self._read(self.text.flush())
        self.text.append_silent(token)
        self.finish(FinishReason.STOP)

    def finish(self, reason: FinishReason) -> None:
        """Stream 1 ended: hold the finish until everything before it is verified."""
        self._held = reason
        self._read(self.text.flush())
        closed = self.segmenter.close()
        self._truncated = bool(closed) and reason is FinishReason.LENGTH
        for step in closed:
            self._close(step)
        if closed:
            self.steps[-1].end = len(self.tokens)
        self._settle()

    def give_up(self) -> None:
        """The bans leave nothing to sample: end at the last verified step."""
        self._stop(FinishReason.EXHAUSTED)

    # -- stream 2 ----------------------------------------------------------------------

    def deliver(self, ticket: int, report: Report) -> None:
        """Take a verdict in; a ticket that a rollback dropped is ignored."""
        pending = self._live.pop(ticket, None)
        if pending is None or self.finished:
            return
        refusals = self._boundaries.refusals(self._boundary(report.step.index))
        decision = self.policy.decide(report, refusals)
        if isinstance(decision, Commit):
            pending.report = report
            if self.emit is not None:
                self.emit(Verified(self.request, report))
            self._settle()
            return
        if self.emit is not None:
            self.emit(Refuted(self.request, report))
        self.tally.refused += 1
        if isinstance(decision, Halt):
            self._reject(report, self.passed)
            self._stop(FinishReason.REFUTED)
        elif self._truncated and pending is self.steps[-1]:
            self._drop_truncated_tail(report)
        else:
            self._refuse(report, decision)

    # -- inside ------------------------------------------------------------------------

    def _check_open(self) -> None:
        if not self.wants_token:
            raise ValueError("the request takes no token now: it is finished or its finish is held")

    def _read(self, piece: str) -> None:
        for step in self.segmenter.feed(piece):
            self._close(step)
        self._listen()

    def _listen(self) -> None:
        """The segmenter's state may have changed, and with it which tokens are loud."""
        if (closers := self.segmenter.closers) != self._loud.closers:
            self._loud = loudness(self.detokenizer, closers)

    def _close(self, step: Step) -> None:
        """A step closed: queue it for the verifier."""
        cut = self.text.cut(step.end, step.boundary)
        self._tickets += 1
        before = self.steps[-1].upto if self.steps else None
        end = self.text.tokens_covering(step.boundary)
        pending = PendingStep(step, cut, end, self._tickets, Before(step.text, before))
        self.steps.append(pending)
        self._live[pending.ticket] = pending
        self._outbox.append(Submission(pending.ticket, step, before))
        if self.emit is not None:
            refusals = self._boundaries.refusals(self._boundary(step.index))
            self.emit(Generated(self.request, step, refusals + 1))

    def _settle(self) -> None:
        """Pass leading steps in order, release what may leave, and end when a held finish is due."""
        while self.passed < len(self.steps) and self.steps[self.passed].report is not None:
            self.passed += 1
        if self._held is not None and self.passed == len(self.steps):
            self._release(len(self.tokens))
            self._stop(self._held)
        elif self.settings.release is Release.STEP:
            self._release(self._boundary(self.passed))

    def _refuse(self, report: Report, decision: Rollback) -> None:
        """Cut before the refused step (or its cause), ban it, and jump back further when stuck."""
        index, target = report.step.index, self._reopenable(decision.steps)
        earlier = map(self._boundary, range(target - 1, self._reopenable(0) - 1, -1))
        jump = self._boundaries.record(self._boundary(target), earlier, self.settings)
        if jump is None or self.tally.refused > self.settings.retries_per_request:
            self._reject(report, self.passed)
            self._stop(FinishReason.EXHAUSTED)
            return
        reopened = target - jump
        if reopened == index:
            refutation = report.refutation
            offending = refutation.offending if refutation else None
            self._ban(index, report.step.start + (len(report.step.text) if offending is None else offending))
        else:
            self.tally.jumps += 1
            if not jump or self.greedy:  # the named cause; a step that is only tried again may have been right
                self._ban(reopened, self.steps[reopened].step.end)
        self._reject(report, reopened)

    def _reopenable(self, steps: int) -> int:
        """``steps``, or more when text has left: the fewest steps that a cut may keep."""
        steps = max(steps, 0)
        return steps + bisect_left(range(steps, len(self.steps)), self.released, key=self._boundary)

    def _ban(self, steps: int, char: int) -> None:
        """Ban the path from the boundary after ``steps`` steps to the token that spells ``char - 1``."""
        anchor = self._kept(steps)
        last = min(max(self.text.tokens_covering(char), anchor + 1), len(self.tokens))
        if self.settings.ban and last > anchor:
            self._boundaries.ban(anchor, self.tokens[anchor:last])

    def _reject(self, report: Report, steps: int) -> None:
        """Record the branch that a refused step ends, and roll back to ``steps`` steps."""
        keep, refused = self._kept(steps), self.steps[report.step.index]
        sampled, reopened = self._sampled(keep, refused.end), self._kept(refused.step.index) - keep
        self.rejections.append(Rejection(keep - self.base, *sampled, refused.step.text, report, reopened))
        self._cut(steps)

    def _cut_short(self, steps: int, text: str) -> None:
        """Roll back to ``steps`` steps with no retry to come: what is dropped is the tail."""
        keep = self._kept(steps)
        tail = Dropped(keep - self.base, *self._sampled(keep, len(self.tokens)), text)
        self._cut(steps)
        self.tail = tail

    def _sampled(self, start: int, end: int) -> tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...]]:
        constrained = tuple(self.constrained_logprobs[start:end])
        return tuple(self.tokens[start:end]), tuple(self.logprobs[start:end]), constrained

    def _cut(self, steps: int) -> None:
        """Roll back to the boundary after ``steps`` steps."""
        keep = self._kept(steps)
        while steps > 0 and self.text.chars(keep) < self.steps[steps - 1].step.end:
            steps -= 1  # a shared token took the step before with it
        dropped = len(self.tokens) - keep
        self._forget_steps(steps)
        self.text.truncate(keep)
        self.segmenter.rollback(self.text.length)
        if self.segmenter.steps < steps:
            self.segmenter.close()  # the characters that closed the last kept step are gone; it stays a step
        self._listen()
        del self.logprobs[keep:], self.constrained_logprobs[keep:]
        self._boundaries.cut(keep)
        self._held, self._truncated, self.tail = None, False, None
        self.attempt += 1
        self.tally.rollbacks += 1
        if self.emit is not None:
            self.emit(RolledBack(self.request, steps, keep - self.base, dropped))

    def _forget_steps(self, steps: int) -> None:
        counted = self.steps[steps : self._standing.steps]
        self._standing.drop([pending.report for pending in counted if pending.report is not None])
        dropped = {pending.ticket for pending in self.steps[steps:]}
        del self.steps[steps:]
        self._live = {ticket: pending for ticket, pending in self._live.items() if ticket not in dropped}
        self._outbox = [item for item in self._outbox if item.ticket not in dropped]
        self.passed = min(self.passed, steps)

    def _drop_truncated_tail(self, report: Report) -> None:
        """The step that max_tokens cut short reads as false: end before it, it may not be its fault."""
        self._cut_short(report.step.index, report.step.text)
        self._held = FinishReason.LENGTH
        self._settle()

    def _release(self, tokens: int) -> None:
        if tokens <= self.released:
            return
        start, self.released = self.released, tokens
        if self.emit is not None and (text := self.text.slice(self.text.chars(start), self.text.chars(tokens))):
            self.emit(Committed(self.request, text))

    def _stop(self, reason: FinishReason) -> None:
        """End now: whatever is not verified is dropped."""
        if reason in (FinishReason.EXHAUSTED, FinishReason.REFUTED):
            if (keep := self._kept(self.passed)) < len(self.tokens):
                self._cut_short(self.passed, self.text.slice(self.text.chars(keep), self.text.length))
            self._release(len(self.tokens))
        self._live, self._outbox = {}, []
        self.finish_reason = reason
        if self.emit is not None:
            self.emit(Finished(self.request, self.written, reason.value))
