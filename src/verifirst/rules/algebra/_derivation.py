"""Derivations: two equations next to each other that a sign or words of deriving join."""

from __future__ import annotations

import re

from verifirst.claims.formula import Formula
from verifirst.core.rule import Context
from verifirst.solvers.terms import Term, symbols

MAX_BETWEEN = 200  # characters between the two equations

_SIGN = re.compile(
    r"\\(?:implies|Rightarrow|Longrightarrow|iff|Leftrightarrow|rightarrow|longrightarrow|to)\b|=>|->|⟹|→|⇒"
)
_DISPLAY = re.compile(r"\\\]|\\\[|\\\\|\$\$|\n")
_MARKS = re.compile(r"\\[a-z]+\{?[a-z*]*\}?|\\.|[$.:;{}\s&*#⟹→⇒>=-]|-?[0-9]+|\([^()]{0,20}\)|,")
_DERIVING = frozenset(
    "so then thus hence therefore gives give giving simplifies simplify simplifying simplified get have obtain means "
    "implies yields dividing divide multiply multiplying subtract subtracting add adding becomes rearranging rearrange "
    "expand expanding expands combining combine equivalently follows rewrite rewriting distribute distributing factor "
    "factoring isolate isolating solve solving reduces cancel cancelling".split()
)
_NEUTRAL = frozenset(
    "which to we this that is both sides by from the equation into us i can be written as like terms it on left right "
    "hand side of in next now finally out with a for and terms each".split()
)


def before(claim: Formula, context: Context) -> list[Formula]:
    """The links of the statement right before ``claim``'s, or none where it is not all equations."""
    found = [other for other in context.claims if isinstance(other, Formula) and other.statement == claim.statement - 1]
    whole = found and len(found) == found[0].members - 1 and all(item.relation == "=" for item in found)
    return found if whole else []


def derives(between: str, ground: Formula, claim: Formula) -> bool:
    """Whether what stands between two equations derives the second: a sign, words, or a new line of the display."""
    if says_it_follows(between, ground, claim):
        return True
    quiet = not _words(between) and "," not in between and _DISPLAY.search(between) is not None
    return quiet and len(between) <= MAX_BETWEEN and not _listed(ground, claim)


def says_it_follows(between: str, ground: Formula, claim: Formula) -> bool:
    """Whether a sign or words between two equations derive the second."""
    if len(between) > MAX_BETWEEN or _listed(ground, claim):
        return False
    words = _words(between)
    if not all(word in _DERIVING or word in _NEUTRAL for word in words):
        return False
    return any(word in _DERIVING for word in words) or _SIGN.search(between) is not None


def _words(between: str) -> list[str]:
    return [word.lower() for word in _MARKS.sub(" ", between).split() if len(word) > 1]


def _listed(ground: Formula, claim: Formula) -> bool:
    """Whether the two may be entries of a list: each says a value of the same thing, and the second is no mere number."""
    return ground.left.term == claim.left.term and not plain(claim.right.term)


def plain(term: Term) -> bool:
    """Whether a term is a number, perhaps with its sign."""
    return not symbols(term) and len(term) <= 2  # noqa: PLR2004  # a number and its sign
