"""The side-by-side table of a benchmark's arms, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

Arm = Mapping[str, Any]

TITLES = {
    "off": "verification off",
    "on": "verification on",
    "whole_solution_rejection": "whole-solution rejection",
    "on_consistency": "verified forks",
    "on_fixed": "eight verified forks",
    "self_consistency": "raw forks",
    "rejection_voting": "accepted raw forks",
}


def _share(name: str) -> Callable[[Arm], str]:
    def shown(arm: Arm) -> str:
        low, high = arm[f"{name}_ci"]
        return f"{arm[name]:.1%}  ({low:.0%} to {high:.0%})"

    return shown


def _count(name: str) -> Callable[[Arm], str]:
    return lambda arm: f"{arm[name]:,}"


def _pace(arm: Arm) -> str:
    return "" if arm["ms_per_step"] is None else f"{arm['ms_per_step']:.1f}"


_ROWS: tuple[tuple[str, Callable[[Arm], str]], ...] = (
    ("right answers (95% interval)", _share("accuracy")),
    ("of these with an invalid step", _share("spurious")),
    ("tokens sampled a problem", lambda arm: f"{arm['tokens']:.0f}"),
    ("ms a decode step", _pace),
    ("steps refuted", _count("refused")),
    ("rollbacks", _count("rollbacks")),
    ("gave no answer rather than a refuted one", _count("exhausted")),
)


def comparison(arms: Mapping[str, Arm]) -> Table:
    """One column per arm, as :func:`verifirst.bench.outcome.summary` gives it."""
    count = next(iter(arms.values()))["n"]
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column(f"{count:,} problems")
    for name in arms:
        table.add_column(TITLES.get(name, name), justify="right", style="green" if name == "on" else "")
    for title, shown in _ROWS:
        cells = [shown(arm) for arm in arms.values()]
        if any(cells):
            table.add_row(Text(title), *map(Text, cells))
    return table
