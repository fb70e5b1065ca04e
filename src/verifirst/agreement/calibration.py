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

from verifirst.consistency import Answering, Isotonic, Threshold, answering_threshold, output_threshold
from verifirst.errors import ConfigError, FormatError, InputError

KIND = "agreement"
GRID = tuple(at / 100 for at in range(95, 0, -1))
"""Probabilities that may be asked of an answer, the highest first."""
_LEAST = 2  # one problem for the maps, one for the thresholds


@dataclass(frozen=True, slots=True)
class Labelled:
    """One problem: its released answer and each step that has a score, with this (or a probability) and the label."""

    answer: tuple[float, bool]
    steps: tuple[tuple[float, bool], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Maps from scores to probabilities, and labelled outputs for thresholds.

    ``answers`` and ``steps`` are fitted on every other labelled problem; ``outputs`` are the rest, which the maps have
    not seen, in probabilities. ``conditions`` say what it holds for (model, temperature, forks, ...), as whoever made
    it names them.
    """

    answers: Isotonic
    steps: Isotonic
    outputs: tuple[Labelled, ...]
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
        outputs = (
            Labelled(_mapped(answers, one.answer), tuple(_mapped(of_steps, step) for step in one.steps))
            for one in bounded
        )
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
        return output_threshold([one.steps for one in self.outputs], alpha)

    def answering(self, alpha: float) -> Answering:
        """Of answers that reach its threshold at most a share ``alpha`` is wrong, at a confidence of 90%."""
        probabilities, labels = zip(*(one.answer for one in self.outputs), strict=True)
        return answering_threshold(probabilities, labels, alpha, grid=GRID)

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        record = {
            "answers": self.answers.as_dict(),
            "steps": self.steps.as_dict(),
            "conditions": dict(self.conditions),
            "outputs": [[_rounded(one.answer), *map(_rounded, one.steps)] for one in self.outputs],
        }
        path.write_text(json.dumps({KIND: record}) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote; FormatError for anything else."""
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[KIND]
            return cls(
                Isotonic.from_dict(record["answers"]),
                Isotonic.from_dict(record["steps"]),
                tuple(_output(*found) for found in record["outputs"]),
                record["conditions"],
            )
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise FormatError(
                f"{path}: expected a calibration of agreement, as Calibration.save writes it: "
                f"{type(error).__name__}: {error}"
            ) from error


def _mapped(to: Isotonic, pair: tuple[float, bool]) -> tuple[float, bool]:
    return to(pair[0]), pair[1]


def _rounded(pair: tuple[float, bool]) -> tuple[float, bool]:
    return round(pair[0], 6), pair[1]


def _output(answer: tuple[float, bool], *steps: tuple[float, bool]) -> Labelled:
    return Labelled(_pair(*answer), tuple(_pair(*step) for step in steps))


def _pair(p: float, label: bool) -> tuple[float, bool]:
    return float(p), bool(label)
