"""Draws docs/images/consistency.png from the committed result: risk and coverage, and what came true.

python benchmarks/consistency/plot.py        # needs matplotlib
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

ROOT = Path(__file__).parents[2]
ARMS = {
    "on_consistency": "verified forks and programs",
    "on_fixed": "eight of them",
    "rejection_voting": "accepted raw forks",
    "self_consistency": "raw forks",
}


def main() -> None:
    """Read the result and write the picture."""
    found = json.loads((ROOT / "benchmarks/results/consistency.json").read_text())
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    risk(left, found)
    came_true(right, found)
    figure.savefig(ROOT / "docs/images/consistency.png", dpi=110)


def risk(axes: Axes, found: dict[str, Any]) -> None:
    """Share of wrong answers among the surest, for each arm."""
    for name, title in ARMS.items():
        points = found[name]["risk_coverage"]
        axes.plot([100 * coverage for coverage, _ in points], [100 * share for _, share in points], label=title)
    axes.axhline(5, color="grey", linewidth=0.6, linestyle=":")
    axes.set(xlabel="answered, % of problems", ylabel="wrong among these, %", ylim=(0, 40), xlim=(0, 100))
    axes.legend(frameon=False, fontsize=8)


def came_true(axes: Axes, found: dict[str, Any]) -> None:
    """Probabilities of steps and answers against what was so, where the calibration holds and where it does not."""
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.6, linestyle=":")
    for part, style in (("calibration", "o"), ("shifted", "x")):
        for kind in ("steps", "answers"):
            bins = found[part][kind]["bins"]
            label = kind if part == "calibration" else f"{kind}, temperature {found[part]['temperature']:g}"
            axes.plot([p for _, p, _ in bins], [share for *_, share in bins], style, label=label, markersize=5)
    axes.set(xlabel="probability of being right", ylabel="share that was", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend(frameon=False, fontsize=8)


if __name__ == "__main__":
    main()
