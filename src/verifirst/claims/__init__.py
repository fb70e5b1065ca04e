"""Claims: what a step asserts, found in its text; one file a kind.

``equation`` (a single one or a link of a chain), ``comparison``, ``answer``. The text is
tokenised once (``tokens``), sides are parsed to postfix (``expression``), and chains are
put together (``relations``). What that first reader leaves, ``formula`` reads: LaTeX,
symbols, functions; and ``quantities`` what is put in words or spread over lines. What cannot
be read in full gives no claim.
"""

from __future__ import annotations

import re

from verifirst.claims.answer import Answer, answers
from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.establishing import establish
from verifirst.claims.formula import Formula, formulas, given_relations
from verifirst.claims.naming import Named, named
from verifirst.claims.quantities import Statement, quantities
from verifirst.claims.relations import relations
from verifirst.claims.stated import givens
from verifirst.claims.tokens import Tokens, tokenize
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim

__all__ = ["Answer", "Comparison", "Equation", "Formula", "Named", "Statement", "establish", "extract", "given_relations", "givens"]

_RELATION = re.compile(r"[=<>≈≅≃≤≥⩽⩾≠]|\\(?:approx|simeq|doteq|[lg][et]|ne)|equals")


def extract(text: str, budget: Budget) -> list[Claim]:
    """The claims that ``text`` asserts, ordered by ``start`` (offsets in ``text``)."""
    found: list[Claim] = []
    tokens: Tokens | None = None
    if _RELATION.search(text):
        tokens = tokenize(text, budget)
        found += relations(tokens, budget)
    if symbolic := formulas(text, budget):
        spans = [(claim.start, claim.end) for claim in found]
        found += [claim for claim in symbolic if not _read_already(claim, spans)]
        found.sort(key=lambda claim: claim.start)
    if extra := [*quantities(text, tokens, found, budget), *named(text, budget), *answers(text)]:
        found += extra
        found.sort(key=lambda claim: claim.start)
    return found


def _read_already(claim: Formula, spans: list[tuple[int, int]]) -> bool:
    """Whether the first reader found the relation: its span overlaps both sides."""
    left, right = claim.left, claim.right
    return any(start < left.end and end > right.start for start, end in spans)
