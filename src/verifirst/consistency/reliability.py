"""Do probabilities mean what they say? Bins of predictions beside what came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import fsum

from verifirst.consistency.inputs import check_probabilities
from verifirst.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Bin:
    """A row of a reliability plot: predictions from ``low`` to ``high``, both among them.

    ``probability`` is their mean and ``share`` the share that was right.
    """

    low: float
    high: float
    count: int
    probability: float
    share: float


def reliability(
    probabilities: Sequence[float], labels: Sequence[bool], bins: int = 15, *, equal_mass: bool = True
) -> list[Bin]:
    """The rows of a reliability plot in rising order, empty bins left out.

    With ``equal_mass`` each bin holds about as many predictions as the next (Nixon et al. 2019),
    otherwise each is ``1 / bins`` wide. Equal predictions share a bin always, so the rows do
    not depend on the order of the data; many ties make fewer bins. Raises InputError for empty
    or unequal inputs and for what is no probability.
    """
    check_probabilities(probabilities, labels)
    if bins < 1:
        raise ConfigError(f"bins is {bins}; expected at least 1")
    filled: dict[int, list[tuple[float, bool]]] = {}
    seen = 0
    pairs = sorted(zip(probabilities, labels, strict=True))
    for probability, group in groupby(pairs, key=lambda pair: pair[0]):
        tied = list(group)
        by_mass = (2 * seen + len(tied)) * bins // (2 * len(pairs))  # where the middle of the ties falls
        at = by_mass if equal_mass else min(int(probability * bins), bins - 1)
        filled.setdefault(at, []).extend(tied)
        seen += len(tied)
    return [_row(filled[at]) for at in sorted(filled)]


def _row(pairs: Sequence[tuple[float, bool]]) -> Bin:
    count = len(pairs)
    return Bin(
        low=pairs[0][0],
        high=pairs[-1][0],
        count=count,
        probability=fsum(probability for probability, _ in pairs) / count,
        share=sum(bool(label) for _, label in pairs) / count,
    )


def expected_calibration_error(
    probabilities: Sequence[float], labels: Sequence[bool], bins: int = 15, *, equal_mass: bool = True
) -> float:
    """Mean distance of ``probability`` and ``share`` over the rows of ``reliability``, weighted by count.

    From 0 to 1. An estimate, and one that depends on ``bins``: few labels in a bin push it up
    (noise is counted as error), wide bins push it down (errors of both signs cancel).
    """
    rows = reliability(probabilities, labels, bins, equal_mass=equal_mass)
    return fsum(row.count * abs(row.probability - row.share) for row in rows) / len(labels)
