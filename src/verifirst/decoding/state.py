"""What a request's dual stream knows at one time, and what an engine reads of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifirst.core.report import Coverage, Report
from verifirst.core.verdict import Reason
from verifirst.decoding.boundaries import Boundaries
from verifirst.decoding.events import Event
from verifirst.decoding.loudness import Loudness, loudness
from verifirst.decoding.prefix import stand
from verifirst.decoding.records import Dropped, FinishReason, PendingStep, Rejection, Submission, Tally
from verifirst.decoding.settings import Settings
from verifirst.decoding.spans import boundary, spans
from verifirst.decoding.standing import Standing
from verifirst.decoding.text import Detokenizer, TokenText
from verifirst.policy import Policy
from verifirst.segment import Segmenter


@dataclass(slots=True)
class StreamState:
    """The state of one request; ``DualStream`` changes it.

    ``prefix`` are tokens of output that stands already: whole steps, which count as released. ``tokens``
    and their log-probabilities (NaN there) begin with them, ``steps`` with theirs. Whatever counts output tokens
    (``max_tokens``, ban paths, spans, rejections) counts those after it. ``greedy``: what is written again would be the
    same but for a ban. Raises InputError where the prefix ends amid a step.
    """

    request: int
    max_tokens: int
    detokenizer: Detokenizer
    segmenter: Segmenter
    policy: Policy
    settings: Settings
    emit: Callable[[Event], None] | None = None
    prefix: Sequence[int] = ()
    greedy: bool = False
    text: TokenText = field(init=False)
    base: int = field(init=False)  # tokens of the prefix
    logprobs: list[float] = field(init=False)
    constrained_logprobs: list[float] = field(init=False)
    steps: list[PendingStep] = field(init=False)
    rejections: list[Rejection] = field(default_factory=list)
    tail: Dropped | None = None  # sampled last and dropped without a retry: it was cut short
    tally: Tally = field(default_factory=Tally)
    attempt: int = 0
    passed: int = field(init=False)  # leading steps that stand
    released: int = field(init=False)  # tokens that have left; nothing before it may be cut
    finish_reason: FinishReason | None = None
    _held: FinishReason | None = None
    _truncated: bool = False
    _tickets: int = 0
    _live: dict[int, PendingStep] = field(default_factory=dict)
    _boundaries: Boundaries = field(default_factory=Boundaries)
    _outbox: list[Submission] = field(default_factory=list)
    _standing: Standing = field(init=False)
    _loud: Loudness = field(init=False)
    _work: int = field(init=False)  # the most tokens that may be sampled

    def __post_init__(self) -> None:
        self.text = TokenText(self.detokenizer)
        self.steps = stand(self.text, self.segmenter, self.prefix)
        self.passed, self.released = len(self.steps), len(self.prefix)
        self.base = self.released
        self.logprobs, self.constrained_logprobs = [math.nan] * self.base, [math.nan] * self.base
        self._standing = Standing(self.passed)
        self._work = math.ceil(self.settings.work_factor * self.max_tokens)
        self._loud = loudness(self.detokenizer, self.segmenter.closers)

    @property
    def tokens(self) -> list[int]:
        """Tokens so far: of the prefix, released, then pending."""
        return self.text.tokens

    @property
    def written(self) -> str:
        """The text so far, without the prefix."""
        return self.text.slice(self.text.chars(self.base), self.text.length)

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
        return [(anchor - self.base, path) for anchor, path in self._boundaries.ban_paths()]

    @property
    def open_tokens(self) -> int:
        """Tokens sampled that do not stand yet: of steps without a verdict, and of the open step."""
        return len(self.tokens) - self._kept(self.passed)

    @property
    def room(self) -> int:
        """Tokens that may be taken before the request ends or its finish is held; at least 1 while one is wanted."""
        if not self.wants_token:
            return 0
        return max(1, min(self.base + self.max_tokens - len(self.text.tokens), self._work - self.tally.sampled))

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
        """Reports of the steps in the released output; a step's place is that in the text with the prefix."""
        return [step.report for step in self.steps[: self.passed] if step.report is not None]

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Their output tokens: see :func:`verifirst.decoding.spans.spans`."""
        own = [step for step in self.steps[: self.passed] if step.report is not None]
        return [(start - self.base, end - self.base) for start, end in spans(own, self.base)]

    def _counted(self) -> Standing:
        """The sums, brought up to the steps that stand."""
        for pending in self.steps[self._standing.steps : self.passed]:
            assert pending.report is not None, "a step that stands was judged"
            self._standing.add(pending.report)
        return self._standing

    def _boundary(self, steps: int) -> int:
        return boundary(self.steps, steps)

    def _kept(self, steps: int) -> int:
        """Tokens that a cut to ``steps`` steps keeps: what has left stays."""
        return max(self._boundary(steps), self.released)
