"""The conformance kit of an engine: cases to run, laws to hold, and comparison with another engine.

An engine under test generates greedily under a verifier that the caller decides, and its
answers are handed in as plain values, so that engines in other processes can take part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifirst.segment import segmenter
from verifirst.testing.trial import same

Offending = Callable[[str, str], int | None]
"""(problem, step text) -> offset up to which the step is refuted, None where it stands."""


@dataclass(frozen=True, slots=True)
class EngineCase:
    """One generation. ``problem`` is what the verifier takes as given; ``settings`` are decoder settings by name."""

    prompt: str
    problem: str
    max_tokens: int
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """What an engine made of a case. ``finish_reason`` as in :class:`verifirst.decoding.FinishReason`."""

    text: str
    finish_reason: str
    steps_refused: int


def engine_cases(prompts: Sequence[str], problems: Sequence[str], *, max_tokens: int = 160) -> list[EngineCase]:
    """The suite: every prompt under every problem, then short texts, spent budgets, and plain resampling."""
    cases = [EngineCase(prompt, problem, max_tokens) for problem in problems for prompt in prompts]
    cases += [EngineCase(prompt, problems[-1], 7) for prompt in prompts[:4]]
    cases += [EngineCase(prompt, problems[-1], max_tokens, {"retries_per_boundary": 0}) for prompt in prompts[:4]]
    return cases + [EngineCase(prompt, problems[-1], max_tokens, {"release": "end"}) for prompt in prompts[:4]]


def refuted_in(text: str, problem: str, offending: Offending) -> list[str]:
    """The steps (lines) of a released text that the verifier refutes."""
    cutter = segmenter("newline")
    return [step.text for step in cutter.feed(text) + cutter.close() if offending(problem, step.text) is not None]


def check_engine(cases: Iterable[EngineCase], answers: Iterable[EngineAnswer], offending: Offending) -> None:
    """No refuted step is released; a request ends with a reason; a spent budget ends it where a step does."""
    for case, answer in zip(cases, answers, strict=True):
        if found := refuted_in(answer.text, case.problem, offending):
            raise AssertionError(f"refuted steps were released: {found} in {answer.text!r}")
        if answer.finish_reason not in ("stop", "length", "exhausted"):
            raise AssertionError(f"ended with {answer.finish_reason!r}: {answer.text!r}")
        if answer.finish_reason == "exhausted" and not answer.steps_refused:
            raise AssertionError(f"exhausted, though nothing was refused: {answer.text!r}")
        if answer.finish_reason == "exhausted" and answer.text and not answer.text.endswith("\n"):
            raise AssertionError(f"exhausted amid a step: {answer.text!r}")


def check_engines_agree(
    cases: Iterable[EngineCase], ours: Iterable[EngineAnswer], theirs: Iterable[EngineAnswer]
) -> None:
    """Two engines with the same model and the same verifier give the same answers, token choice for token choice."""
    for case, one, other in zip(cases, ours, theirs, strict=True):
        same(one, other, f"the answer to {case}")
