"""The arms of agreement: verified forks that vote, and raw ones for as many tokens.

Verified forks are drawn once, ``most`` for each problem; a stopping rule sees them in their order, so what
it would have drawn is a prefix of them. Raw forks are drawn for the tokens that the stopped ones took: plain
self-consistency votes with all of them, whole-solution rejection with those that the verifier accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from verifirst.agreement import Derivation, Election, derivation, elect
from verifirst.bench.arms import Sampling, accepted, affordable
from verifirst.bench.outcome import Outcome, outcome, summary
from verifirst.bench.word_problems import Problem
from verifirst.consistency import Fixed, Stopping, accuracy_at, aurc, risk_coverage
from verifirst.decoding import FinishReason
from verifirst.engines.base import Output
from verifirst.engines.forks import agree, stopped
from verifirst.engines.transformers import LocalEngine
from verifirst.verifier import Verifier

SEED = 7_919  # forks of the arms with and without verification share nothing
COVERAGES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(slots=True)
class Votes:
    """One arm: what it released for each problem, how sure it was, and how many forks it took."""

    outcomes: list[Outcome] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    forks: list[int] = field(default_factory=list)

    def add(self, problem: Problem, outputs: Sequence[Output], tokens: int, election: Election) -> None:
        """Judge what an election releases; without a winner the problem is abstained from."""
        text = "" if election.winner is None else outputs[election.winner].text
        self.outcomes.append(outcome(problem, text, tokens, exhausted=election.winner is None))
        self.shares.append(election.share)
        self.forks.append(len(outputs))

    def summary(self) -> dict[str, Any]:
        """As of any arm, and what abstaining by the share of votes buys."""
        correct = [row.correct for row in self.outcomes]
        points = risk_coverage(self.shares, correct)
        return summary(self.outcomes, []) | {
            "forks": sum(self.forks) / len(self.forks),
            "aurc": aurc(self.shares, correct),
            "accuracy_at_coverage": {str(share): accuracy_at(self.shares, correct, share) for share in COVERAGES},
            "risk_coverage": [(point.coverage, point.risk) for point in points[:: max(1, len(points) // 50)]],
        }


ARMS = ("on_consistency", "on_fixed", "self_consistency", "rejection_voting")


def vote(
    engine: LocalEngine,
    verifier: Verifier,
    problems: Sequence[Problem],
    first: int,
    sampling: Sampling,
    stopping: Stopping,
    arms: dict[str, Votes],
    *,
    most: int = 8,
) -> None:
    """Run all arms on a chunk of problems, whose first has place ``first``; results go into ``arms``."""
    requests = [sampling.request(problem, first + at, enforce=True) for at, problem in enumerate(problems)]
    everything = agree(
        engine,
        requests,
        lambda request, output: _read(verifier, request.problem or "", output),
        Fixed(most),
        most=most,
        together=most,
    )
    budget = 0
    for problem, drawn in zip(problems, everything, strict=True):
        arms["on_fixed"].add(problem, drawn.forks, drawn.tokens, drawn.election)
        few = stopped(drawn, stopping, most=most)
        arms["on_consistency"].add(problem, few.forks, few.tokens, few.election)
        budget += few.tokens
    for problem, outputs in zip(problems, raw(engine, problems, first, sampling, budget), strict=True):
        tokens = sum(output.tally.sampled for output in outputs)
        read = [_read(verifier, problem.text, output) for output in outputs]
        arms["self_consistency"].add(problem, outputs, tokens, _earliest(read))
        good = [
            one if accepted(verifier, problem, output.text) else Derivation("", frozenset())
            for one, output in zip(read, outputs, strict=True)
        ]
        arms["rejection_voting"].add(problem, outputs, tokens, _earliest(good))


def raw(
    engine: LocalEngine, problems: Sequence[Problem], first: int, sampling: Sampling, budget: int
) -> list[list[Output]]:
    """Unverified forks of each problem, in rounds, for about ``budget`` tokens in all."""
    forks: list[list[Output]] = [[] for _ in problems]
    spent = [0] * len(problems)
    for attempt in range(10_000):
        places = affordable(list(range(len(problems))), spent, budget, attempt)
        if not places:
            break
        requests = [sampling.request(problems[at], first + at + SEED, enforce=False, attempt=attempt) for at in places]
        for at, output in zip(places, engine.generate(requests), strict=True):
            forks[at].append(output)
            spent[at] += output.tally.sampled
    return forks


def _read(verifier: Verifier, problem: str, output: Output) -> Derivation:
    if output.finish_reason is FinishReason.EXHAUSTED:
        return Derivation("", frozenset())
    return derivation(verifier, problem, output.text.splitlines())


def _earliest(read: Sequence[Derivation]) -> Election:
    """A vote on answers alone: the first derivation of the leading answer."""
    return elect([Derivation(one.answer, frozenset()) for one in read])
