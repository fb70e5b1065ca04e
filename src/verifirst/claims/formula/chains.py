"""Chains: the sides of each statement in a region, joined by relation signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from verifirst.claims.formula import vocabulary as words
from verifirst.claims.formula.claim import Side
from verifirst.claims.formula.cursor import OpaqueError
from verifirst.claims.formula.lexer import ALIGNED_MINUS, Tokens
from verifirst.claims.formula.parser import Parsed, parse
from verifirst.claims.formula.style import TEXTBOOK, Style
from verifirst.claims.side import literal
from verifirst.core.budget import Budget
from verifirst.solvers.terms import Term

_CALLED = re.compile(
    r"(?<![A-Za-z\\])([A-Za-z])'{0,2}(?:_\{?[0-9a-z]\}?)?\s*\(\s*[a-z](?:\s*,\s*[a-z])*\s*\)\s*(?:=|:=|\\equiv)"
)


class Chain(NamedTuple):
    """Sides (None where not read) and the relations between them.

    ``follows`` says that a sign derives it from the chain before it in the region.
    """

    sides: list[Side | None]
    relations: list[str]
    modulus: Term
    follows: bool


def called(text: str) -> frozenset[str]:
    """The letters that ``text`` defines as functions: ``f(x) = ...``."""
    return frozenset(_CALLED.findall(text)) if _CLOSED.search(text) else frozenset()


_CLOSED = re.compile(r"\)\s*(?:=|:=|\\equiv)")  # a quick look: begins with a fixed character


def chains(
    tokens: Tokens, budget: Budget, style: Style = TEXTBOOK, functions: frozenset[str] = frozenset()
) -> Iterator[Chain]:
    """The chains in ``tokens``, in order."""
    kinds = tokens.kinds
    i, follows, clean, whole = 0, False, True, True
    while kinds[i] != "E":
        kind = kinds[i]
        if kind in "bi,wT" or (kind == "r" and tokens.texts[i] == "~"):
            follows = kind == "i" or (kind == "b" and tokens.texts[i] == "\\")
            clean = whole and (kind != "w" or _clean_word(tokens.texts[i]))
            whole = True
            i += 1
            continue
        begin = i
        chain, i = _chain(tokens, i, clean, follows, budget, style, functions)
        if kinds[i] == "b" and kinds[_line(kinds, i)] == "r":
            i = _join(tokens, chain, _line(kinds, i), budget, style, functions)
        if chain.relations:
            yield chain
        follows, clean = False, False
        whole = bool(chain.relations) or kinds[i] != "b"  # a line without a relation may go on after a break
        i = max(i, begin + 1)


def _line(kinds: list[str], i: int) -> int:
    """The token after breaks: a new line that begins with a relation goes on with the chain."""
    while kinds[i] == "b":
        i += 1
    return i


def _join(tokens: Tokens, chain: Chain, i: int, budget: Budget, style: Style, functions: frozenset[str]) -> int:
    """Read on at the relation ``i``, as a part of ``chain``."""
    kinds = tokens.kinds
    while kinds[i] == "r":
        i = _links(tokens, chain.sides, chain.relations, i, budget, style, functions)
        following = _line(kinds, i)
        if kinds[i] != "b" or kinds[following] != "r":
            break
        i = following
    return i


def _chain(
    tokens: Tokens, i: int, clean: bool, follows: bool, budget: Budget, style: Style, functions: frozenset[str]
) -> tuple[Chain, int]:
    if tokens.kinds[i] == "r":
        first: Side | None = None
    else:
        begin = i
        first, i = _side(tokens, i, budget, style, functions)
        if not clean or tokens.kinds[begin] in "+*/" or _continues(tokens, begin):
            first = None
    relations: list[str] = []
    sides: list[Side | None] = [first]
    i = _links(tokens, sides, relations, i, budget, style, functions)
    modulus, i = _modulus(tokens, i, style, functions)
    return Chain(sides, relations, modulus, follows), i


def _links(
    tokens: Tokens,
    sides: list[Side | None],
    relations: list[str],
    i: int,
    budget: Budget,
    style: Style,
    functions: frozenset[str],
) -> int:
    kinds = tokens.kinds
    while kinds[i] == "r" and tokens.texts[i] != "~":
        relations.append(tokens.texts[i])
        i += 1
        while kinds[i] == "b" and tokens.texts[i] in ("\\", "quad", "qquad"):
            i += 1
        side, i = _side(tokens, i, budget, style, functions)
        sides.append(side)
    return i


def _side(tokens: Tokens, i: int, budget: Budget, style: Style, functions: frozenset[str]) -> tuple[Side | None, int]:
    """The side at token ``i``, or None, and the token after it."""
    kinds = tokens.kinds
    parsed: Parsed | None
    try:
        parsed = _single(tokens, i) or parse(tokens, i, style, functions)
    except (OpaqueError, IndexError):
        parsed = None
    end = parsed.end if parsed else _skip(kinds, i)
    budget.spend(end - i + 1)
    if parsed is None or (kinds[end] not in "rbi,wTE" and not _ends(tokens, end)):
        return None, max(end, _skip(kinds, end))
    if (kinds[end] == "b" and _goes_on(tokens, end)) or (kinds[end] == "w" and kinds[end + 1] in "+-*/^("):
        return None, end  # the next line, or what follows a unit, belongs to it
    return Side(tokens.starts[i], tokens.ends[end - 1], parsed.term, parsed.units), end


def _single(tokens: Tokens, i: int) -> Parsed | None:
    """The side at token ``i`` where it is one number or letter that means the same in every style."""
    kinds = tokens.kinds
    if kinds[i] not in "na" or kinds[i + 1] not in "rbi,wE":
        return None
    text = tokens.texts[i]
    if kinds[i] == "n":
        value = literal(text)
        return None if value is None else Parsed((value,), i + 1, units=False)
    return None if text in _MEANINGFUL else Parsed(("$" + text,), i + 1, units=False)


_MEANINGFUL = frozenset("ieπ∞")  # letters that may be numbers


def _continues(tokens: Tokens, i: int) -> bool:
    r"""Whether ``\\ &- 3 ...`` at token ``i`` goes on with the line above."""
    return tokens.texts[i] == ALIGNED_MINUS and i > 0 and tokens.texts[i - 1] == "\\"


def _goes_on(tokens: Tokens, i: int) -> bool:
    """Whether the line after the break ``i`` continues the side: it begins with an operator and relates nothing."""
    kinds, i = tokens.kinds, _line(tokens.kinds, i)
    if kinds[i] not in "+-*/":
        return False
    return kinds[i] != "-" or tokens.texts[i] == ALIGNED_MINUS or kinds[_skip(kinds, i)] != "r"


def _ends(tokens: Tokens, i: int) -> bool:
    """Whether the token at ``i`` ends a side although it is no separator: a modulus, a stray closing bracket."""
    kind = tokens.kinds[i]
    if kind == "c":
        return tokens.texts[i] in ("pmod", "pod", "mod")
    if kind == "w":
        return tokens.texts[i].lower() in ("mod", "modulo")
    if kind == "(":
        return tokens.kinds[i + 1] in "Twc" and tokens.texts[i + 1].strip().lower().startswith("mod")
    return kind == ")" and not tokens.typeset


def _skip(kinds: list[str], i: int) -> int:
    """The next token that ends a side, brackets respected."""
    depth = 0
    while (kind := kinds[i]) not in "bE":
        if kind in "({":
            depth += 1
        elif kind in ")}":
            depth -= 1
        elif depth <= 0 and kind in "ri,w":
            break
        i += 1
    return i


def _modulus(tokens: Tokens, i: int, style: Style, functions: frozenset[str]) -> tuple[Term, int]:
    r"""``\pmod{7}``, ``(\text{mod } 7)``, ``(mod 7)``, ``mod 7`` at token ``i``."""
    kinds = tokens.kinds
    if kinds[i] not in "c(w" or not _ends(tokens, i):
        return (), i
    j = i + 2 if kinds[i] == "(" else i + 1
    try:
        parsed = parse(tokens, j, style, functions)
    except (OpaqueError, IndexError):
        return (), _skip(kinds, i)
    end = parsed.end + (kinds[i] == "(" and kinds[parsed.end] == ")")
    return parsed.term, end


def _clean_word(run: str) -> bool:
    """Whether a formula begins cleanly after these words (or this punctuation)."""
    last = run.rstrip(".").rpartition(" ")[2].lower()
    return not last.isalpha() or last in words.CLEAN_BEFORE or run.endswith(".")
