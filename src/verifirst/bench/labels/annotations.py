"""Recall of extraction: solutions that say themselves which equations they hold.

GSM8K's solutions carry ``<<expression=value>>`` behind the equation it belongs to. An
annotation counts as found when, in its line with all annotations taken out, a claim covers
the place where it stood.
"""

from __future__ import annotations

import re

from verifirst.claims import extract
from verifirst.core.budget import Budget
from verifirst.verifier import WORK_PER_STEP

_ANNOTATION = re.compile(r"<<[^<>]*=[^<>]*>>")


def found_in(solution: str) -> tuple[int, int]:
    """How many annotations there are, and how many of them a claim covers."""
    annotated = found = 0
    if "<<" not in solution:
        return 0, 0
    for line in solution.split("\n"):
        places, text = stripped(line)
        if places:
            claims = extract(text, Budget(WORK_PER_STEP))
            annotated += len(places)
            found += sum(any(claim.start <= place <= claim.end for claim in claims) for place in places)
    return annotated, found


def stripped(line: str) -> tuple[list[int], str]:
    """Where each annotation stood, and the line without them."""
    places: list[int] = []
    text, at = "", 0
    for match in _ANNOTATION.finditer(line):
        text += line[at : match.start()]
        places.append(len(text))
        at = match.end()
    return places, text + line[at:]
