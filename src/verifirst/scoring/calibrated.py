"""A scorer whose scores were made probabilities, and a threshold with a stated bound."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from pathlib import Path
from typing import Any

from verifirst.consistency import Isotonic, Platt, Threshold, output_threshold
from verifirst.core.verdict import Evidence
from verifirst.errors import ConfigError, FormatError, InputError
from verifirst.scoring.base import Scored, Scorer, Unscored, score

PLACES = 6  # decimals of every probability: what the evidence shows is what was compared
OUTPUTS = "of an output's right steps"
KIND = "likelihood"  # of the evidence


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How probable it is that a step is right, and whether that is too little.

    ``p`` has ``PLACES`` decimals. The step is refused below ``threshold.value``, which costs at most
    ``threshold.alpha`` of what ``bounds`` says, in expectation. ``scorer`` and ``digest`` name the model.
    """

    p: float
    threshold: Threshold
    bounds: str
    scorer: str
    digest: str

    @property
    def refuses(self) -> bool:
        """Whether the step is too improbable to stand, by the threshold."""
        return self.threshold.refuses(self.p)

    @property
    def message(self) -> str:
        """In words, for a person."""
        if self.refuses:
            return f"improbable (p = {self.p:.2g}; at most {self.threshold.alpha:.2g} {self.bounds} are refused)"
        return f"a likelihood, no proof: p = {self.p:.2g}"

    def evidence(self) -> Evidence:
        """What ``verifirst.replay`` compares again: the probability, the threshold, and where they are from."""
        return Evidence(
            KIND,
            {
                "p": f"{self.p:.{PLACES}f}",
                "threshold": f"{self.threshold.value:.{PLACES}f}",
                "alpha": format(Decimal(str(self.threshold.alpha)), "f"),
                "bounds": self.bounds,
                "labelled": self.threshold.n,
                "scorer": self.scorer,
                "digest": self.digest,
            },
        )


class Calibrated:
    """``scorer`` with a map from its scores to probabilities, and a threshold for refusing.

    ``bounds`` says of what the threshold's ``alpha`` bounds the refused share: the default is what
    ``output_threshold`` bounds. The threshold is rounded down to ``PLACES`` decimals, which refuses
    no more than it did.
    """

    def __init__(
        self, scorer: Scorer, probability: Isotonic | Platt, threshold: Threshold, *, bounds: str = OUTPUTS
    ) -> None:
        self.scorer = scorer
        self.probability = probability
        self.threshold = _rounded_down(threshold)
        self.bounds = bounds

    @classmethod
    def fit(
        cls, scorer: Scorer, traces: Sequence[Scored], labels: Sequence[Sequence[bool]], *, alpha: float
    ) -> Calibrated:
        """Calibrate on labelled outputs: every other one for the map (isotonic), the rest for the threshold.

        ``labels[i]`` says of each step of ``traces[i]`` from ``since`` on whether it is right. The unit of
        the bound is the output, since steps of one output are not exchangeable with another's: at
        most ``alpha`` of an output's right steps are refused, in expectation over the labelled
        outputs and the next (``verifirst.consistency.output_threshold``). Outputs that cannot be scored
        count for nothing. Raises InputError where fewer than two can be, or labels are missing.
        """
        kept = [
            (scores, tuple(right))
            for scores, right in zip(score(scorer, traces), labels, strict=True)
            if not isinstance(scores, Unscored) and scores
        ]
        if len(kept) < 2:  # noqa: PLR2004  # one for the map, one for the threshold
            raise InputError(f"{len(kept)} of {len(traces)} outputs could be scored; expected two or more")
        for scores, right in kept:
            if len(scores) != len(right):
                raise InputError(f"{len(right)} labels for {len(scores)} steps; expected one for each")
        mapped, bounded = kept[::2], kept[1::2]
        probability = Isotonic.fit(
            [s for scores, _ in mapped for s in scores], [r for _, right in mapped for r in right]
        )
        outputs = [
            [(round(probability(number), PLACES), label) for number, label in zip(scores, right, strict=True)]
            for scores, right in bounded
        ]
        return cls(scorer, probability, output_threshold(outputs, alpha))

    def likelihoods(self, traces: Sequence[Scored]) -> list[list[Likelihood] | Unscored]:
        """One entry for each trace: the likelihood of each step that is due, or why there is none. Total."""
        return [
            scores if isinstance(scores, Unscored) else [self._likelihood(number) for number in scores]
            for scores in score(self.scorer, traces)
        ]

    def _likelihood(self, number: float) -> Likelihood:
        p = round(self.probability(number), PLACES)
        return Likelihood(p, self.threshold, self.bounds, self.scorer.name, self.scorer.digest)

    def save(self, path: Path) -> None:
        """Write the map, the threshold and which scorer they are for, as JSON."""
        threshold = {name: getattr(self.threshold, name) for name in Threshold.__slots__}
        record = {
            "scorer": self.scorer.name,
            "digest": self.scorer.digest,
            "probability": self.probability.as_dict(),
            "threshold": threshold,
            "bounds": self.bounds,
        }
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path, scorer: Scorer) -> Calibrated:
        """Read what ``save`` wrote.

        Raises FormatError for anything else, and ConfigError where it was made for other weights than
        those of ``scorer``: a calibration is of one scorer, and no other's.
        """
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            probability = _map(record["probability"])
            threshold = Threshold(**record["threshold"])
            bounds, digest = str(record["bounds"]), record["digest"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise FormatError(
                f"{path}: expected what Calibrated.save writes: {type(error).__name__}: {error}"
            ) from error
        if digest != scorer.digest:
            raise ConfigError(
                f"{path} calibrates {record['scorer']} ({digest[:19]}), found {scorer.name} ({scorer.digest[:19]}); "
                "calibrate this one (Calibrated.fit)"
            )
        return cls(scorer, probability, threshold, bounds=bounds)


def _map(data: Mapping[str, Any]) -> Isotonic | Platt:
    return Platt.from_dict(data) if data.get("kind") == "platt" else Isotonic.from_dict(data)


def _rounded_down(threshold: Threshold) -> Threshold:
    value = floor(threshold.value * 10**PLACES) / 10**PLACES
    return Threshold(value, threshold.alpha, threshold.n, threshold.risk, threshold.bound, threshold.reason)
