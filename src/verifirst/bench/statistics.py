"""Intervals for shares and for paired changes, standard library only."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

Row = TypeVar("Row")
Z95 = 1.959964  # two-sided 95% normal quantile


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """95% score interval of a share (Wilson 1927); (0, 1) when there are no trials."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    spread = Z95 * math.sqrt(share * (1 - share) / trials + Z95**2 / (4 * trials**2))
    scale = 1 + Z95**2 / trials
    middle = share + Z95**2 / (2 * trials)
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return max(0.0, min(low, share)), min(1.0, max(high, share))  # rounding must not push the share out


def bootstrap(
    rows: Sequence[Row], statistic: Callable[[Sequence[Row]], float | None], *, draws: int = 1000, seed: int = 0
) -> tuple[float, float] | None:
    """95% percentile interval of ``statistic`` over resampled ``rows`` (Efron 1979).

    Draws where the statistic is undefined (None) are left out; None when all are.
    """
    random_rows = random.Random(seed)
    values = [statistic(random_rows.choices(rows, k=len(rows))) for _ in range(draws)] if rows else []
    found = sorted(value for value in values if value is not None)
    if not found:
        return None
    return found[int(0.025 * len(found))], found[min(int(0.975 * len(found)), len(found) - 1)]


def relative(before: float, after: float) -> float | None:
    """Relative change, None from zero."""
    return (after - before) / before if before else None
