"""Quantities: what a step says in words about numbers, units, times and divisors.

``labels`` reads values given on a later line for the same name, ``statements`` numbers put in
words (``phrases`` is their grammar, ``lexemes`` its alphabet, ``numerals`` the number words),
``number_facts`` divisors, primes and remainders, ``conversions`` units (``measures`` is their
table), ``times`` times of day. Each runs only on text that may hold what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifirst.claims.quantities.conversions import Conversion, conversions
from verifirst.claims.quantities.labels import restated
from verifirst.claims.quantities.lexemes import lexemes
from verifirst.claims.quantities.measures import UNITS
from verifirst.claims.quantities.number_fact import NumberFact
from verifirst.claims.quantities.number_facts import may_state_facts, number_facts
from verifirst.claims.quantities.statement import Statement
from verifirst.claims.quantities.statements import statements
from verifirst.claims.quantities.times import TimeSpan, time_spans
from verifirst.claims.tokens import Tokens, tokenize
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim

__all__ = ["Conversion", "NumberFact", "Statement", "TimeSpan", "in_words"]

_COMPUTES = frozenset(
    "half third thirds quarter quarters fourth fourths fifth fifths tenth twice double triple thrice times plus minus "
    "divided divide dividing multiplied multiply multiplying add adding added subtract subtracting sum product "
    "difference average mean squared cubed square dozen percent than increased decreased reduced".split()
)
_STATES = re.compile(
    r"(?:is|are|was|equals?|gives?|giving|makes?|yields?|gets?|got|have|find|us|me|becomes?|totals?|to|in|leaves?"
    r"|obtains?|than)[ :$\\(\n]{1,4}(?:(?:about|approximately|a total of|only|just) )?[-$\\({.0-9]",
)
_STATES_IN_WORDS = re.compile(
    r"\b(?:is|are|equals?|gives|makes|get) (?:[a-z]+teen|[a-z]+ty|zero|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve)\b"
)
_GAP = re.compile(r"[\s$]{40}")  # no prose: the patterns of the last two readers are quadratic in it
_CLOCK = re.compile(r"[0-9](?::[0-9]{2}| ?[apAP]\.?[mM]\b)")
_UNIT_WORDS = frozenset(UNITS)
_EQUATES = re.compile(
    r"[a-z0-9] ?(?:=|(?:is|are|equals?|has|have|contains?|in) (?:[0-9$]|an? |one |equ|the same|about|approx|rough))"
)
_SHARE = re.compile(r"[0-9}%] of ")
_SIGNS = re.compile(
    r"[0-9)}$%][$)\\ ,]{0,8}(?:which )?(?:is|are|equals?|(?:simplifies|equal) to|yields)(?: equal to| also)? "
    r"[^a-z0-9\n]{0,6}(?:boxed\{)?[0-9]"
)


def in_words(text: str, tokens: Tokens | None, found: Sequence[Claim], budget: Budget) -> list[Claim]:
    """The claims about quantities in ``text`` that are not among those already ``found``."""
    claims: list[Claim] = []
    budget.spend(len(text) >> 3)
    words = text.lower().replace(",", " ").split()
    if tokens is not None and text.count("=") > 1:
        claims += restated(tokens, budget)
    if _may_state(text, words):
        claims += statements(lexemes(tokens or tokenize(text, budget)), budget)
    facts, times = may_state_facts(text), _CLOCK.search(text)
    converts = not _UNIT_WORDS.isdisjoint(words) and _EQUATES.search(text)
    if (facts or times or converts) and not _GAP.search(text):
        claims += number_facts(text) if facts else ()
        claims += time_spans(text) if times else ()
        claims += conversions(text) if converts else ()
    if not claims:
        return claims
    taken = {(claim.start, claim.end) for claim in found}
    return [claim for claim in claims if (claim.start, claim.end) not in taken]


def _may_state(text: str, words: list[str]) -> bool:
    """A quick look: whether some number may be put in words."""
    if not _COMPUTES.isdisjoint(words) or _SHARE.search(text):
        return _STATES.search(text) is not None or _STATES_IN_WORDS.search(text) is not None
    return _SIGNS.search(text) is not None
