"""Settings of the dual-stream decoder: budgets, bans, and when text is released."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifirst.errors import ConfigError


class Release(StrEnum):
    """When verified text leaves the decoder.

    ``STEP``: at each commit, so a reader sees progress, and what has left cannot be
    reopened. ``END``: once the whole output is verified, so the decoder may jump back over
    verified steps (batch and RL, where nobody watches).
    """

    STEP = "step"
    END = "end"


@dataclass(frozen=True, slots=True)
class Settings:
    """Budgets of one request. Every budget counts tries or tokens, never seconds.

    ``retries_per_boundary``: refusals at one boundary before the step in front of it is
    reopened (or, where it may not be, the request ends). ``reopens_per_boundary``: how
    often one boundary may be reopened before a jump goes past it, further back.
    ``retries_per_request``: refusals in all. ``work_factor``: sampled tokens, wasted ones included, as a multiple of
    ``max_tokens``. ``retry_temperature``: factor on the temperature of a step that is written
    again after a refusal; below 1 retries stay closer to what the model thinks likeliest, so
    that refusing wrong arithmetic does not favour odd steps that nobody can refute. ``ban``:
    forbid refuted continuations at their boundary; off, retries
    are plain resampling (what an unbiased RL estimator wants). ``mask``: forbid wrong results of
    explicit arithmetic while they are written, too (``verifirst.kernels``).
    """

    retries_per_boundary: int = 8
    reopens_per_boundary: int = 2
    retries_per_request: int = 64
    work_factor: float = 8.0
    retry_temperature: float = 1.0
    back_jump: bool = True
    ban: bool = True
    mask: bool = False
    release: Release = Release.STEP

    def __post_init__(self) -> None:
        for name in ("retries_per_boundary", "reopens_per_boundary", "retries_per_request"):
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} must be 0 or more, found {getattr(self, name)}")
        if not 0 < self.retry_temperature <= 1:
            raise ConfigError(f"retry_temperature must be in (0, 1], found {self.retry_temperature}")
        if self.work_factor < 1:
            raise ConfigError(f"work_factor must be at least 1, found {self.work_factor}")
