"""Learning curves as PNG and SVG. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from recipes.rl_convergence.analyse import Curve, curves
from recipes.rl_convergence.config import ARMS, MODES

LABELS = {"step": "optimiser steps", "tokens": "sampled tokens (thousands)", "cpu": "CPU seconds of training"}
SCALE = {"step": 1.0, "tokens": 1e-3, "cpu": 1.0}
PPO = tuple(arm for arm in ARMS if arm.startswith("ppo"))
FAMILIES = {"grpo": tuple(arm for arm in ARMS if arm not in PPO), "ppo": ("a", *PPO)}


def draw(rows: Sequence[dict[str, Any]], target: float, folder: Path) -> list[Path]:
    """One figure a family of arms; the files written. No figure where matplotlib is missing."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - optional
    except ImportError:
        print("no plots: pip install matplotlib")
        return []
    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "verifirst"  # the same file from the same rows
    found = curves(rows)
    written = []
    for family, arms in FAMILIES.items():
        if present := [arm for arm in arms if arm in found]:
            written += figure(found, present, target, folder / f"curves-{family}")
    return written


def figure(found: Any, arms: Sequence[str], target: float, stem: Path) -> list[Path]:
    """Clean accuracy, raw above and under verification below, against each axis."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - optional

    figure_, axes = plt.subplots(len(MODES), len(LABELS), figsize=(13, 7), sharey="row", layout="constrained")
    for row, mode in enumerate(MODES):
        for column, axis in enumerate(LABELS):
            panel = axes[row][column]
            for arm in arms:
                line(panel, list(found[arm][mode].values()), axis, arm)
            panel.axhline(target, color="grey", linewidth=0.8, linestyle=":")
            panel.set_xlabel(LABELS[axis])
            panel.grid(alpha=0.25)
        axes[row][0].set_ylabel(f"clean accuracy, {mode}, T=1")
    axes[0][0].legend(fontsize=8)
    paths = [stem.with_suffix(suffix) for suffix in (".png", ".svg")]
    figure_.savefig(paths[0], dpi=120)
    figure_.savefig(paths[1], metadata={"Date": None})
    plt.close(figure_)
    return paths


def line(panel: Any, seeds: Sequence[Curve], axis: str, arm: str) -> None:
    """The mean over seeds with the range between the least and the greatest."""
    points = [sorted(curve.points[axis]) for curve in seeds]
    length = min(map(len, points))
    xs = [SCALE[axis] * fmean(curve[i][0] for curve in points) for i in range(length)]
    values = [[curve[i][1] for curve in points] for i in range(length)]
    (drawn,) = panel.plot(xs, [fmean(v) for v in values], marker="o", markersize=3, label=f"{arm}: {ARMS[arm].title}")
    panel.fill_between(xs, [min(v) for v in values], [max(v) for v in values], alpha=0.12, color=drawn.get_color())
