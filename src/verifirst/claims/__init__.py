"""Claims: what a step asserts, found in its text; one file a kind.

``equation`` (a single one or a link of a chain), ``comparison``, ``answer``. The text is
tokenised once (``tokens``), sides are parsed to postfix (``expression``), and chains are
put together (``relations``). What that first reader leaves, ``formula`` reads: LaTeX,
symbols, functions; and ``quantities`` what is put in words or spread over lines. What cannot
be read in full gives no claim.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise

from verifirst.claims.answer import Answer, answers
from verifirst.claims.causes import origin
from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.establishing import establish
from verifirst.claims.formula import Formula, formulas, given_relations
from verifirst.claims.naming import Named, named
from verifirst.claims.quantities import Conversion, NumberFact, Statement, TimeSpan, in_words
from verifirst.claims.relations import relations
from verifirst.claims.stated import givens
from verifirst.claims.tokens import Tokens, tokenize
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim

__all__ = [
    "Answer", "Comparison", "Conversion", "Equation", "Formula", "Named", "NumberFact", "Statement", "TimeSpan",
    "establish", "extract", "given_relations", "givens", "origin",
]  # fmt: skip

_RELATION = re.compile(r"[=<>≈≅≃≤≥⩽⩾≠]|\\(?:approx|simeq|doteq|[lg][et]|ne)|equals")


def extract(text: str, budget: Budget) -> list[Claim]:
    """The claims that ``text`` asserts, ordered by ``start`` (offsets in ``text``)."""
    found: list[Claim] = []
    tokens: Tokens | None = None
    if _RELATION.search(text):
        tokens = tokenize(text, budget)
        found += relations(tokens, budget)
    if symbolic := formulas(text, budget):
        found = _merged(found, symbolic)
    if said := in_words(text, tokens, found, budget):
        found = _beside(said, found)
    if extra := [*said, *named(text, budget), *answers(text)]:
        found += extra
        found.sort(key=lambda claim: claim.start)
    return found


def _beside(said: list[Claim], found: list[Claim]) -> list[Claim]:
    """What was ``found`` less the fragments of statements: ``50% equals 3`` of ``2 increased by 50% equals 3``."""
    whole = {claim.end: claim.start for claim in said if isinstance(claim, Statement)}
    return [claim for claim in found if whole.get(claim.end, claim.start) >= claim.start]


def _merged(plain: list[Claim], symbolic: list[Formula]) -> list[Claim]:
    """Both readers' claims, each relation once: plain arithmetic is the first reader's, roots are the second's."""
    signs = [claim.right.start for claim in symbolic]
    kept = [claim for claim in plain if not (_rooted(claim) and _reads(symbolic, signs, claim))]
    starts = [claim.start for claim in kept]
    kept += [claim for claim in symbolic if not _read(kept, starts, claim)]
    return sorted(kept, key=lambda claim: claim.start)


def _rooted(claim: Claim) -> bool:
    """Whether plain arithmetic cannot evaluate it: a root, or a power with a fraction as its exponent."""
    if not isinstance(claim, Equation | Comparison):
        return False
    items = claim.left.rpn + claim.right.rpn
    return "sqrt" in items or any(pair == ("/", "^") for pair in pairwise(items))


def _reads(symbolic: list[Formula], signs: list[int], claim: Claim) -> bool:
    """Whether the second reader found the relation of ``claim``, too."""
    at = bisect_left(signs, claim.end) - 1
    return at >= 0 and symbolic[at].left.end > claim.start


def _read(plain: list[Claim], starts: list[int], claim: Formula) -> bool:
    """Whether the first reader found it: a claim of its own spans the sign between the sides."""
    at = bisect_left(starts, claim.left.end, 0, len(starts)) - 1
    return at >= 0 and plain[at].end > claim.right.start
