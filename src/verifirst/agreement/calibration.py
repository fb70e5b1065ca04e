"""Labelled problems make scores of agreement probabilities, and thresholds with a stated bound.

A calibration is of one model, its sampling, its forks and its kind of problems: what it states holds for
problems that are exchangeable with the labelled ones under all of these, and for no others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from verifirst.consistency import Isotonic, Threshold, output_threshold
from verifirst.errors import ConfigError, FormatError, InputError

KIND = "agreement"
_LEAST = 2  # one problem for the maps, one for the thresholds


@dataclass(frozen=True, slots=True)
class Labelled:
    """One problem: the score of its released answer and of each step that has one, with what a label said."""

    answer: tuple[float, bool]
    steps: tuple[tuple[float, bool], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Maps from scores to probabilities, and labelled outputs for thresholds.

    ``answers`` and ``steps`` are fitted on every other labelled problem; ``outputs`` are the (probability, label) of
    the steps of the rest, which the maps have not seen. ``conditions`` say what it holds for (model, temperature,
    forks, ...), as whoever made it names them.
    """

    answers: Isotonic
    steps: Isotonic
    outputs: tuple[tuple[tuple[float, bool], ...], ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def fit(cls, labelled: Sequence[Labelled], conditions: Mapping[str, Any] | None = None) -> Self:
        """Fit on labelled problems. Raises InputError for fewer than two, or none with a step that has a score."""
        mapped, bounded = labelled[::2], labelled[1::2]
        steps = [step for one in mapped for step in one.steps]
        if len(labelled) < _LEAST or not steps:
            raise InputError(f"{len(labelled)} labelled problems; expected two or more, with steps that have a score")
        answers = Isotonic.fit(*zip(*(one.answer for one in mapped), strict=True))
        of_steps = Isotonic.fit(*zip(*steps, strict=True))
        outputs = (tuple((of_steps(score), label) for score, label in one.steps) for one in bounded)
        return cls(answers, of_steps, tuple(outputs), dict(conditions or {}))

    def check(self, **found: Any) -> None:
        """Raise ConfigError where a condition that is known here is another one than ``found``."""
        for name, value in found.items():
            if name in self.conditions and self.conditions[name] != value:
                raise ConfigError(
                    f"the calibration holds for {name} = {self.conditions[name]!r}, found {value!r}; "
                    "use that, or calibrate anew (verifirst bench word-problems --consistency step --calibration FILE)"
                )

    def threshold(self, alpha: float) -> Threshold:
        """Refusing steps below it refuses at most a share ``alpha`` of an output's right steps, in expectation."""
        return output_threshold(self.outputs, alpha)

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        record = {
            "answers": self.answers.as_dict(),
            "steps": self.steps.as_dict(),
            "conditions": dict(self.conditions),
            "outputs": [[[round(p, 6), label] for p, label in output] for output in self.outputs],
        }
        path.write_text(json.dumps({KIND: record}) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote; FormatError for anything else."""
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[KIND]
            outputs = tuple(tuple((float(p), bool(label)) for p, label in output) for output in record["outputs"])
            return cls(
                Isotonic.from_dict(record["answers"]),
                Isotonic.from_dict(record["steps"]),
                outputs,
                record["conditions"],
            )
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise FormatError(
                f"{path}: expected a calibration of agreement, as Calibration.save writes it: "
                f"{type(error).__name__}: {error}"
            ) from error
