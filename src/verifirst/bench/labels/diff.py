"""What changed between two runs over the same sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from verifirst.bench.labels.results import Result, Step
from verifirst.report.console import printable

FIGURES = (
    "good", "good_decided", "good_flagged", "good_false", "errors", "errors_decided", "caught", "first_before",
    "first_at", "first_after", "after_alone", "cause_named", "cause_right", "cause_past", "cause_moved",
    "spurious_caught", "misread", "annotations_found", "annotations_decided",
)  # fmt: skip
SHOWN = 40  # steps of each kind of change that a terminal shows
ALL = "all"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one set, before and now."""

    set: str
    figure: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Changed figures, and steps whose standing changed, each with the rules that speak for it.

    Steps are those of rules that may roll back; ``left_out`` names sets that only one run has.
    """

    changes: Sequence[Change]
    steps: Mapping[str, Sequence[tuple[Step, tuple[str, ...]]]]
    left_out: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "figures": [[change.set, change.figure, change.before, change.now] for change in self.changes],
            "steps": {title: [[*step, *rules] for step, rules in found] for title, found in self.steps.items()},
            "left_out": list(self.left_out),
        }

    def lines(self) -> Iterator[Text]:
        """For people."""
        if not self.changes and not any(self.steps.values()):
            yield Text("nothing changed since the committed result")
        for change in self.changes:
            signed = change.now - change.before
            text = f"{printable(change.set)} {change.figure}: {change.before:,} to {change.now:,} ({signed:+,})"
            yield Text(text, "bold" if change.set == ALL else "")
        for title, found in self.steps.items():
            if found:
                yield Text(f"{title}: {len(found):,}", "bold")
            for (name, step), rules in found[:SHOWN]:
                yield Text(f"  {printable(f'{name} {step}', limit=120)} {' '.join(rules)}")
            if len(found) > SHOWN:
                yield Text(f"  ... and {len(found) - SHOWN:,} more (--json lists them)")
        if self.left_out:
            yield Text(f"not compared, in one run only: {printable(', '.join(self.left_out))}")


def difference(before: Result, now: Result) -> Difference:
    """What changed from ``before`` to ``now``, over the sets that both have."""
    sets = [name for name in now.sets if name in before.sets]
    changes = [
        *_changes(ALL, _summed(before, sets), _summed(now, sets)),
        *(change for name in sets for change in _changes(name, _counts(before, name), _counts(now, name))),
    ]
    old_good, new_good = _standing(before, before.good, sets), _standing(now, now.good, sets)
    old_caught, new_caught = _standing(before, before.caught, sets), _standing(now, now.caught, sets)
    steps = {
        "good steps newly refuted": _only(new_good, old_good),
        "good steps no longer refuted": _only(old_good, new_good),
        "first errors newly caught": _only(new_caught, old_caught),
        "first errors no longer caught": _only(old_caught, new_caught),
    }
    return Difference(changes, steps, sorted({*now.sets} ^ {*before.sets}))


def _counts(result: Result, name: str) -> Mapping[str, int]:
    counts: Mapping[str, int] = result.sets[name]["counts"]
    return counts


def _summed(result: Result, sets: Sequence[str]) -> dict[str, int]:
    return {figure: sum(_counts(result, name).get(figure, 0) for name in sets) for figure in FIGURES}


def _changes(name: str, before: Mapping[str, int], now: Mapping[str, int]) -> Iterator[Change]:
    for figure in FIGURES:
        if (old := before.get(figure, 0)) != (new := now.get(figure, 0)):
            yield Change(name, figure, old, new)


def _standing(
    result: Result, steps: Mapping[Step, tuple[str, ...]], sets: Sequence[str]
) -> dict[Step, tuple[str, ...]]:
    """The steps that rules which may roll back refute, with these rules."""
    found = {step: tuple(rule for rule in rules if rule in result.enforced) for step, rules in steps.items()}
    return {step: rules for step, rules in found.items() if rules and step[0] in sets}


def _only(
    here: Mapping[Step, tuple[str, ...]], there: Mapping[Step, tuple[str, ...]]
) -> list[tuple[Step, tuple[str, ...]]]:
    return [(step, rules) for step, rules in here.items() if step not in there]
