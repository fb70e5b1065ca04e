"""From raw rows to ``summary.json``: steps to the target, final figures, intervals over seeds."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from recipes.rl_convergence.config import ARMS, MODES, Plan

Row = dict[str, Any]
Point = tuple[float, float]

RESAMPLES = 2000
AXES = ("step", "tokens", "cpu")


@dataclass(slots=True)
class Curve:
    """One run under one mode: clean accuracy at temperature 1 against each axis, and the last evaluations."""

    points: dict[str, list[Point]] = field(default_factory=lambda: {axis: [] for axis in AXES})
    last: dict[float, Row] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take in one evaluation."""
        self.last[row["temperature"]] = row
        if row["part"] == "curve":
            for axis in AXES:
                self.points[axis].append((row[axis], row["clean"] / row["n"]))

    def reach(self, target: float, axis: str = "step") -> float:
        """Where the curve first comes up to ``target``, straight lines between evaluations; inf where it does not."""
        points = sorted(self.points[axis])
        if points and points[0][1] >= target:
            return points[0][0]
        for (x0, y0), (x1, y1) in pairwise(points):
            if y1 >= target > y0:
                return x0 + (x1 - x0) * (target - y0) / (y1 - y0)
        return math.inf


Curves = dict[str, dict[str, dict[int, Curve]]]
"""Arm, mode, seed."""


def curves(rows: Sequence[Row]) -> Curves:
    """The rows as curves; each begins at the evaluation of the checkpoint with the same seed."""
    found: Curves = defaultdict(lambda: defaultdict(lambda: defaultdict(Curve)))
    starts = [row for row in rows if row["arm"] == "start"]
    begun = {(row["arm"], row["mode"], row["seed"]) for row in rows if row["arm"] in ARMS}
    for arm, mode, seed in begun:
        for row in starts:
            if (row["mode"], row["seed"]) == (mode, seed):
                found[arm][mode][seed].add(row)
    for row in rows:
        if row["arm"] in ARMS:
            found[row["arm"]][row["mode"]][row["seed"]].add(row)
    return found


