"""Words, sentences and lines: what they do to the claims around them, and the verdict at the end."""

from __future__ import annotations

from verifirst.kernels import words
from verifirst.kernels.equations import end_expression
from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import At, Line, Side
from verifirst.kernels.state import Row, clear_side, kill
from verifirst.kernels.words import Means

LETTER_O, LETTER_F = ord("o"), ord("f")


def first_letter(row: Row, byte: int) -> None:
    """A word begins."""
    row[At.HASH], row[At.LENGTH] = 0, 0
    letter(row, byte)


def letter(row: Row, byte: int) -> None:
    """One more letter of a word."""
    row[At.HASH] = words.extend(row[At.HASH], byte | 32)
    row[At.LENGTH] += 1
    if row[At.HASH] in words.PREFIXES:
        row[At.LINE] |= Line.DOUBT


def apostrophe(row: Row, _byte: int = 0) -> None:
    """``I'm``: to the host the letter before it is a name, and what follows is no prose."""
    if row[At.LENGTH] == 1:
        kill(row)


def letter_after(row: Row, byte: int) -> None:
    """A word behind a number ends the expression, unless its side has no partner yet; ``of`` may be a sign."""
    if byte == LETTER_O and percentage(row):
        row[At.MODE] = Mode.OF1
        return
    if row[At.OPERATORS] and not row[At.LEFT_SIDE] & Side.EXISTS:
        kill(row)
        return
    end_expression(row)
    if row[At.MODE] != Mode.DEAD:
        row[At.LINE] |= Line.AFTER
        first_letter(row, byte)


def percentage(row: Row) -> bool:
    """Whether all that stands there is one percentage."""
    shape = row[At.SIDE] & (Side.PERCENT | Side.BRACKETS) == Side.PERCENT and row[At.OPERANDS] == 1
    return shape and not (row[At.OPERATORS] or row[At.LEFT_SIDE] & Side.EXISTS)


def of_f(row: Row, byte: int) -> None:
    """The letter behind a percentage and an o."""
    if byte == LETTER_F:
        row[At.MODE] = Mode.OF2
    else:
        another_word(row, byte, b"o")


def of_more(row: Row, byte: int) -> None:
    """One more letter behind a percentage and ``of``."""
    another_word(row, byte, b"of")


def another_word(row: Row, byte: int, begun: bytes) -> None:
    """A word that only begins as ``of`` does: it ends the expression."""
    end_expression(row)
    if row[At.MODE] != Mode.DEAD:
        row[At.LINE] |= Line.AFTER
        row[At.HASH], row[At.LENGTH] = words.hashed(begun.decode()), len(begun)
        letter(row, byte)


def word(row: Row, _byte: int = 0) -> None:
    """A word is complete."""
    means, line, single = words.MEANINGS.get(row[At.HASH], 0), row[At.LINE], row[At.LENGTH] == 1
    behind = line & Line.AFTER
    line = (line | Line.WORDS) & ~(Line.AFTER | Line.LINKED | Line.SINGLE)
    if single:
        line |= Line.SINGLE
    if means & Means.LINK:
        line |= Line.LINKED
    if means & Means.DOUBT:
        line |= Line.DOUBT
    if means & Means.LATE:
        line |= Line.LATE
    if means & Means.UNIT:
        line |= Line.UNITS
    if means & Means.NUMERAL:
        line |= Line.NUMBERS
    row[At.LINE] = line
    bound = behind and (single or means & Means.BINDING)
    if means & Means.KILL or bound or (single and not means & Means.ALONE):
        kill(row)


def sentence(row: Row, _byte: int = 0) -> None:
    """What failed can no longer be part of something bigger."""
    if row[At.LINE] & Line.PENDING:
        row[At.LINE] |= Line.REFUTED
    row[At.LINE] &= ~(Line.PENDING | Line.NUMBERS | Line.LINKED)


def word_sentence(row: Row, byte: int) -> None:
    """A word is complete, and its sentence."""
    word(row)
    sentence(row, byte)


def word_line(row: Row, byte: int) -> None:
    """A word is complete, and its line."""
    word(row)
    end_line(row, byte)
    row[At.MODE] = Mode.PROSE


def end_line(row: Row, _byte: int = 0) -> None:
    """The end of a step: its verdict."""
    line = row[At.LINE]
    excused = line & (Line.DOUBT | Line.LATE | Line.COMPARED) or (line & Line.SUMS and line & (Line.UNITS | Line.MONEY))
    verdict = 0
    if line & Line.DEAD:
        pass
    elif line & (Line.PENDING | Line.REFUTED):
        verdict = 0 if excused else -1
    elif line & Line.VERIFIED and not line & Line.UNDECIDED:
        verdict = 1
    row[At.LAST] = verdict
    row[At.VERIFIED if verdict > 0 else At.REFUTED if verdict else At.UNKNOWN] += 1
    row[At.LINE] = 0
    row[At.LEFT_SIDE] = 0
    clear_side(row)


def stop(row: Row, byte: int) -> None:
    """The expression has ended, and its sentence."""
    pause(row, byte)
    sentence(row, byte)


def pause(row: Row, _byte: int) -> None:
    """``10%: 4 + 7``: behind a percentage the host begins no expression."""
    if row[At.SIDE] & Side.PERCENT:
        kill(row)
        return
    end_expression(row)


def stop_line(row: Row, byte: int) -> None:
    """The expression has ended, and its line."""
    end_expression(row)
    end_line(row, byte)
    row[At.MODE] = Mode.PROSE
