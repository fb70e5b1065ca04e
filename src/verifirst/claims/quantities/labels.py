r"""Values on a later line: ``Total = 50 + 80`` and, further down the step, ``Total = 130``.

Two chains of one step that give the same name state that their sides are equal. The name is
whatever stands left of the first relation (words, a variable, a call): it need not be
understood, only be the same. What is compared is the last numeric side of the chain before,
where that is an expression still to be evaluated, and the first numeric side of the chain after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from verifirst.claims.equation import Equation
from verifirst.claims.expression import parse
from verifirst.claims.side import Side
from verifirst.claims.tokens import Tokens
from verifirst.core.budget import Budget

MAX_NAME = 100  # characters of a name
MAX_VARIABLE = 4  # characters of the name of a variable
MAX_CHAINS = 200  # chains of one step that are read
_SEPARATOR = re.compile(r"\n(?:\s*[-*•]\s)?|\\\\|\\[][()]|\$|[.;:!?,](?=\s)|&|[-=]>|[→⇒•]|\*\*")
_WRAPPER = re.compile(r"\\(?:text|mathrm|mathit|textbf|mathbf|mbox|textit|operatorname|left|right)\b")
_PIECE = re.compile(r"[^\W_]+|[-+*/^()'%|!<>]")
_LETTER = re.compile(r"[^\W\d_]")
_LAST_PIECE = re.compile(rf"([^\W_]+|[-+*/^()'%|!<>])(?:{_WRAPPER.pattern}|(?!\\[A-Za-z])[^\w\-+*/^()'%|!<>]|_)*+\Z")
MAX_FILLER = 30  # characters before a relation in which the last word or sign is looked for
_CONNECTIVE = (
    r"so|thus|therefore|then|hence|now|finally|which|this|these|gives?|us|we|get|have|is|are|the|that|to|means"
    r"|simplif(?:y|ies|ying)|becomes?|implies|yields?"
)
_LEAD = re.compile(rf"(?:\s++|\b(?:{_CONNECTIVE}|and|or|where|since|as|i|can|write|be)\b)*+", re.IGNORECASE)
_FILLER = re.compile(  # the unit of the side before, then separators and connectives
    r"[ ]?(?:(?!and\b|or\b|if\b|but\b)[a-zA-Z%³²]++[ ]?){0,4}+(?:\([^()\n]{0,60}\))?"
    r"(?:[\s.:;$&*]++|,(?=\s*(?:so|thus|hence|which|then)\b)"
    r"|\\[][()\\]|\\(?:quad|qquad|implies|Rightarrow|therefore|begin|end)\b|\{[a-z]{1,12}\*?\}"
    rf"|\b(?:{_CONNECTIVE})\b|[⇒→•]|[-=]>)*+",
    re.IGNORECASE,
)
_ENDS = frozenset("bE,w=")


class _Chain(NamedTuple):
    start: int  # where the name begins
    name: str
    first: Side | None
    last: Side | None


def restated(tokens: Tokens, budget: Budget) -> list[Equation]:
    """The equations between the values that a step gives under one name, in order."""
    latest: dict[str, Side] = {}
    found: list[Equation] = []
    if not _may_repeat(tokens):
        return found
    for chain in _chains(tokens, budget):
        known, right = latest.pop(chain.name, None), chain.first
        if known is not None and right is not None and _direct(tokens.text, known, chain.start):
            found.append(Equation(known.start, right.end, "=", known, right, name=chain.name))
        if chain.last is not None and not _is_value(tokens.text, chain.name, chain.last):
            latest[chain.name] = chain.last
    return [equation for equation in found if not _branches(equation)]


def _may_repeat(tokens: Tokens) -> bool:
    """A quick look: whether a number may be given under a name that ends as an earlier one does."""
    text, kinds, starts, ends = tokens
    seen: set[str] = set()
    floor, i = 0, -1
    for _ in range(kinds.count("=")):
        i = kinds.index("=", i + 1)
        start = starts[i]
        if _LETTER.search(text, floor, start):
            low = max(0, start - MAX_FILLER)
            last = _LAST_PIECE.search(text, low, start)
            if last is None or last.start() == low > 0:
                return True
            ending = last[1][-3:].lower()
            if ending in seen and kinds[i + 1] in _BEGINS_NUMBER:
                return True
            seen.add(ending)
        floor = ends[i]
    return False


_BEGINS_NUMBER = frozenset("n({fr-+v*^b")


def _direct(text: str, left: Side, start: int) -> bool:
    """Whether nothing but a unit and connectives stand between the two."""
    return _FILLER.fullmatch(text, left.end, start) is not None


def _is_value(text: str, name: str, side: Side) -> bool:
    """Whether a side is a number as it stands: ``5``, and for a variable ``-1/2`` too."""
    if side.bare:
        return True
    fraction = len(side.numbers) == 2 and side.rpn[2] == "/"  # noqa: PLR2004  # a fraction of two literals
    return fraction and " " not in name and "/ " not in text[side.start : side.end] and len(name) <= MAX_VARIABLE


def _branches(equation: Equation) -> bool:
    """``x = (3 + 5) / 2``, ``x = (3 - 5) / 2``: two solutions, not one value."""
    left, right = equation.left.rpn, equation.right.rpn
    operands = [item for item in left if not isinstance(item, str)]
    return left != right and len(operands) > 1 and operands == [item for item in right if not isinstance(item, str)]


def _chains(tokens: Tokens, budget: Budget) -> Iterator[_Chain]:
    """Name, first and last numeric side of every chain that begins with a name."""
    kinds = tokens.kinds
    floor = i = 0
    for _ in range(MAX_CHAINS):
        try:
            i = kinds.index("=", i)
        except ValueError:
            return
        start, name = _name(tokens.text, floor, tokens.starts[i])
        sides: list[Side | None] = []
        while kinds[i] == "=":
            plain = tokens.relation(i) in "=≈"
            side, i = _side(tokens, i + 1, budget)
            sides.append(side if plain else None)
        if name:
            yield _Chain(start, name, sides[0], sides[-1])
        floor = tokens.ends[i - 1]


def _side(tokens: Tokens, i: int, budget: Budget) -> tuple[Side | None, int]:
    """The side at token ``i`` if it is numeric and ends cleanly, and the token after it."""
    kinds = tokens.kinds
    while kinds[i] == "b" and tokens.text[tokens.starts[i]] == "\n":
        i += 1
    side, end, _ = parse(tokens, i)
    budget.spend(end - i + 1)
    remark = kinds[end] == "(" and kinds[end + 1] == "w" and not tokens.glued(end)
    clean = bool(side.rpn) and (kinds[end] in _ENDS or remark)
    following = end
    while kinds[following] == "b" and tokens.text[tokens.starts[following]] in "\n\\":
        following += 1
    return (side if clean else None), (following if kinds[following] == "=" else max(end, i))


def _name(text: str, floor: int, end: int) -> tuple[int, str]:
    """What stands left of the relation at ``end``: where it begins, and a form to compare it in."""
    low = max(floor, end - MAX_NAME)
    start = low
    for match in _SEPARATOR.finditer(text, low, end):
        start = match.end()
    if start == low > floor:
        return start, ""
    start = _LEAD.match(text, start, end).end()  # type: ignore[union-attr]  # it may match nothing
    pieces = _PIECE.findall(_WRAPPER.sub(" ", text[start:end]))
    if not any(piece[0].isalpha() for piece in pieces):
        return start, ""
    return start, " ".join(piece if len(piece) == 1 else piece.lower() for piece in pieces)
