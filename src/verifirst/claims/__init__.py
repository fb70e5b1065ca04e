"""Claims: what a step asserts, found in its text; one file a kind.

``equation`` (a single one or a link of a chain), ``comparison``, ``answer``. The text is
tokenised once (``tokens``), sides are parsed to postfix (``expression``), and chains are
put together (``relations``). What cannot be read in full gives no claim.
"""

from __future__ import annotations

import re

from verifirst.claims.answer import Answer, answers
from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.establishing import establish
from verifirst.claims.relations import relations
from verifirst.claims.stated import givens
from verifirst.claims.tokens import tokenize
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim

__all__ = ["Answer", "Comparison", "Equation", "establish", "extract", "givens"]

_RELATION = re.compile(r"[=<>≈≅≃≤≥⩽⩾≠]|\\(?:approx|simeq|doteq|[lg][et]|ne)|equals")


def extract(text: str, budget: Budget) -> list[Claim]:
    """The claims that ``text`` asserts, ordered by ``start`` (offsets in ``text``)."""
    found: list[Claim] = []
    if _RELATION.search(text):
        found += relations(tokenize(text, budget), budget)
    final = answers(text)
    if final:
        found += final
        found.sort(key=lambda claim: claim.start)
    return found
