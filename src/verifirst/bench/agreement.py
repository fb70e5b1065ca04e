"""Agreement in the word-problem benchmark: calibrated first, then all its arms, then what held of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifirst.agreement import Calibration, Labelled
from verifirst.bench.arms import Sampling
from verifirst.bench.calibrating import caught, figures, labelled
from verifirst.bench.consistency import ARMS, Agreeing, Votes, draw, vote
from verifirst.bench.outcome import Outcome, change
from verifirst.bench.word_problems import Problem, generate
from verifirst.engines.forks import Agreed
from verifirst.engines.reconsider import Judge
from verifirst.engines.transformers import LocalEngine
from verifirst.verifier import Verifier

PLACE = 1_000_000_000  # seeds of labelled and of shifted problems begin here: they share no random number with others
SHIFT = 0.4
"""Added to the temperature for the shifted test set."""
SHIFTED = 4
"""One problem in so many is in it."""

Drawn = list[tuple[Problem, Agreed]]


@dataclass(slots=True)
class Agreement:
    """One run: calibrated when it is made, by problems of the dev split."""

    engine: LocalEngine
    verifier: Verifier
    sampling: Sampling
    agreeing: Agreeing
    conditions: dict[str, Any]
    calibration: Calibration = field(init=False)
    votes: dict[str, Votes] = field(default_factory=lambda: {name: Votes() for name in ARMS})
    _judge: Judge = field(init=False)
    _dev: Drawn = field(init=False)
    _test: Drawn = field(default_factory=list)

    def __post_init__(self) -> None:
        problems = list(generate("dev", self.agreeing.labelled, self.sampling.seed))
        self._dev = self._drawn(problems, PLACE, self.sampling)
        self.calibration = Calibration.fit(self._labelled(self._dev), self.conditions | {"forks": self.agreeing.most})
        if self.agreeing.keep is not None:
            self.calibration.save(self.agreeing.keep)
        self._judge = Judge(self.calibration, self.agreeing.refused)

    def vote(self, problems: Sequence[Problem], first: int) -> None:
        """All arms on a chunk of problems, whose first has place ``first``."""
        everything = vote(
            self.engine, self.verifier, problems, first, self.sampling, self.agreeing, self._judge, self.votes
        )
        self._test += zip(problems, everything, strict=True)

    def summary(self, off: Sequence[Outcome]) -> dict[str, Any]:
        """Every arm, how they differ, and what held of the calibration; ``off`` are single raw solutions."""
        arms = self.votes
        few = arms["on_consistency"].outcomes
        return {name: arm.summary() for name, arm in arms.items()} | {
            "change_to_raw": change(off, few),
            "change_to_self_consistency": change(arms["self_consistency"].outcomes, few),
            "change_to_rejection_voting": change(arms["rejection_voting"].outcomes, few),
            "calibration": figures(self.calibration, self._labelled(self._test), self.sampling.seed)
            | {"labelled": len(self._dev), "stopped": caught(self._early(self._dev), self._early(self._test))},
            "stopped_by_all_forks": caught(self._dev, self._test),
        }

    def shifted(self, problems: Sequence[Problem]) -> dict[str, Any]:
        """The same calibration where it is not due: one problem in four, sampled hotter."""
        hotter = replace(self.sampling, temperature=self.sampling.temperature + SHIFT)
        drawn = self._drawn(problems[::SHIFTED], 2 * PLACE, hotter)
        found = figures(self.calibration, self._labelled(drawn), self.sampling.seed)
        return found | {
            "temperature": hotter.temperature,
            "stopped": caught(self._early(self._dev), self._early(drawn)),
        }

    def _drawn(self, problems: Sequence[Problem], first: int, sampling: Sampling) -> Drawn:
        drawn = draw(self.engine, self.verifier, problems, first, sampling, self.agreeing.most)
        return list(zip(problems, drawn, strict=True))

    def _early(self, drawn: Drawn) -> Drawn:
        """What the stopping rule leaves."""
        return [(problem, self.agreeing.early(agreed)) for problem, agreed in drawn]

    def _labelled(self, drawn: Drawn) -> list[Labelled]:
        return [labelled(problem, agreed) for problem, agreed in self._early(drawn)]
