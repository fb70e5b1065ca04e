"""First errors that no rule refutes at the right step, drawn by seed and printed to be read.

    python benchmarks/misses/sample.py DATA_FOLDER SET N SEED

Shuffles the labelled solutions of the set that have an error, runs the verifier up to the first
wrong step of each, and prints the first N of those that are not refuted there: the problem, the
step before, the step, and what the verifier said of its claims.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from pathlib import Path
from typing import Any

from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier


def main(folder: str, name: str, wanted: int, seed: int) -> None:
    """Print ``wanted`` misses of the set."""
    with gzip.open(Path(folder) / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["first_error_step"] not in (None, -1)]
    random.seed(seed)
    random.shuffle(rows)
    verifier = Verifier()
    for row in rows:
        report = last_report(verifier, row)
        if report.status is not Status.REFUTED:
            show(row, report)
            wanted -= 1
        if not wanted:
            return


def last_report(verifier: Verifier, row: dict[str, Any]) -> Report:
    """The report on the first wrong step."""
    ledger = Ledger.open(verifier, row["problem"])
    for index, text in enumerate(row["steps"][: row["first_error_step"] + 1]):
        stripped = text.strip()
        report = ledger.push(Step(index, 0, len(stripped), len(stripped), stripped))
    return report


def show(row: dict[str, Any], report: Report) -> None:
    """Print one miss."""
    at = row["first_error_step"]
    print("=====", row["id"], at, "\nPROBLEM:", row["problem"])
    if at:
        print("BEFORE:", row["steps"][at - 1])
    print("STEP:", row["steps"][at])
    text = row["steps"][at].strip()
    for verdict in report.verdicts:
        if verdict.claim:
            print("   ", verdict.status, verdict.rule, text[verdict.claim.start : verdict.claim.end])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