def interval(values: Sequence[Any], measure: Callable[[Sequence[Any]], float], seed: int = 0) -> dict[str, Any]:
    """The measure with a 95% percentile bootstrap over ``values`` (one a seed); None stands for never."""
    rng = random.Random(seed)
    drawn = sorted(measure(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    low, high = drawn[round(0.025 * (RESAMPLES - 1))], drawn[round(0.975 * (RESAMPLES - 1))]
    return {"median": known(measure(values)), "low": known(low), "high": known(high)}


def known(value: float) -> float | None:
    """JSON has no infinity: never is null."""
    return round(value, 4) if math.isfinite(value) else None


def share(row: Row, part: str, whole: str) -> float:
    """A share of counts."""
    return row[part] / max(1, row[whole])


def summary(rows: Sequence[Row], target: float) -> dict[str, Any]:
    """The published form: medians over seeds for steps, means over seeds for shares at the last step."""
    arms: dict[str, Any] = {}
    for arm, modes in ordered(curves(rows)):
        arms[arm] = {
            mode: {
                "steps_to_target": interval([curve.reach(target) for curve in by_seed.values()], median),
                "clean_accuracy": mean_last(by_seed, "clean", "n"),
                "spurious": mean_last(by_seed, "spurious", "correct"),
            }
            for mode, by_seed in sorted(modes.items())
        }
    return {"target": target, "arms": arms}


def mean_last(by_seed: dict[int, Curve], part: str, whole: str, temperature: float = 1.0) -> float | None:
    """Mean over seeds of a share at the last evaluation; None where it was not measured."""
    shares = [share(c.last[temperature], part, whole) for c in by_seed.values() if temperature in c.last]
    return round(fmean(shares), 4) if shares else None


def details(rows: Sequence[Row], targets: Sequence[float]) -> dict[str, Any]:
    """Everything else: other targets, other axes, intervals of the last figures, greedy figures."""
    arms: dict[str, Any] = {}
    for arm, modes in ordered(curves(rows)):
        arms[arm] = {mode: detail(by_seed, targets) for mode, by_seed in sorted(modes.items())}
    return {"targets": list(targets), "start": start_figures(rows), "arms": arms}


def detail(by_seed: dict[int, Curve], targets: Sequence[float]) -> dict[str, Any]:
    """One arm under one mode."""
    every = list(by_seed.values())
    last = [curve.last[1.0] for curve in every]
    greedy = [curve.last[0.0] for curve in every if 0.0 in curve.last]
    figures: dict[str, Any] = {
        "seeds": sorted(by_seed),
        "reached": {
            axis: {
                f"{target:g}": interval([curve.reach(target, axis) for curve in every], median) for target in targets
            }
            for axis in AXES
        },
        "tokens": round(fmean(row["tokens"] for row in last)),
        "cpu": round(fmean(row["cpu"] for row in last), 1),
        "sampled_per_problem": round(fmean(share(row, "sampled", "n") for row in last), 1),
    }
    for name, chosen in (("t1", last), ("greedy", greedy)):
        for part, whole in (("correct", "n"), ("clean", "n"), ("spurious", "correct"), ("exhausted", "n")):
            if chosen:
                shares = [share(row, part, whole) for row in chosen]
                figures[f"{name}_{part}"] = interval(shares, fmean) | {"seeds": [round(value, 4) for value in shares]}
    return figures


def start_figures(rows: Sequence[Row]) -> dict[str, Any]:
    """The checkpoint, all seeds of sampling together."""
    found: dict[str, Any] = {}
    for mode in MODES:
        for temperature in (1.0, 0.0):
            chosen = [r for r in rows if (r["arm"], r["mode"], r["temperature"]) == ("start", mode, temperature)]
            if chosen:
                found[f"{mode}, temperature {temperature:g}"] = {
                    part: round(sum(r[part] for r in chosen) / max(1, sum(r[whole] for r in chosen)), 4)
                    for part, whole in (("correct", "n"), ("clean", "n"), ("spurious", "correct"), ("exhausted", "n"))
                }
    return found


def compare(
    rows: Sequence[Row], arm: tuple[str, str], other: tuple[str, str], target: float, axis: str = "step"
) -> dict[str, Any]:
    """Paired by seed: how much sooner (arm, mode) reaches the target than (arm, mode), as a share; 0.4 is 40% fewer.

    A run that never reaches it counts as having reached it at its end, so that the share is a
    lower bound where ``other`` never does.
    """
    found = curves(rows)
    mine, theirs = (found[name][mode] for name, mode in (arm, other))
    pairs = [
        (stopped(mine[s], target, axis), stopped(theirs[s], target, axis)) for s in sorted(set(mine) & set(theirs))
    ]

    def saved(chosen: Sequence[tuple[float, float]]) -> float:
        return 1 - sum(a for a, _ in chosen) / max(1e-9, sum(b for _, b in chosen))

    return interval(pairs, saved) | {"seeds": len(pairs)} if pairs else {}


def stopped(curve: Curve, target: float, axis: str) -> float:
    """Where the target is reached, or the end of the run."""
    return min(curve.reach(target, axis), max(x for x, _ in curve.points[axis]))


def ordered(found: Curves) -> list[tuple[str, dict[str, dict[int, Curve]]]]:
    """Arms in their own order."""
    return [(arm, found[arm]) for arm in ARMS if arm in found]


def write(rows: Sequence[Row], plan: Plan, folder: Path) -> None:
    """Write ``summary.json`` and ``details.json``."""
    compared = {
        f"{arm} {mode} against a {against}, {axis}": compare(rows, (arm, mode), ("a", against), plan.target, axis)
        for arm in curves(rows)
        for mode, against in (("raw", "raw"), ("verified", "verified"), ("verified", "raw"))
        for axis in AXES
    }
    (folder / "summary.json").write_text(json.dumps(summary(rows, plan.target), indent=2) + "\n")
    everything = details(rows, plan.targets) | {"saved": compared}
    (folder / "details.json").write_text(json.dumps(everything, indent=2) + "\n")
