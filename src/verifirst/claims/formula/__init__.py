"""Formulas in steps: the second reader, for what is not plain arithmetic.

``regions`` finds typeset mathematics and formulas typed into prose, ``lexer`` cuts it into
tokens, ``parser`` and ``atoms`` turn sides into terms (``verifirst.solvers.terms``),
``chains`` joins sides. A side that cannot be read in full has no term and makes no claim.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from verifirst.claims.formula.chains import Chain, called, chains
from verifirst.claims.formula.claim import Formula, Side, lone
from verifirst.claims.formula.lexer import tokenize
from verifirst.claims.formula.modality import modality, one_of_several
from verifirst.claims.formula.regions import Region, regions
from verifirst.claims.formula.style import CONVENTIONS, STYLES, TEXTBOOK, Style
from verifirst.core.budget import Budget
from verifirst.core.facts import PROBLEM, Fact
from verifirst.errors import BudgetExceeded
from verifirst.solvers.terms import Term

__all__ = ["CONVENTIONS", "STYLES", "TEXTBOOK", "Formula", "Side", "Style", "formulas", "given_relations", "reread"]

MAX_TEXT = 100_000
_MAY_HOLD = re.compile(r"[=<>≈≠≤≥≡]|\\(?:approx|equiv|[lgn]eq?|mid)\b|(?:factor|simplif|expand)[a-z]* (?:as|to|into)\b")


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
            found += _claims(text, chain, region, statement)
            statement += 1
    return found


def given_relations(problem: str) -> list[Fact]:
    """The equations that ``problem`` states, as facts of step ``PROBLEM``; none where it is too long."""
    try:
        found = formulas(problem, Budget(MAX_TEXT))
    except BudgetExceeded:
        return []
    offered = [(claim, binding) for claim in found for binding in replace(claim, supposed=False).binds()]
    return [
        Fact(
            None, PROBLEM, problem[claim.start : claim.end][:120], name=binding.name, term=binding.term,
            relation=binding.relation, subject=binding.subject, start=claim.start, end=claim.end,
        )
        for claim, binding in offered
    ]  # fmt: skip


def reread(text: str, claim: Formula, style: Style, budget: Budget) -> tuple[Term, Term] | None:
    """The two sides of ``claim`` in another ``style``, or None where its sides are cut otherwise."""
    tokens = tokenize(text, Region(*claim.region), budget)
    for chain in chains(tokens, budget, style, called(text)):
        for left, right in pairwise(chain.sides):
            if left and right and left.start == claim.left.start and right.start == claim.right.start:
                return left.term, right.term
    return None


def _claims(text: str, chain: Chain, region: Region, statement: int) -> list[Formula]:
    found: list[Formula] = []
    if "|" in chain.relations and len(chain.relations) > 1:
        return found  # bars between digits, or conditions: no divisors
    begins = next((side.start for side in chain.sides if side), 0)
    supposed, fresh = modality(text, begins, region.start)
    ends = next((side.end for side in reversed(chain.sides) if side), begins)
    first = chain.sides[0]
    name = lone(first.term) if first is not None else ""
    supposed = supposed or (name != "" and one_of_several(text, ends, name))
    for link, relation in enumerate(chain.relations):
        left, right = chain.sides[link], chain.sides[link + 1]
        if left is None or right is None or (relation in "=≈" and _between_bounds(chain.relations, link)):
            continue
        found.append(
            Formula(
                left.start, right.end, relation, left, right, len(chain.sides), link, statement, chain.follows,
                chain.modulus if relation == "≡" else (), (region.start, region.end, region.typeset), supposed, fresh,
            )
        )  # fmt: skip
    return found


def _between_bounds(relations: list[str], link: int) -> bool:
    """``a < k < b ≈ c < k < d`` says the whole inequality again at the middle sign."""
    return any(sign[0] in "<>" for sign in relations[:link]) and any(sign[0] in "<>" for sign in relations[link + 1 :])
