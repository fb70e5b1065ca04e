"""The token-level state of one request: committed, pending, banned.

Stream 1 (an engine) appends tokens; closed steps come out for stream 2 (a verifier), whose
reports come back by ticket, late and in any order. This class decides what is released,
where to cut, what is banned, when to jump back further and when to stop. It is the only
implementation of the protocol, shared by every engine.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifirst.core.before import Before
from verifirst.core.report import Coverage, Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason
from verifirst.decoding.boundaries import Boundaries
from verifirst.decoding.events import Committed, Event, Finished, Generated, Refuted, RolledBack, Verified
from verifirst.decoding.loudness import Loudness, loudness
from verifirst.decoding.records import Dropped, FinishReason, PendingStep, Rejection, Submission, Tally, aligned
from verifirst.decoding.settings import Release, Settings
from verifirst.decoding.spans import boundary, spans
from verifirst.decoding.standing import Standing
from verifirst.decoding.text import Detokenizer, TokenText
from verifirst.policy import Commit, Halt, Policy, Rollback
from verifirst.segment import Segmenter


@dataclass(slots=True)
class DualStream:
    """One request. Mutated by ``append``, ``extend``, ``finish`` and ``deliver``; the engine reads the rest.

    After each call the engine compares ``len(tokens)`` with its KV cache and crops.
    ``attempt`` changes whenever sampling must start afresh, so that a sampler keyed by
    (seed, attempt, position) does not depend on how late a verdict came.

    An engine with many requests keeps sampled tokens in ``fresh``, and calls
    ``extend(fresh)`` when the last one is loud (``loudness``) or some 64 have gathered. Steps
    close at the same token as one by one. Nothing costs the length so far but ``reports``.
    """

    request: int
    max_tokens: int
    detokenizer: Detokenizer
    segmenter: Segmenter
    policy: Policy
    settings: Settings
    emit: Callable[[Event], None] | None = None
    text: TokenText = field(init=False)
    logprobs: list[float] = field(default_factory=list)
    constrained_logprobs: list[float] = field(default_factory=list)
    steps: list[PendingStep] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    tail: Dropped | None = None  # sampled last and dropped without a retry: it was cut short
    tally: Tally = field(default_factory=Tally)
    attempt: int = 0
    passed: int = 0  # leading steps that stand
    released: int = 0  # tokens that have left; nothing before it may be cut
    finish_reason: FinishReason | None = None
    _held: FinishReason | None = None
    _truncated: bool = False
    _tickets: int = 0
    _live: dict[int, PendingStep] = field(default_factory=dict)
    _boundaries: Boundaries = field(default_factory=Boundaries)
    _outbox: list[Submission] = field(default_factory=list)
    _standing: Standing = field(default_factory=Standing)
    _loud: Loudness = field(init=False)
    _work: int = field(init=False)  # the most tokens that may be sampled

    def __post_init__(self) -> None:
        self.text = TokenText(self.detokenizer)
        self._work = math.ceil(self.settings.work_factor * self.max_tokens)
        self._loud = loudness(self.detokenizer, self.segmenter.closers)

    # -- what an engine reads ----------------------------------------------------------

    @property
    def tokens(self) -> list[int]:
        """Output tokens so far: released, then pending."""
        return self.text.tokens

    @property
    def finished(self) -> bool:
        """No more tokens, no more verdicts."""
        return self.finish_reason is not None

    @property
    def wants_token(self) -> bool:
        """Whether decoding may go on now; a held finish waits for its verdicts."""
        return self.finish_reason is None and self._held is None

    @property
    def banned(self) -> frozenset[int]:
        """Tokens that may not be sampled next."""
        return self._boundaries.banned(self.tokens)

    def ban_paths(self) -> list[tuple[int, tuple[int, ...]]]:
        """Every ban in force: (index of the output token it is anchored at, the banned path from there)."""
        return self._boundaries.ban_paths()

    @property
    def open_tokens(self) -> int:
        """Tokens sampled that do not stand yet: of steps without a verdict, and of the open step."""
        return len(self.tokens) - self._boundary(self.passed)

    @property
    def room(self) -> int:
        """Tokens that may be taken before the request ends or its finish is held; at least 1 while one is wanted."""
        if not self.wants_token:
            return 0
        return max(1, min(self.max_tokens - len(self.text.tokens), self._work - self.tally.sampled))

    @property
    def loudness(self) -> Loudness:
        """Token to whether reading it next, after quiet ones not read yet, could close a step.

        The table changes with what is read, never with quiet tokens put off. A step that
        closes because it reached the segmenter's ``max_step_chars`` is not told.
        """
        return self._loud

    @property
    def retries(self) -> int:
        """Refusals so far at the boundary of the open step."""
        return self._boundaries.refusals(self._boundary(len(self.steps)))

    @property
    def coverage(self) -> Coverage:
        """How much of the steps that stand was checked; O(1) amortised."""
        return self._counted().coverage

    @property
    def unknown(self) -> Counter[Reason]:
        """UNKNOWN verdicts of the steps that stand, by reason; O(1) amortised."""
        return self._counted().unknown

    @property
    def flagged(self) -> int:
        """REFUTED steps that stand, since the policy only flags them; O(1) amortised."""
        return self._counted().refuted

    @property
    def reports(self) -> list[Report]:
        """Reports of the steps in the released output."""
        return [step.report for step in self.steps[: self.passed] if step.report is not None]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Their output tokens: see :func:`verifirst.decoding.spans.spans`."""
        return spans(self.steps[: self.passed])

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
        if len(self.text.tokens) >= self.max_tokens:
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

    def _counted(self) -> Standing:
        """The sums, brought up to the steps that stand."""
        for pending in self.steps[self._standing.steps : self.passed]:
            assert pending.report is not None, "a step that stands was judged"
            self._standing.add(pending.report)
        return self._standing

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
        if reopened < index:
            self.tally.jumps += 1
            self._ban(reopened, self.steps[reopened].step.end)
        else:
            refutation = report.refutation
            offending = refutation.offending if refutation else None
            self._ban(index, report.step.start + (len(report.step.text) if offending is None else offending))
        self._reject(report, reopened)

    def _reopenable(self, steps: int) -> int:
        """``steps``, or more when text has left: the fewest steps that a cut may keep."""
        steps = max(steps, 0)
        return steps + bisect_left(range(steps, len(self.steps)), self.released, key=self._boundary)

    def _boundary(self, steps: int) -> int:
        return boundary(self.steps, steps)

    def _kept(self, steps: int) -> int:
        """Tokens that a cut to ``steps`` steps keeps: what has left stays."""
        return max(self._boundary(steps), self.released)

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
        self.rejections.append(Rejection(keep, *sampled, refused.step.text, report, reopened))
        self._cut(steps)

    def _cut_short(self, steps: int, text: str) -> None:
        """Roll back to ``steps`` steps with no retry to come: what is dropped is the tail."""
        keep = self._kept(steps)
        tail = Dropped(keep, *self._sampled(keep, len(self.tokens)), text)
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
            self.emit(RolledBack(self.request, steps, keep, dropped))

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
            if (keep := self._boundary(self.passed)) < len(self.tokens):
                self._cut_short(self.passed, self.text.slice(self.text.chars(keep), self.text.length))
            self._release(len(self.tokens))
        self._live, self._outbox = {}, []
        self.finish_reason = reason
        if self.emit is not None:
            self.emit(Finished(self.request, self.text.text, reason.value))
