"""Derivations: two equations next to each other that a sign or words of deriving join."""

from __future__ import annotations

import re
from typing import NamedTuple

from verifirst.claims.formula import TEXTBOOK, Formula, Style, reread
from verifirst.core.rule import Context
from verifirst.rules.algebra._known import named, statement
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import Term, symbols

MAX_PLAIN = 4  # items of a plain number: -3/4
MAX_BETWEEN = 200  # characters between the two equations

_SIGN = re.compile(
    r"\\(?:implies|Rightarrow|Longrightarrow|iff|Leftrightarrow|rightarrow|longrightarrow|to)\b|=>|->|⟹|→|⇒"
)
_REWRITES = re.compile(
    r"expan[ds]|distribut|multipl\w+ out|factor|simplif|combin|collect|like terms|common denominator|rewrit|rearrang"
    r"|regroup|becomes|reduces|equivalent",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:or|if(?! we)|cases?|suppos\w*|let|using|uses?|since|because|substitut\w*|plug\w*|given|from|recall|where"
    r"|assum\w*|try|set|sets|setting|roots?|solutions?|solv\w*|equal to zero|consider|second|first \w*|another|other"
    r"|instead|represent\w*|differentia\w*|derivative|mod\w*|integrat\w*|divid\w*|squaring|squared?\b(?! trinomial)"
    r"|cubed?|both)\b",
    re.IGNORECASE,
)
_STEP = re.compile(r"^\W*(?:###\s*)?step\s*[0-9]+\s*[.:)]?", re.IGNORECASE)
_DISPLAY = re.compile(r"\\\]|\\\[|\\\\|\$\$|\n")
_MARKS = re.compile(r"\\[A-Za-z]+\{?[a-z*]*\}?|\\.|[$.:;{}\s&*#⟹→⇒>=-]|-?[0-9]+|\([^()]{0,20}\)|,")
_DERIVING = frozenset(
    "so then thus hence therefore gives give giving simplifies simplify simplifying simplified get have obtain means "
    "implies yields dividing divide multiply multiplying subtract subtracting add adding becomes rearranging rearrange "
    "expand expanding expands combining combine equivalently follows rewrite rewriting distribute distributing factor "
    "factoring isolate isolating solve solving reduces cancel cancelling".split()
)
_NEUTRAL = frozenset(
    "which to we this that is both sides by from the equation into us i can be written as like terms it on left right "
    "hand side of in next now finally out with a for and terms each lastly need will can let's "
    "lets do by its".split()
)


class Ground(NamedTuple):
    """What an equation is derived from: equations, their text, and whether they are supposed."""

    equations: tuple[Relation, ...]
    source: str
    supposed: bool


def ground(claim: Formula, context: Context) -> Ground | None:
    """The statement right before ``claim``, in this step or at the end of the last, that it is derived from."""
    text = context.step.text
    before = statement(claim.statement - 1, context)
    if before:
        whole = len(before) == before[0].members - 1 and all(item.relation == "=" for item in before)
        if not whole or not _derives(text[before[-1].end : claim.start], _sides(before[0]), claim):
            return None
        source = text[before[0].start : before[-1].end]
        return Ground(tuple(_sides(item) for item in before), source, before[0].supposed)
    return None if claim.statement else _last_of_step_before(claim, context)


def _sides(claim: Formula) -> Relation:
    return claim.left.term, claim.right.term


def _last_of_step_before(claim: Formula, context: Context) -> Ground | None:
    """The last equation of the step before, where only words of deriving stand before ``claim``."""
    before = _closing(claim, context)
    if before is None:
        return None
    between = _STEP.sub("", context.step.text[: claim.start])
    words_only = _says_it_follows(between, before.equations[0], claim) and bool(_words(between))
    return before if words_only else None


def _closing(claim: Formula, context: Context) -> Ground | None:
    """The last equation of the step before, where ``claim`` is the first claim of its step."""
    if context.claims[0].start < claim.start:
        return None
    last = None
    for position in range(len(context.facts) - 1, -1, -1):
        fact = context.facts[position]
        if fact.step != context.step.index - 1:
            break
        if fact.term and fact.relation == "=" and (last is None or fact.start > last.start):
            last = fact
    if last is None:
        return None
    return Ground(((last.subject or named(last.name), last.term),), last.source, supposed=False)


class Neighbour(NamedTuple):
    """The equation right before another, whatever joins them: its outer sides, and the text between.

    ``links`` are its first and last claim where it stands in the same step.
    """

    sides: Relation
    source: str
    between: str
    supposed: bool
    links: tuple[Formula, Formula] | None = None

    def read(self, style: Style, context: Context) -> Relation | None:
        """The outer sides in this style; those of an earlier step are known in the textbook's only."""
        if self.links is None or style == TEXTBOOK:
            return self.sides
        first, last = (reread(context.step.text, link, style, context.budget) for link in self.links)
        return (first[0], last[1]) if first and last else None


def neighbour(claim: Formula, context: Context) -> Neighbour | None:
    """The chain of equations right before ``claim``, in this step or at the end of the last."""
    text = context.step.text
    before = statement(claim.statement - 1, context)
    if before:
        if len(before) != before[0].members - 1 or any(item.relation != "=" for item in before):
            return None
        first, last = before[0], before[-1]
        source, between = text[first.start : last.end], text[last.end : claim.start]
        return Neighbour((first.left.term, last.right.term), source, between, first.supposed, (first, last))
    closing = None if claim.statement else _closing(claim, context)
    if closing is None:
        return None
    return Neighbour(closing.equations[0], closing.source, _STEP.sub("", text[: claim.start]), supposed=False)


def _derives(between: str, before: Relation, claim: Formula) -> bool:
    """Whether what stands between two equations derives the second: a sign, words, or a new line of the display."""
    if _says_it_follows(between, before, claim):
        return True
    quiet = not _words(between) and "," not in between and _DISPLAY.search(between) is not None
    return quiet and len(between) <= MAX_BETWEEN and not _listed(before, claim)


def signed(between: str) -> bool:
    """Whether a sign of deriving, and no words, stands between two equations."""
    return len(between) <= MAX_BETWEEN and not _words(between) and _SIGN.search(between) is not None


def rewrites(between: str) -> bool:
    """Whether words of rewriting stand between two equations, and none that do more."""
    return len(between) <= MAX_BETWEEN and _REWRITES.search(between) is not None and _MORE.search(between) is None


def says_it(claim: Formula, context: Context) -> bool:
    """Whether a sign or words, not the layout alone, derive ``claim`` from the statement before it in the step."""
    before = statement(claim.statement - 1, context)
    between = context.step.text[before[-1].end : claim.start] if before else ""
    return bool(before) and _says_it_follows(between, _sides(before[0]), claim)


def _says_it_follows(between: str, before: Relation, claim: Formula) -> bool:
    if len(between) > MAX_BETWEEN or _listed(before, claim):
        return False
    words = _words(between)
    if not all(word in _DERIVING or word in _NEUTRAL for word in words):
        return False
    return any(word in _DERIVING for word in words) or _SIGN.search(between) is not None


def _words(between: str) -> list[str]:
    return [word.lower() for word in _MARKS.sub(" ", between).split() if len(word) > 1]


def _listed(before: Relation, claim: Formula) -> bool:
    """Whether the two may be entries of a list: values of the same thing, the second no mere number."""
    return before[0] == claim.left.term and not plain(claim.right.term)


def plain(term: Term) -> bool:
    """Whether a term is a number as it stands: with a sign, or a fraction."""
    return not symbols(term) and len(term) <= MAX_PLAIN
