"""Medians with their spread."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median, quantiles
from typing import Any

Figure = dict[str, float]


def figure(values: Sequence[float], digits: int = 4) -> Figure:
    """Median, quartiles and number of ``values``."""
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (values[0],) * 3
    return {
        "median": round(median(values), digits),
        "q1": round(low, digits),
        "q3": round(high, digits),
        "n": len(values),
    }


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Figure:
    """The ratio ours / theirs, pair by pair."""
    return figure([a / b for a, b in zip(ours, theirs, strict=True)])


def spread(values: Sequence[float]) -> Figure:
    """Mean, median and 90th percentile: what a skewed cost needs."""
    ordered = sorted(values)
    return {
        "mean": round(mean(ordered), 1),
        "median": round(median(ordered), 1),
        "p90": round(ordered[int(0.9 * (len(ordered) - 1))], 1),
    }


def line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Least squares: (value at 0, slope). The slope is 0 where x does not vary."""
    at, height = mean(x), mean(y)
    square = sum((value - at) ** 2 for value in x)
    slope = sum((a - at) * (b - height) for a, b in zip(x, y, strict=True)) / square if square else 0.0
    return height - slope * at, slope


def shown(found: Figure, unit: float = 1, digits: int = 3) -> str:
    """``median [q1, q3]`` in units of ``unit``."""
    return f"{found['median'] / unit:.{digits}f} [{found['q1'] / unit:.{digits}f}, {found['q3'] / unit:.{digits}f}]"


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """A Markdown table, line by line."""
    lines = [list(map(str, row)) for row in rows]
    return [f"| {' | '.join(row)} |" for row in [list(head), ["---"] * len(head), *lines]]
