"""The arms of the word-problem benchmark: verification off, on, and whole-solution rejection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from verifirst.bench.outcome import Outcome, outcome
from verifirst.bench.word_problems import Problem, prompt_text
from verifirst.core.verdict import Status
from verifirst.engines.base import Output, Request
from verifirst.engines.transformers import LocalEngine
from verifirst.session import check_steps
from verifirst.verifier import Verifier

RETRY_TEMPERATURE = 1.0  # whole-solution rejection must sample its retries, also when the first try is greedy
MAX_ATTEMPTS = 64  # whole solutions tried for one problem


@dataclass(frozen=True, slots=True)
class Sampling:
    """How every arm samples. Each problem's seed is ``seed`` plus its place in the benchmark."""

    temperature: float
    seed: int
    max_tokens: int = 192

    def request(self, problem: Problem, place: int, *, enforce: bool, attempt: int = 0) -> Request:
        """The request for one attempt at one problem."""
        return Request(
            prompt_text(problem),
            problem=problem.text,
            max_tokens=self.max_tokens,
            temperature=self.temperature if attempt == 0 else max(self.temperature, RETRY_TEMPERATURE),
            seed=self.seed + place + attempt * 1_000_003,
            enforce=enforce,
        )


def run(
    engine: LocalEngine, problems: Sequence[Problem], first: int, sampling: Sampling, *, enforce: bool
) -> list[Outcome]:
    """One try at each problem, with verification on or off; ``first`` is the first one's place."""
    requests = [sampling.request(problem, first + i, enforce=enforce) for i, problem in enumerate(problems)]
    outputs = engine.generate(requests)
    return [_outcome(problem, output) for problem, output in zip(problems, outputs, strict=True)]


def _outcome(problem: Problem, output: Output) -> Outcome:
    tally = output.tally
    return outcome(
        problem,
        output.text,
        tally.sampled,
        rollbacks=tally.rollbacks,
        refused=tally.refused,
        exhausted=output.finish_reason.value == "exhausted",
    )


def reject_whole_solutions(
    engine: LocalEngine,
    verifier: Verifier,
    problems: Sequence[Problem],
    first: int,
    sampling: Sampling,
    budget: int,
) -> list[Outcome]:
    """Sample whole solutions until one has no refuted step, for about ``budget`` tokens in all.

    The baseline that step-wise rollback must beat: same model, same verifier, same number
    of sampled tokens. A problem without an accepted solution abstains, as ours does.
    """
    kept: dict[int, Outcome] = {}
    spent = [0] * len(problems)
    last: dict[int, Outcome] = {}
    for attempt in range(MAX_ATTEMPTS):
        open_places = [i for i in range(len(problems)) if i not in kept]
        paid = affordable(open_places, spent, budget, attempt)
        if not paid:
            break
        requests = [sampling.request(problems[i], first + i, enforce=False, attempt=attempt) for i in paid]
        for i, output in zip(paid, engine.generate(requests), strict=True):
            spent[i] += output.tally.sampled
            last[i] = outcome(problems[i], output.text, spent[i])
            if accepted(verifier, problems[i], output.text):
                kept[i] = last[i]
    return [kept.get(i) or _abstain(problem, spent[i]) for i, problem in enumerate(problems)]


def affordable(places: list[int], spent: list[int], budget: int, attempt: int) -> list[int]:
    """The places that go on: all at first, later as many as the tokens left of ``budget`` pay for."""
    if attempt == 0:
        return places
    total = sum(spent)
    mean = total / max(1, sum(tokens > 0 for tokens in spent)) / attempt
    return places[: max(0, int((budget - total) / max(1.0, mean)))]


def accepted(verifier: Verifier, problem: Problem, text: str) -> bool:
    """Whether no step of a whole solution is refuted."""
    steps = [line for line in text.splitlines() if line.strip()]
    reports = check_steps(verifier, problem.text, steps)
    return bool(steps) and all(report.status is not Status.REFUTED for report in reports)


def _abstain(problem: Problem, tokens: int) -> Outcome:
    return replace(outcome(problem, "", tokens, exhausted=True), error="abstained")
