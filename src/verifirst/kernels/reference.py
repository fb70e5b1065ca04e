"""The automaton in Python: what the device kernels do, byte for byte.

Bounds are those of 64-bit integers, so that nothing here decides what a kernel could not.
"""

from __future__ import annotations

from collections.abc import Callable

from verifirst.core.verdict import Status
from verifirst.kernels import alphabet, equations, grammar, sentences, state, terms
from verifirst.kernels.alphabet import Symbol
from verifirst.kernels.grammar import Action
from verifirst.kernels.layout import At
from verifirst.kernels.state import Row, fresh

_STATUS = {1: Status.VERIFIED, -1: Status.REFUTED, 0: Status.UNKNOWN}


def advance(row: Row, text: bytes) -> None:
    """Read ``text`` (any piece of UTF-8, cut anywhere); changes ``row``."""
    for byte in text:
        _read(row, byte)


def last(row: Row) -> Status:
    """The verdict on the line that ended last; UNKNOWN before the first."""
    return _STATUS[row[At.LAST]]


def verdicts(text: str) -> list[Status]:
    """The verdict on each line of ``text``."""
    row, found = fresh(), []
    for line in text.split("\n"):
        advance(row, line.encode() + b"\n")
        found.append(last(row))
    return found


def _read(row: Row, byte: int) -> None:
    """One byte: at most two symbols, since one that ends a command is read again."""
    again = True
    while again:
        symbol, row[At.LEXER], again = alphabet.TABLE[row[At.LEXER]][byte]
        if symbol is not Symbol.NONE:
            _take(row, symbol, byte)


def _take(row: Row, symbol: Symbol, byte: int) -> None:
    """One symbol: a transition, and another where the symbol is read again."""
    again = True
    while again:
        action, mode, again = grammar.TABLE[row[At.MODE]][symbol]
        row[At.MODE] = mode
        if action:
            _ACTIONS[action](row, byte)


_ACTIONS: dict[Action, Callable[[Row, int], None]] = {
    Action.KILL: state.kill,
    Action.LETTER: sentences.letter,
    Action.FIRST_LETTER: sentences.first_letter,
    Action.LETTER_AFTER: sentences.letter_after,
    Action.WORD: sentences.word,
    Action.WORD_SENTENCE: sentences.word_sentence,
    Action.WORD_LINE: sentences.word_line,
    Action.SENTENCE: sentences.sentence,
    Action.LINE: sentences.end_line,
    Action.START: terms.start,
    Action.FIRST_DIGIT: terms.first_digit,
    Action.DIGIT: terms.digit,
    Action.GROUPED: terms.grouped,
    Action.DECIMAL: terms.decimal,
    Action.LITERAL: terms.literal,
    Action.PLUS: terms.plus,
    Action.MINUS: terms.minus,
    Action.TIMES: terms.times,
    Action.OVER: terms.over,
    Action.EQUALS: equations.equals,
    Action.LABEL: equations.label,
    Action.SIGN: terms.sign,
    Action.START_BRACKET: terms.start_bracket,
    Action.BRACKET: terms.bracket,
    Action.CLOSE: terms.close,
    Action.START_FRACTION: terms.start_fraction,
    Action.FRACTION: terms.fraction,
    Action.TOP: terms.top,
    Action.BOTTOM: terms.bottom,
    Action.END: terms.end,
    Action.PERCENT: terms.percent,
    Action.STOP: sentences.stop,
    Action.BREAK: sentences.pause,
    Action.STOP_LINE: sentences.stop_line,
    Action.MONEY: terms.money,
    Action.CROSS: terms.cross,
    Action.APOSTROPHE: sentences.apostrophe,
    Action.SPACED: terms.spaced,
    Action.RATIO: terms.ratio,
    Action.LESS: equations.less,
    Action.MORE: equations.more,
    Action.OR_EQUAL: equations.or_equal,
    Action.OF_F: sentences.of_f,
    Action.OF_MORE: sentences.of_more,
    Action.OF: terms.of,
}
