"""What every engine takes and gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from verifirst.core.report import Coverage, Report
from verifirst.decoding import Dropped, DualStream, FinishReason, Rejection, Settings, Tally
from verifirst.errors import ConfigError, InputError


@dataclass(frozen=True, slots=True)
class Request:
    """One generation.

    ``prompt`` is the text given to the model, ``problem`` the text that the verifier takes
    as given (the prompt when None). ``temperature`` 0 is greedy. ``seed`` makes sampling
    reproducible whatever the batch and however late verdicts come. ``enforce=False``
    switches verification off for this request.

    ``prefix`` are token ids of output that stands already: whole steps that this model sampled after
    this prompt (``Output.prefix``). The model goes on behind them. The verifier takes their steps as said
    before: their facts are known, step indexes go on counting, and none of them is judged or rolled back
    again; a refusal whose cause lies among them retries behind them until its budgets end it ``exhausted``.
    ``max_tokens`` counts what comes after. Forks of one prompt and prefix share its keys and values.
    An engine raises InputError for ids that are not in the vocabulary or end the text, and for a prefix that ends
    amid a step.
    """

    prompt: str
    problem: str | None = None
    max_tokens: int = 256
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int | None = None
    enforce: bool = True
    prefix: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ConfigError(f"max_tokens must be at least 1, found {self.max_tokens}")
        if not 0 <= self.temperature < float("inf"):
            raise ConfigError(f"temperature must be 0 (greedy) or a positive number, found {self.temperature}")
        if not 0 < self.top_p <= 1:
            raise ConfigError(f"top_p must be in (0, 1], found {self.top_p}")
        if self.top_k < 0:
            raise ConfigError(f"top_k must be 0 (off) or a positive count, found {self.top_k}")


@dataclass(frozen=True, slots=True)
class Output:
    """One finished generation: released text only.

    ``token_ids`` are the tokens exactly as sampled (the end-of-text token included when it
    was sampled); ``logprobs`` are theirs under the raw model, ``constrained_logprobs``
    under the distribution they were sampled from (temperature, top-k, top-p and bans).
    ``spans`` are the tokens of each report's step, half open. ``rejections`` are the refused
    branches in the order of refusal, ``tail`` what was dropped at the end without a retry;
    they are for RL and debugging: never output text. ``settings`` are the decoder's.

    Where the request had a ``prefix``, all of this is of what came after it; ``prompt_token_ids`` end with it,
    since it is part of what the model was given, and ``prefix_tokens`` says how many they are. A report's step keeps
    its place in the text with the prefix: index and character offsets. ``counted`` is the coverage where an
    engine tells it without the reports.
    """

    text: str
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    constrained_logprobs: tuple[float, ...]
    finish_reason: FinishReason
    enforced: bool
    prompt_token_ids: tuple[int, ...] = ()
    reports: tuple[Report, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    tally: Tally = field(default_factory=Tally)
    spans: tuple[tuple[int, int], ...] = ()
    tail: Dropped | None = None
    settings: Settings = field(default_factory=Settings)
    prefix_tokens: int = 0
    counted: Coverage | None = None

    @classmethod
    def of(cls, stream: DualStream, prompt_token_ids: tuple[int, ...], *, enforced: bool) -> Output:
        """The output of a finished request; ``prompt_token_ids`` without its prefix."""
        assert stream.finish_reason is not None
        return cls(
            stream.written,
            tuple(stream.tokens[stream.base :]),
            tuple(stream.logprobs[stream.base :]),
            tuple(stream.constrained_logprobs[stream.base :]),
            stream.finish_reason,
            enforced,
            (*prompt_token_ids, *stream.tokens[: stream.base]),
            tuple(stream.reports),
            tuple(stream.rejections),
            stream.tally,
            tuple(stream.spans),
            stream.tail,
            stream.settings,
            stream.base,
        )

    def prefix(self, steps: int) -> tuple[int, ...]:
        """What a fork after the first ``steps`` steps of this output takes for ``Request.prefix``.

        It begins with the prefix that this output had itself, which is all of it for 0 steps.
        Raises InputError for more steps than there are.
        """
        if not 0 <= steps <= len(self.spans):
            raise InputError(f"a prefix takes 0 to {len(self.spans)} steps of this output, found {steps}")
        own = self.prompt_token_ids[len(self.prompt_token_ids) - self.prefix_tokens :]
        cuts = [0, *(start for start, _ in self.spans[1:]), *(end for _, end in self.spans[-1:])]
        return own + self.token_ids[: cuts[steps]]

    @property
    def coverage(self) -> Coverage:
        """How much of the released text was checked."""
        return Coverage.of(self.reports) if self.counted is None else self.counted


def check_prefix(prefix: Sequence[int], vocabulary: int, ends: Collection[int]) -> None:
    """Raise InputError for a prefix whose ids are not in ``0 .. vocabulary - 1``, or that ends the text."""
    for place, token in enumerate(prefix):
        if not isinstance(token, int) or not 0 <= token < vocabulary:
            raise InputError(f"a prefix takes token ids from 0 to {vocabulary - 1}, found {token!r} at place {place}")
        if token in ends:
            raise InputError(
                f"the prefix has an end-of-text token ({token}) at place {place}, and nothing follows that; "
                "cut it after an earlier step (Output.prefix)"
            )
