"""What verification did, beside the trainer's own metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transformers import TrainerCallback

from verifirst.core.report import Coverage
from verifirst.rl.prompts import Prompt
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl.drawn import Drawn
from verifirst.rl.trl.rollout_func import VerifiedRollouts

Spurious = Callable[[Prompt, Rollout], bool | None]
"""Whether a rollout has the right answer and an invalid step, by an oracle; None: its answer is not right."""

PREFIX = "verification/"
MODES = {True: "train", False: "eval"}


@dataclass(slots=True)
class Tally:
    """Sums over rollouts; tallies of several processes add up."""

    rollouts: int = 0
    exhausted: int = 0
    coverage: Coverage = field(default_factory=Coverage)
    tokens: int = 0
    wasted: int = 0
    judged: int = 0
    spurious: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    def add(self, drawn: Drawn, spurious: bool | None) -> None:
        """Count one rollout."""
        rollout = drawn.rollout
        self.rollouts += 1
        self.exhausted += rollout.exhausted
        self.coverage += rollout.coverage
        self.tokens += len(rollout.completion_ids)
        self.wasted += drawn.wasted
        self.judged += spurious is not None
        self.spurious += spurious is True
        self.refusals.update(drawn.refusals)

    @classmethod
    def merged(cls, tallies: Iterable[Tally]) -> Tally:
        """The tally of all that others counted."""
        merged = cls()
        for tally in tallies:
            for name in cls.__slots__:
                setattr(merged, name, getattr(merged, name) + getattr(tally, name))
        return merged

    def metrics(self) -> dict[str, float]:
        """Ratios for a log; one that has nothing to stand on is left out."""
        ratios = {
            "coverage_steps": (self.coverage.steps_decided, self.coverage.steps),
            "coverage_claims": (self.coverage.decided, self.coverage.claims),
            "claims_per_rollout": (self.coverage.claims, self.rollouts),
            "refusals_per_rollout": (self.refusals.total(), self.rollouts),
            "exhausted": (self.exhausted, self.rollouts),
            "wasted_tokens": (self.wasted, self.wasted + self.tokens),
            "spurious_correct": (self.spurious, self.judged),
            **{f"refusals/{rule}": (count, self.rollouts) for rule, count in sorted(self.refusals.items())},
        }
        return {PREFIX + name: part / whole for name, (part, whole) in ratios.items() if whole}


class VerificationCallback(TrainerCallback):  # type: ignore[misc]  # transformers is untyped here
    """Logs coverage, refusals by rule, exhausted rollouts, wasted tokens and spurious answers.

    ``GRPOTrainer(..., rollout_func=rollouts, callbacks=[VerificationCallback(rollouts)])``. The
    numbers go where the trainer's own go, under ``verification/`` (``eval_verification/``):
    ``coverage_*`` and ``wasted_tokens`` are shares (of steps, claims, sampled tokens),
    ``refusals`` are counts a rollout. ``spurious`` is an oracle, where there is one:
    ``spurious_correct`` is then the share of right answers that it finds invalid steps in.
    """

    def __init__(self, rollouts: VerifiedRollouts, spurious: Spurious | None = None) -> None:
        self._spurious = spurious
        self._tallies: Mapping[str, Tally] = {mode: Tally() for mode in MODES.values()}
        self._trainer: Any = None
        rollouts.watch(self._watch)

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Hand over what training rollouts gave since the last step, before the trainer logs."""
        self._flush("train")

    def on_prediction_step(self, *_: Any, **__: Any) -> None:
        """Hand over what evaluation rollouts gave."""
        self._flush("eval")

    def _watch(self, trainer: Any, prompts: Sequence[Prompt], drawn: Sequence[Drawn]) -> None:
        self._trainer = trainer
        tally = self._tallies[MODES[trainer.model.training]]
        for prompt, one in zip(prompts, drawn, strict=True):
            tally.add(one, None if self._spurious is None else self._spurious(prompt, one.rollout))

    def _flush(self, mode: str) -> None:
        """Every process takes part, whatever it sampled: the tallies of all are added up."""
        if self._trainer is None:
            return
        from accelerate.utils import gather_object  # noqa: PLC0415  # comes with trl

        found = Tally.merged(gather_object([self._tallies[mode]]))
        self._tallies = {**self._tallies, mode: Tally()}
        for name, value in found.metrics().items():
            self._trainer._metrics[mode][name].append(value)  # noqa: SLF001  # where TRL's subclasses put theirs
