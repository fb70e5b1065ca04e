"""Formulas in steps: the second reader, for what is not plain arithmetic.

``regions`` finds typeset mathematics and formulas typed into prose, ``lexer`` cuts it into
tokens, ``parser`` and ``atoms`` turn sides into terms (``verifirst.solvers.terms``),
``chains`` joins sides. A side that cannot be read in full has no term and makes no claim.
"""

from __future__ import annotations

import re

from verifirst.claims.formula.chains import Chain, called, chains
from verifirst.claims.formula.claim import Formula, Side
from verifirst.claims.formula.lexer import tokenize
from verifirst.claims.formula.regions import Region, regions
from verifirst.claims.formula.style import CONVENTIONS, STYLES, TEXTBOOK, Style
from verifirst.core.budget import Budget

__all__ = ["CONVENTIONS", "STYLES", "TEXTBOOK", "Formula", "Side", "Style", "formulas"]

MAX_TEXT = 100_000
_MAY_HOLD = re.compile(r"[=<>≈≠≤≥≡]|\\(?:approx|equiv|[lgn]eq?|mid)\b")


def formulas(text: str, budget: Budget) -> list[Formula]:
    """The relations between terms in ``text``, ordered by ``start``."""
    if len(text) > MAX_TEXT or not _MAY_HOLD.search(text):
        return []
    found: list[Formula] = []
    functions = called(text)
    statement = 0
    for region in regions(text):
        if not _MAY_HOLD.search(text, region.start, region.end):
            continue
        for chain in chains(tokenize(text, region, budget), budget, functions=functions):
            found += _claims(chain, region, statement)
            statement += 1
    return found


def _claims(chain: Chain, region: Region, statement: int) -> list[Formula]:
    found = []
    for link, relation in enumerate(chain.relations):
        left, right = chain.sides[link], chain.sides[link + 1]
        if left is None or right is None:
            continue
        found.append(
            Formula(
                left.start, right.end, relation, left, right, len(chain.sides), link, statement, chain.follows,
                chain.modulus if relation == "≡" else (), tuple(region),
            )
        )  # fmt: skip
    return found
