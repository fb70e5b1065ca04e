"""Relations: chains of sides joined by ``=``, ``<`` and the like, found in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable

from verifirst.claims import lexicon
from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.expression import Parsed, parse
from verifirst.claims.operators import is_unit_letter
from verifirst.claims.plain import plain_side
from verifirst.claims.side import Side
from verifirst.claims.tokens import Tokens
from verifirst.core.budget import Budget

OPAQUE = Side(0, 0, (), ())
_BEGINS_SIDE = frozenset("n({fr-+viowe")
_CLOSED = frozenset("niov)}%s*/^+e")


def relations(tokens: Tokens, budget: Budget) -> list[Equation | Comparison]:
    """The numeric equations and comparisons in ``tokens``, in order."""
    kinds = tokens.kinds
    found: list[Equation | Comparison] = []
    i, end = 0, len(kinds) - 1
    if not _may_relate(tokens):
        return found
    while i < end:
        kind = kinds[i]
        if kind == "=":
            i = _chain(tokens, OPAQUE, i, found, budget)
        elif kind in "wb,*/^%)}e" or (kind == "(" and kinds[i + 1] == "w") or (kind == "-" and _is_bullet(tokens, i)):
            i += 1
        else:
            if kind == "n" and _in_prose(tokens, i):
                i += 2
                continue
            side, following, unclosed = _side(tokens, i)
            budget.spend(following - i + 1)
            following = _continuation(tokens, following)
            if kinds[following] == "=" and unclosed >= i:
                i = unclosed + 1
                continue
            if kinds[following] == "=":
                if side.rpn and not _begins_cleanly(tokens, i):
                    side = OPAQUE
                i = _chain(tokens, side, following, found, budget)
            else:
                i = max(following, i + 1)
    return found


def _may_relate(tokens: Tokens) -> bool:
    """A quick look: whether some relation has what may be a number on either side."""
    kinds, i = tokens.kinds, -1
    try:
        while True:
            i = kinds.index("=", i + 1)
            after = i + 2 if kinds[i + 1] == "b" else i + 1
            if kinds[after] not in _BEGINS_NUMBER:
                continue
            before = i - 1
            while before >= 0 and kinds[before] == "b":
                before -= 1
            if kinds[before] in _ENDS_NUMBER or (kinds[before] == "i" and is_unit_letter(tokens, before)):
                return True
    except ValueError:
        return False


_BEGINS_NUMBER = frozenset("n({fr-+v*^")
_ENDS_NUMBER = frozenset("n)}sv%w*^")


def _in_prose(tokens: Tokens, i: int) -> bool:
    """Whether the number at token ``i`` stands in prose and begins no expression."""
    kinds = tokens.kinds
    following = kinds[i + 1]
    if following != "w":
        return following in ",bE"
    after = kinds[i + 2]
    if after in ",bE":
        return True
    if after == "(" and kinds[i + 3] == "w":
        return False  # 3 miles (to work) + ...
    if after not in "n({frv" or tokens.starts[i + 1] == tokens.ends[i]:
        return False
    first = tokens.text[tokens.starts[i + 1] : tokens.ends[i + 1]].partition(" ")[0].lower()
    return first not in lexicon.BINDING


def _side(tokens: Tokens, i: int) -> Parsed:
    """The side at token ``i``, the token after it, and its last bracket left open (or -1)."""
    if tokens.kinds[i] == "n" and (found := plain_side(tokens, i)) is not None:
        return Parsed(*found, -1)
    return parse(tokens, i)


def _chain(tokens: Tokens, first: Side, i: int, found: list[Equation | Comparison], budget: Budget) -> int:
    """Read the chain whose first relation is token ``i``; return the token after it."""
    kinds = tokens.kinds
    sides, signs = [first], []
    while kinds[i] == "=":
        signs.append(tokens.relation(i))
        i += 1
        if kinds[i] == "b" and tokens.text[tokens.starts[i]] == "\n":
            i += 1
        if kinds[i] in _BEGINS_SIDE or (kinds[i] in "*^" and kinds[i + 1] == "n"):
            if kinds[i] in "*^":
                i += 1
            side, following, _ = _side(tokens, i)
            budget.spend(following - i + 1)
            if following == i:
                side = OPAQUE
            i = following
        else:
            side = OPAQUE
        sides.append(side)
        i = _continuation(tokens, i)
    _claim(tokens.text, sides, signs, found)
    return i


def _continuation(tokens: Tokens, i: int) -> int:
    """A line that begins with ``=`` goes on with the chain of the line before."""
    kinds = tokens.kinds
    j = i
    while kinds[j] == "b" and tokens.text[tokens.starts[j] : tokens.ends[j]] in _LINE_ENDS:
        j += 1
    return j if kinds[j] == "=" else i


_LINE_ENDS = frozenset(("\n", "\\\\", "\\[", "\\]", "$$", "\\quad", "\\qquad"))


def _claim(text: str, sides: list[Side], signs: list[str], found: list[Equation | Comparison]) -> None:
    members = 0
    for side in sides:
        if side.rpn:
            members += 1
    if members < 2:  # noqa: PLR2004  # two sides make a relation
        return
    link = 0
    for at, sign in enumerate(signs):
        left, right = sides[at], sides[at + 1]
        if not left.rpn or not right.rpn:
            continue
        if sign in "=≈":
            if _restates(signs, at):
                continue
            if left.bare and right.bare and _may_convert(text, left, right, signs[:at]):
                continue
            found.append(Equation(left.start, right.end, sign, left, right, members, link, at == len(signs) - 1))
            link += 1
        elif sign != "?":
            found.append(Comparison(left.start, right.end, sign, left, right))


_PLAIN_LINK = re.compile(r"([0-9]+(?:\.[0-9]+)? ?= ?([$€£]?)[0-9]+(?:\.[0-9]+)?)(?=\.?(?:\s*\Z|\n)| ?=)")


def _may_convert(text: str, left: Side, right: Side, before: list[str]) -> bool:
    """Whether a unit can make two numbers equal, as in ``12 inches = 1 foot``: not inside a chain without words.

    Nor where both are in one currency (``25% of $56 = $14 = $53``), or behind a comparison (``147 > 24 = 61``).
    ``before`` are the signs of the chain before this one.
    """
    if ("%" in left.rpn) != ("%" in right.rpn):
        return False
    if before and before[-1] in ("<", ">") and text[left.end : right.start].strip() == "=":
        return False
    plain = _PLAIN_LINK.match(text, left.start) if before else None
    return plain is None or plain.end(1) != right.end or not text.startswith(plain[2], max(0, left.start - 1))


def _restates(signs: list[str], at: int) -> bool:
    """``a < k < b ≈ c < k < d`` restates the whole inequality at the middle sign."""
    return any(sign[0] in "<>" for sign in signs[:at]) and any(sign[0] in "<>" for sign in signs[at + 1 :])


def _begins_cleanly(tokens: Tokens, i: int) -> bool:
    """Whether nothing to the left of token ``i`` could belong to its expression."""
    check = _LEFT_OF_START.get(tokens.kinds[i - 1]) if i else None
    return i == 0 or (check is not None and check(tokens, i))


def _after_words(tokens: Tokens, i: int) -> bool:
    """Words before it: no function name, no sign that may be an operator, no call."""
    kind = tokens.kinds[i]
    if kind == "+" or (kind == "-" and not tokens.glued(i + 1)) or (kind == "(" and tokens.glued(i)):
        return False
    run = tokens.text[tokens.starts[i - 1] : tokens.ends[i - 1]]
    if kind == "n" and tokens.glued(i) and run[-1].isalpha():
        return False  # the 2 of CO2 is a part of a name
    return run.rpartition(" ")[2].lower() not in lexicon.NOT_UNITS


def _after_bracket(tokens: Tokens, i: int) -> bool:
    """An opening bracket before it: of prose, not of a call or a product."""
    return i == 1 or not (tokens.glued(i - 1) and tokens.kinds[i - 2] in "wnio)}f")


def _after_brace(tokens: Tokens, i: int) -> bool:
    return i > 1 and tokens.kinds[i - 2] in "bw,"


def _after_break(tokens: Tokens, i: int) -> bool:
    """A new line: unless its sign continues the line above."""
    continued = i > 1 and tokens.kinds[i] == "-" and tokens.kinds[i - 2] in "n)}%"
    return tokens.kinds[i] != "+" and not continued


def _after_punctuation(tokens: Tokens, i: int) -> bool:
    r"""Punctuation before it: unless an operator stands before that, or ``\\ &+ 3`` goes on with the line above."""
    if i == 1 or tokens.kinds[i - 2] in "+-*/^=%":
        return i == 1
    aligned = tokens.text[tokens.starts[i - 1]] == "&" and tokens.text.startswith("\\\\", tokens.starts[i - 2])
    return tokens.kinds[i] != "+" and not (aligned and tokens.kinds[i] == "-")


def _is_bullet(tokens: Tokens, i: int) -> bool:
    """Whether the dash at token ``i`` opens an item of a list rather than a negative number."""
    if tokens.glued(i + 1) or (i and tokens.text[tokens.starts[i - 1]] != "\n"):
        return False
    if i == 0:
        return True
    end = tokens.starts[i - 1]
    above = tokens.text[tokens.text.rfind("\n", max(0, end - 500), end) + 1 : end].strip()
    return "=" in above or above[:1] in "-*•−–" or above[-1:] in ".:;"


def _opens_markup(tokens: Tokens, i: int) -> bool:
    """Whether the asterisks at token ``i`` are a bullet or open bold text."""
    if tokens.text[tokens.starts[i]] not in "*•":
        return False
    if i == 0 or tokens.kinds[i - 1] == "b":
        return True
    bold = tokens.ends[i] - tokens.starts[i] == 2  # noqa: PLR2004  # two asterisks
    return bold and tokens.glued(i + 1) and not tokens.glued(i) and tokens.kinds[i - 1] in "w,"


_LEFT_OF_START: dict[str, Callable[[Tokens, int], bool]] = {
    "w": _after_words,
    "(": _after_bracket,
    "{": _after_brace,
    "b": _after_break,
    ",": _after_punctuation,
    "-": lambda _tokens, _i: True,  # a bullet
    "*": lambda tokens, i: _opens_markup(tokens, i - 1),
    "^": lambda tokens, i: _opens_markup(tokens, i - 1),
}
