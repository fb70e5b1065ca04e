"""One side of a relation: tokens to postfix, by an operator-precedence parser.

The parser never cuts a fragment out of something bigger: whatever may belong to the
expression but cannot be read as a number (a variable, a function call, a tuple, a custom
operator) makes the whole side *opaque*, and an opaque side has no postfix form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from verifirst.claims import operands, operators, words
from verifirst.claims.side import TEXTBOOK, Side, Style
from verifirst.claims.state import State
from verifirst.claims.tokens import Tokens


class Parsed(NamedTuple):
    """A side, the token that ended it, and the last bracket left open before it (or -1)."""

    side: Side
    end: int
    unclosed: int


def parse(tokens: Tokens, start: int, style: Style = TEXTBOOK) -> Parsed:
    """The side that begins at token ``start``, read in ``style``."""
    p = State(tokens, start, style)
    kinds = tokens.kinds
    while True:
        handler = (_OPERAND if p.want else _OPERATOR).get(kinds[p.i])
        if handler is None or handler(p):
            break
    return _finish(p, start)


def _finish(p: State, start: int) -> Parsed:
    end = p.i
    unclosed = p.groups[-1] if p.groups else -1
    if p.groups or p.want:
        p.opaque = True
    elif p.saved is not None and not p.opaque and p.kinds[end] != "=" and p.style.note_paren:
        end, p.out, p.ops, count = p.saved
        del p.numbers[count:]
    if not p.opaque:
        p.unwind()
    last = end - 1
    while last > start and p.kinds[last] not in _CLOSES_OPERAND:
        last -= 1
    rpn = () if p.opaque else tuple(p.out)
    return Parsed(Side(p.tokens.starts[start], p.tokens.ends[last], rpn, tuple(p.numbers)), end, unclosed)


_CLOSES_OPERAND = frozenset("n)}sv%")

Handler = Callable[[State], bool]
_OPERAND: dict[str, Handler] = {
    "n": operands.number, "v": operands.vulgar, "-": operands.sign, "+": operands.sign, "(": operands.opening,
    "{": operands.opening, "f": operands.fraction, "r": operands.root, "i": State.make_opaque, "o": State.make_opaque,
    "e": State.make_opaque, "w": operands.words_operand, "*": operands.bold, "^": operands.bold,
    "b": operands.line_end,
}  # fmt: skip
_OPERATOR: dict[str, Handler] = {
    "+": operators.binary, "-": operators.binary, "*": operators.binary, "/": operators.binary,
    "^": operators.binary, "%": operators.percent, "s": operators.superscript, ")": operators.close,
    "}": operators.close, "v": operands.vulgar, "n": operators.beside_number, "(": operators.beside_group,
    "{": State.make_opaque, "f": operators.beside_fraction, "r": operators.beside_root, "i": operators.letter,
    "w": words.words, "o": State.make_opaque, "e": State.make_opaque, ",": operators.punctuation,
}  # fmt: skip
