"""Precision and recall of each rule on steps that people labelled.

Reads every ``*.jsonl.gz`` in a folder (fields: id, problem, steps, first_error_step, which
is 0-based, -1 for none, null for unknown). A *good* step stands before the first error, or
anywhere in a solution without one; the first-error step itself is what a rule should catch.
Solutions without a label are left out, and so are steps after the first error.

    python benchmarks/labelled_steps/run.py DATA_FOLDER [--sets NAME ...] [--flags FILE] [--write]

Labels are not always right: a flag on a good step whose equation is false as written is
recorded in an ``adjudications.jsonl``; ``false_refutations`` counts the other flags.

``--write`` puts the figures into ``src/verifirst/rules/measured.json`` and
``benchmarks/results/labelled_steps.json``; ``--flags`` lists every flagged step for reading.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.rules import default_rules
from verifirst.verifier import Ledger, Verifier

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SETS = (
    "gsm8k_gold", "gsm8k_model_solutions", "math_gold_test", "mr_ben", "mr_gsm8k_partial", "prm800k_correct",
    "prm800k_redundant_sample", "prmbench", "processbench_gsm8k", "processbench_math", "processbench_olympiadbench",
    "processbench_omnimath", "stepverify_teachers",
)  # fmt: skip


def _adjudicated() -> set[tuple[str, int, str]]:
    """The steps, and the family of the rule, whose flag was found right."""
    files = (HERE / "adjudications.jsonl", HERE.parent / "gsm8k_gold/adjudications.jsonl")
    entries = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {(entry["id"], entry["step"], "AR") for entry in entries}


ADJUDICATED = _adjudicated()


def main() -> None:
    """Measure, print, and write when asked."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--sets", nargs="*", default=SETS)
    arguments.add_argument("--flags", type=Path)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    verifier = Verifier()
    total: Counter[str] = Counter()
    flags: list[dict[str, Any]] = []
    per_set = {}
    for name in options.sets:
        counts = measure(verifier, options.folder / f"{name}.jsonl.gz", name, flags)
        per_set[name] = dict(counts)
        total += counts
        print(f"{name:28}", summary(counts))
    print(f"{'all':28}", summary(total))
    for rule in default_rules():
        flagged, noise = total[f"{rule.code} false"], total[f"{rule.code} adjudicated"]
        caught = total[f"{rule.code} caught"]
        print(f"{rule.code}  good steps flagged {flagged:5} ({noise} false as written)  first errors caught {caught:4}")
    if options.flags:
        options.flags.write_text("".join(json.dumps(flag, ensure_ascii=False) + "\n" for flag in flags))
    if options.write:
        write(total, per_set)


def measure(verifier: Verifier, path: Path, name: str, flags: list[dict[str, Any]]) -> Counter[str]:
    """Counts over one file: ``good``, ``errors``, ``CODE false``, ``CODE caught``, ..."""
    counts: Counter[str] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["first_error_step"] is not None:
                judge(verifier, row, name, counts, flags)
    return counts


def judge(
    verifier: Verifier, row: dict[str, Any], name: str, counts: Counter[str], flags: list[dict[str, Any]]
) -> None:
    """Push one solution up to its first error and count what each rule says."""
    first = row["first_error_step"]
    ledger = Ledger.open(verifier, row["problem"])
    for index, raw in enumerate(row["steps"]):
        if 0 <= first < index:
            return
        text = raw.strip()
        began = time.perf_counter()
        report = ledger.push(Step(index, 0, len(text), len(text), text))
        counts["ns"] += int((time.perf_counter() - began) * 1e9)
        wrong = index == first
        counts["errors" if wrong else "good"] += 1
        counts[f"{'errors' if wrong else 'good'} {report.status.value}"] += 1
        refuted = [v for v in (*report.verdicts, *report.notes) if v.status is Status.REFUTED]
        for code in {verdict.rule for verdict in refuted}:
            counts[f"{code} {'caught' if wrong else 'false'}"] += 1
            counts[f"{code} adjudicated"] += not wrong and (row["id"], index, code[:2]) in ADJUDICATED
        if report.status is Status.REFUTED:
            counts["caught" if wrong else "false"] += 1
        flags += [
            {
                "set": name, "id": row["id"], "step": index, "wrong": wrong, "rule": verdict.rule,
                "message": verdict.message, "text": text,
            }
            for verdict in refuted
        ]  # fmt: skip


def summary(counts: Counter[str]) -> str:
    """One line for a person."""
    good, errors = counts["good"], counts["errors"]
    steps = max(1, good + errors)
    us = counts["ns"] / steps / 1000
    return (
        f"good {good:6} false {counts['false']:4} ({100 * counts['false'] / max(1, good):.3f} %)  "
        f"verified {100 * counts['good verified'] / max(1, good):4.1f} %  first errors {errors:5} "
        f"caught {counts['caught']:4} ({100 * counts['caught'] / max(1, errors):.1f} %)  {us:.0f} us a step"
    )


def write(total: Counter[str], per_set: dict[str, dict[str, int]]) -> None:
    """Commit-ready figures: one entry a rule, and the counts of every set."""
    command = "python benchmarks/labelled_steps/run.py DATA_FOLDER --write"
    measured = {
        rule.code: {
            "good_steps": total["good"],
            "flagged_good_steps": total[f"{rule.code} false"],
            "of_those_false_as_written": total[f"{rule.code} adjudicated"],
            "false_refutations": total[f"{rule.code} false"] - total[f"{rule.code} adjudicated"],
            "first_error_steps": total["errors"],
            "caught": total[f"{rule.code} caught"],
            "source": ", ".join(per_set),
            "command": command,
        }
        for rule in default_rules()
    }
    target = ROOT / "src/verifirst/rules/measured.json"
    target.write_text(json.dumps(measured, indent=1) + "\n")
    for counts in per_set.values():
        counts.pop("ns", None)
    result = {"command": command, "total": {k: v for k, v in total.items() if k != "ns"}, "sets": per_set}
    (ROOT / "benchmarks/results/labelled_steps.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
