"""Plain sides: the common case of one number, or numbers joined by ``+ - * /``, in one loop.

Gives exactly what :func:`verifirst.claims.expression.parse` gives (a property test holds
them together), several times faster, or None where the parser's care is needed.
"""

from __future__ import annotations

from verifirst.claims import lexicon
from verifirst.claims.side import MAX_DIGITS, Side, literal
from verifirst.claims.tokens import Tokens
from verifirst.solvers.rational import Item

_ENDS = frozenset("=,bE")


def plain_side(tokens: Tokens, i: int) -> tuple[Side, int] | None:
    """The side that begins at number token ``i`` and the token after it, or None."""
    text, kinds, starts, ends = tokens
    out: list[Item] = []
    numbers: list[tuple[int, int]] = []
    pending_sum = pending_product = ""
    j = i
    while True:
        start, end = starts[j], ends[j]
        digits = text[start:end]
        item = int(digits) if digits.isdecimal() and end - start <= MAX_DIGITS else literal(digits)
        if item is None or (text[end : end + 1] in _JOINED and text[end + 1 : end + 2] in _CONTINUES):
            return None
        out.append(item)
        numbers.append((start, end))
        kind = kinds[j + 1]
        if pending_product:
            out.append(pending_product)
            pending_product = ""
        if kind in "*/":
            pending_product = kind
        else:
            if pending_sum:
                out.append(pending_sum)
            if kind not in "+-":
                break
            pending_sum = kind
        j += 2
        if kinds[j] != "n":
            return None
    j += 1
    if kind not in _ENDS and not (kind == "w" and kinds[j + 1] in ",bE" and _is_unit(tokens, j)):
        return None
    return Side(starts[i], end, tuple(out), tuple(numbers)), j


_JOINED = frozenset(",.")
_CONTINUES = frozenset("0123456789(\\")


def _is_unit(tokens: Tokens, j: int) -> bool:
    """Whether the words at token ``j`` are an ordinary unit, not glued to the number."""
    start = tokens.starts[j]
    if start == tokens.ends[j - 1] or not tokens.text[start].isalpha():
        return False
    words = tokens.text[start : tokens.ends[j]].lower().split(" ")
    return words[0] not in lexicon.BINDING and words[-1] not in lexicon.NOT_UNITS
