"""The arms of agreement: verified forks that vote, and raw ones for as many tokens.

Forks in steps and programs are drawn once, ``most`` for each problem; a stopping rule sees them in their order, so what
it would have drawn is a prefix of them. Raw forks are drawn for the tokens that the stopped ones took: plain
self-consistency votes with all of them, whole-solution rejection with those that the verifier accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifirst.agreement import Derivation, Election, derivation, elect
from verifirst.bench.arms import Sampling, accepted, affordable
from verifirst.bench.outcome import Outcome, outcome, summary
from verifirst.bench.word_problems import Problem
from verifirst.consistency import Fixed, Stopping, accuracy_at, aurc, risk_coverage
from verifirst.decoding import FinishReason
from verifirst.engines.base import Output, Request
from verifirst.engines.forks import Agreed, Read, agree, program_request, stopped
from verifirst.engines.reconsider import Judge, Judged, reconsider
from verifirst.engines.transformers import LocalEngine
from verifirst.verifier import Verifier

SEED = 7_919  # forks of the arms with and without verification share nothing
COVERAGES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Agreeing:
    """How forks agree: when to stop (``sooner`` where they agree in every fact), and what a step may be refused for.

    ``refused`` is the most that may be refused of an output's right steps on likelihood alone; None refuses nothing.
    ``labelled`` problems of the dev split calibrate; the calibration is written to ``keep``.
    """

    stopping: Stopping
    sooner: Stopping | None = None
    most: int = 8
    refused: float | None = None
    labelled: int = 800
    keep: Path | None = None

    def early(self, everything: Agreed) -> Agreed:
        """What the rules leave of forks that were all drawn."""
        return stopped(everything, self.stopping, most=self.most, sooner=self.sooner)


@dataclass(slots=True)
class Votes:
    """One arm: what it released for each problem, how sure it was, and how many forks it took."""

    outcomes: list[Outcome] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    forks: list[int] = field(default_factory=list)

    def add(self, problem: Problem, released: Output | None, tokens: int, confidence: float, forks: int) -> None:
        """Judge what is released; where nothing is the problem is abstained from, and comes last."""
        text = "" if released is None else released.text
        self.outcomes.append(outcome(problem, text, tokens, exhausted=released is None))
        self.confidences.append(0.0 if released is None else confidence)
        self.forks.append(forks)

    def summary(self) -> dict[str, Any]:
        """As of any arm, and what abstaining by confidence buys."""
        correct = [row.correct for row in self.outcomes]
        points = risk_coverage(self.confidences, correct)
        return summary(self.outcomes, []) | {
            "forks": sum(self.forks) / len(self.forks),
            "aurc": aurc(self.confidences, correct),
            "accuracy_at_coverage": {str(share): accuracy_at(self.confidences, correct, share) for share in COVERAGES},
            "risk_coverage": [(point.coverage, point.risk) for point in points[:: max(1, len(points) // 50)]],
        }


ARMS = ("on_consistency", "on_fixed", "self_consistency", "rejection_voting")


def draw(
    engine: LocalEngine,
    verifier: Verifier,
    problems: Sequence[Problem],
    first: int,
    sampling: Sampling,
    most: int,
) -> list[Agreed]:
    """All the forks of each problem, whose first has place ``first``: verified ones in steps, and programs."""
    requests = requests_of(problems, first, sampling)
    return agree(engine, requests, _reader(verifier), Fixed(most), most=most, together=most, programs=program_request)


def requests_of(problems: Sequence[Problem], first: int, sampling: Sampling) -> list[Request]:
    """Their requests in steps."""
    return [sampling.request(problem, first + at, enforce=True) for at, problem in enumerate(problems)]


def vote(
    engine: LocalEngine,
    verifier: Verifier,
    problems: Sequence[Problem],
    first: int,
    sampling: Sampling,
    agreeing: Agreeing,
    judge: Judge,
    arms: dict[str, Votes],
) -> list[Agreed]:
    """Run all arms on a chunk of problems; results go into ``arms``, every verified fork is returned."""
    everything = draw(engine, verifier, problems, first, sampling, agreeing.most)
    few = [agreeing.early(drawn) for drawn in everything]
    requests = requests_of(problems, first, sampling)
    for name, drawn in (("on_fixed", everything), ("on_consistency", few)):
        judged = reconsider(engine, requests, drawn, _reader(verifier), judge)
        for problem, one in zip(problems, judged, strict=True):
            _count(arms[name], problem, one)
    budget = sum(row.tokens for row in arms["on_consistency"].outcomes[-len(problems) :])
    for problem, outputs in zip(problems, raw(engine, problems, first, sampling, budget), strict=True):
        read = [_read(verifier, problem.text, output) for output in outputs]
        good = [
            one if accepted(verifier, problem, output.text) else Derivation("")
            for one, output in zip(read, outputs, strict=True)
        ]
        for name, ballots in (("self_consistency", read), ("rejection_voting", good)):
            election = _earliest(ballots)
            released = None if election.winner is None else outputs[election.winner]
            arms[name].add(problem, released, sum(one.tally.sampled for one in outputs), election.share, len(outputs))
    return everything


def _count(arm: Votes, problem: Problem, judged: Judged) -> None:
    arm.add(problem, judged.output, judged.agreed.tokens, judged.score, len(judged.agreed.forks))


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


def _reader(verifier: Verifier) -> Read:
    return lambda request, output: _read(verifier, request.problem or "", output)


def _read(verifier: Verifier, problem: str, output: Output) -> Derivation:
    if output.finish_reason is FinishReason.EXHAUSTED:
        return Derivation("")
    return derivation(verifier, problem, output.text.splitlines())


def _earliest(read: Sequence[Derivation]) -> Election:
    """A vote on answers alone: the first derivation of the leading answer."""
    return elect([Derivation(one.answer) for one in read])
