"""Links between steps: the premises of the fact graph beside those that people marked.

Reads ``x_parc_premises.jsonl.gz`` (fields: problem, steps, premises; ``premises[k]`` lists, for
step ``k`` counted from 1, pairs of a premise's step and its text, where step 0 is the
problem). A link is a pair of steps, *this one* and *an earlier one that it relies on*. Links
to the problem are counted apart: nearly every step has one.

    python benchmarks/premises/run.py X_PARC_PREMISES.jsonl.gz [--misses FILE] [--write]

Beside ours stand two naive readers: the step before, and every step before.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifirst.core.step import Step
from verifirst.verifier import Ledger, Verifier

ROOT = Path(__file__).parents[2]
Links = set[tuple[int, int]]


def main() -> None:
    """Measure, print, and write when asked."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--misses", type=Path)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    with gzip.open(options.file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    result = {name: measure(rows, reader) for name, reader in READERS.items()}
    for name, parts in result.items():
        for part, figures in parts.items():
            print(f"{name:16} {part:24}", "  ".join(f"{key} {value}" for key, value in figures.items()))
    if options.misses:
        options.misses.write_text("".join(json.dumps(miss, ensure_ascii=False) + "\n" for miss in misses(rows)))
    if options.write:
        document = {"command": "python benchmarks/premises/run.py X_PARC_PREMISES.jsonl.gz --write", "readers": result}
        target = ROOT / "benchmarks/results/premises.json"
        target.write_text(json.dumps(document, indent=1) + "\n")


def gold(row: dict[str, Any]) -> Links:
    """The links that people marked; a premise that is no earlier step is left out."""
    return {
        (at, premise[0])
        for at, premises in enumerate(row["premises"])
        for premise in premises
        if 0 < at <= len(row["steps"]) and 0 <= premise[0] < at
    }


def graph(row: dict[str, Any]) -> Links:
    """The links of the fact graph."""
    ledger = Ledger.open(Verifier(), row["problem"])
    found: Links = set()
    for index, raw in enumerate(row["steps"]):
        text = raw.strip()
        report = ledger.push(Step(index, 0, len(text), len(text), text))
        found |= {(index + 1, ledger.facts[position].step + 1) for position in report.premises}
    return found


def previous(row: dict[str, Any]) -> Links:
    """Each step relies on the problem and on the step before."""
    return {(at, to) for at in range(1, len(row["steps"]) + 1) for to in (0, at - 1)}


def every(row: dict[str, Any]) -> Links:
    """Each step relies on all that came before."""
    return {(at, to) for at in range(1, len(row["steps"]) + 1) for to in range(at)}


READERS: dict[str, Callable[[dict[str, Any]], Links]] = {
    "graph": graph,
    "the step before": previous,
    "all before": every,
}


def measure(rows: list[dict[str, Any]], reader: Callable[[dict[str, Any]], Links]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of ``reader``'s links, in all and by the kind of problem."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        right, found = gold(row), reader(row)
        kind = row["id"].split("/")[1]
        for part, keep in (("step to step", lambda link: link[1] > 0), ("step to problem", lambda link: link[1] == 0)):
            ours, theirs = set(filter(keep, found)), set(filter(keep, right))
            for name in (part, f"{part}, {kind}"):
                counts[name] += Counter(found=len(ours), gold=len(theirs), both=len(ours & theirs))
    return {part: _figures(count) for part, count in sorted(counts.items())}


def _figures(count: Counter[str]) -> dict[str, float]:
    both, found, right = count["both"], max(1, count["found"]), max(1, count["gold"])
    return {
        "precision": round(both / found, 3),
        "recall": round(both / right, 3),
        "f1": round(2 * both / (found + right), 3),
        "gold": count["gold"],
    }


def misses(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each link that only one side has, with the texts, for reading."""
    found = []
    for row in rows:
        right, ours = gold(row), graph(row)
        for at, to in sorted(right ^ ours):
            texts = [row["problem"], *row["steps"]]
            kind = "missed" if (at, to) in right else "extra"
            found.append({"id": row["id"], "kind": kind, "to": to, "at": at, "step": texts[at], "premise": texts[to]})
    return found


if __name__ == "__main__":
    main()
