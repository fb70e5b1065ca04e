"""The committed result of a run: figures, and the ids of the steps behind them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from verifirst.bench.labels.flags import Flag, Kind
from verifirst.bench.labels.outcome import Outcome
from verifirst.bench.labels.tally import RuleTally
from verifirst.core.rule import Rule
from verifirst.errors import FormatError, InputError

COMMAND = "verifirst bench labels DATA_FOLDER --write"
GOOD = (Kind.FALSE, Kind.ADJUDICATED)
Step = tuple[str, str]  # set, "id#step"


@dataclass(frozen=True, slots=True)
class Result:
    """Figures by set (:meth:`Tally.as_dict`), and the rules that refute each step.

    ``good`` and ``caught`` hold good and first-error steps, as set and ``id#step``, with the
    codes of the rules; ``enforced`` names the rules that may roll back.
    """

    sets: Mapping[str, Mapping[str, Any]]
    enforced: frozenset[str]
    good: Mapping[Step, tuple[str, ...]]
    caught: Mapping[Step, tuple[str, ...]]

    @classmethod
    def of(cls, outcome: Outcome, enforced: frozenset[str]) -> Result:
        """What a run leaves behind."""
        return cls(
            {name: tally.as_dict() for name, tally in outcome.sets.items()},
            enforced,
            _by_step(flag for flag in outcome.flags if flag.kind in GOOD),
            _by_step(flag for flag in outcome.flags if flag.kind is Kind.CAUGHT),
        )

    @classmethod
    def load(cls, path: Path) -> Result:
        """Read what :meth:`dump` wrote; raises InputError or FormatError."""
        if not path.is_file():
            raise InputError(f"{path}: expected the result of an earlier run, found nothing there; --write makes one")
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return cls(kept["sets"], frozenset(kept["enforced"]), _unpacked(kept["good"]), _unpacked(kept["caught"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FormatError(
                f"{path}: expected the result of an earlier run, found something else: {error}"
            ) from error

    def dump(self) -> str:
        """JSON with a line for each set and each list of steps, so that a diff of two files is readable."""
        lines = [f'"command": {json.dumps(COMMAND)}', f'"enforced": {json.dumps(sorted(self.enforced))}']
        lines.append(_lines("sets", {name: json.dumps(figures) for name, figures in self.sets.items()}))
        for name, steps in (("good", self.good), ("caught", self.caught)):
            lines.append(_lines(name, {key: json.dumps(ids) for key, ids in _packed(steps).items()}))
        return "{" + ",\n".join(lines) + "}\n"


def _lines(name: str, values: Mapping[str, str]) -> str:
    body = ",\n".join(f" {json.dumps(key)}: {value}" for key, value in values.items())
    return f'"{name}": {{\n{body}\n}}'


def _by_step(flags: Iterable[Flag]) -> dict[Step, tuple[str, ...]]:
    found: dict[Step, tuple[str, ...]] = {}
    for flag in flags:
        step = (flag.set, f"{flag.id}#{flag.step}")
        found[step] = (*found.get(step, ()), flag.rule)
    return found


def _packed(steps: Mapping[Step, Sequence[str]]) -> dict[str, list[str]]:
    """``"set RULE"`` to the steps that the rule refutes there."""
    found: dict[str, list[str]] = {}
    for (name, step), rules in sorted(steps.items()):
        for rule in rules:
            found.setdefault(f"{name} {rule}", []).append(step)
    return dict(sorted(found.items()))


def _unpacked(packed: Mapping[str, Sequence[str]]) -> dict[Step, tuple[str, ...]]:
    found: dict[Step, tuple[str, ...]] = {}
    for key, steps in packed.items():
        name, rule = key.rsplit(" ", 1)
        for step in steps:
            found[name, step] = (*found.get((name, step), ()), rule)
    return found


def measured(outcome: Outcome, rules: Sequence[Rule]) -> dict[str, dict[str, Any]]:
    """What the page of each rule shows."""
    total = outcome.total
    sets = ", ".join(name for name, tally in outcome.sets.items() if tally["solutions"])
    return {rule.code: _figures(total.rules.get(rule.code, RuleTally()), total.counts, sets) for rule in rules}


def _figures(own: RuleTally, counts: Mapping[str, int], sets: str) -> dict[str, Any]:
    refuted = own.flagged_good + own.caught
    return {
        "good_steps": counts["good"],
        "flagged_good_steps": own.flagged_good,
        "of_those_false_as_written": own.adjudicated,
        "false_refutations": own.false,
        "first_error_steps": counts["errors"],
        "caught": own.caught,
        "caught_in_solutions_with_the_right_answer": own.caught_spurious,
        "precision": round(1 - own.false / refuted, 4) if refuted else None,
        "recall": round(own.caught / counts["errors"], 4) if counts["errors"] else None,
        "source": sets,
        "command": COMMAND,
    }


def write(path: Path, outcome: Outcome, enforced: frozenset[str]) -> None:
    """Write the result to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Result.of(outcome, enforced).dump(), encoding="utf-8")


def write_measured(outcome: Outcome, rules: Sequence[Rule]) -> Path:
    """Write what the rule pages show into the source tree; raises InputError outside of one."""
    target = Path(str(files("verifirst.rules"))) / "measured.json"
    if not (target.parents[3] / "pyproject.toml").is_file():
        raise InputError("the rule pages are written in a source checkout, and this is an installed package")
    target.write_text(json.dumps(measured(outcome, rules), indent=1) + "\n", encoding="utf-8")
    return target
