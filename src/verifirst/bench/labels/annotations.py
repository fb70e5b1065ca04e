"""Recall of extraction: solutions that say themselves which equations they hold.

GSM8K's solutions carry ``<<expression=value>>`` where the value of the equation stands. An
annotation counts as found when, in its line with all annotations taken out, a claim begins
before that place and reaches it; it counts as decided when such a claim is.
"""

from __future__ import annotations

import re

from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

_ANNOTATION = re.compile(r"<<[^<>]*=[^<>]*>>")


def found_in(verifier: Verifier, problem: str, solution: str) -> tuple[int, int, int]:
    """How many annotations there are, how many a claim covers, and how many a decided claim."""
    annotated = found = decided = 0
    if "<<" not in solution:
        return 0, 0, 0
    ledger = Ledger.open(verifier, problem)
    for index, line in enumerate(solution.split("\n")):
        places, text = stripped(line.strip())
        report = ledger.push(Step(index, 0, len(text), len(text), text))
        annotated += len(places)
        found += sum(any(_covering(report, place)) for place in places)
        decided += sum(any(status is not Status.UNKNOWN for status in _covering(report, place)) for place in places)
    return annotated, found, decided


def _covering(report: Report, place: int) -> list[Status]:
    """What was said of the claims that begin before ``place`` and reach it, preview rules included."""
    said = ((verdict.claim, verdict.status) for verdict in (*report.verdicts, *report.notes))
    return [status for claim, status in said if claim is not None and claim.start < place <= claim.end]


def stripped(line: str) -> tuple[list[int], str]:
    """Where each annotation stood, and the line without them."""
    places: list[int] = []
    text, at = "", 0
    for match in _ANNOTATION.finditer(line):
        text += line[at : match.start()]
        places.append(len(text))
        at = match.end()
    return places, text + line[at:]
