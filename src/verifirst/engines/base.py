"""What every engine takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifirst.core.report import Coverage, Report
from verifirst.decoding import Dropped, DualStream, FinishReason, Rejection, Settings, Tally
from verifirst.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Request:
    """One generation.

    ``prompt`` is the text given to the model, ``problem`` the text that the verifier takes
    as given (the prompt when None). ``temperature`` 0 is greedy. ``seed`` makes sampling
    reproducible whatever the batch and however late verdicts come. ``enforce=False``
    switches verification off for this request.
    """

    prompt: str
    problem: str | None = None
    max_tokens: int = 256
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int | None = None
    enforce: bool = True

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

    @classmethod
    def of(cls, stream: DualStream, prompt_token_ids: tuple[int, ...], *, enforced: bool) -> Output:
        """The output of a finished request."""
        assert stream.finish_reason is not None
        return cls(
            stream.text.text,
            tuple(stream.tokens),
            tuple(stream.logprobs),
            tuple(stream.constrained_logprobs),
            stream.finish_reason,
            enforced,
            prompt_token_ids,
            tuple(stream.reports),
            tuple(stream.rejections),
            stream.tally,
            tuple(stream.spans),
            stream.tail,
            stream.settings,
        )

    @property
    def coverage(self) -> Coverage:
        """How much of the released text was checked."""
        return Coverage.of(self.reports)
