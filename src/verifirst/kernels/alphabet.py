"""From bytes to symbols: UTF-8 operators and LaTeX commands are recognised on the way.

``TABLE[state][byte]`` is ``(symbol, next state, again)``: the symbol that is complete with this
byte (or before it), or ``Symbol.NONE``; ``again`` says that the byte was not part of it and is
to be read once more. Within a command or a character of several bytes no symbol comes out, so a
token may end anywhere.
"""

from __future__ import annotations

from enum import IntEnum


class Symbol(IntEnum):
    """What the grammar reads."""

    NONE = -1
    DIGIT = 0
    LETTER = 1
    X = 2  # the letter x, which may be a sign
    SPACE = 3
    NEWLINE = 4
    POINT = 5
    COMMA = 6
    PLUS = 7
    MINUS = 8
    TIMES = 9
    OVER = 10
    EQUALS = 11
    OPEN = 12
    CLOSE = 13
    BEGIN = 14  # {
    END = 15  # }
    FRACTION = 16
    MONEY = 17  # a currency sign, or a delimiter of mathematics
    PERCENT = 18
    PAUSE = 19  # ; : between clauses
    APOSTROPHE = 20
    LESS = 21
    MORE = 22
    OTHER = 23


Entry = tuple[Symbol, int, bool]

_PLAIN = {" ": Symbol.SPACE, "\n": Symbol.NEWLINE, ".": Symbol.POINT, ",": Symbol.COMMA, "+": Symbol.PLUS}
_PLAIN |= {"-": Symbol.MINUS, "*": Symbol.TIMES, "/": Symbol.OVER, "=": Symbol.EQUALS, "(": Symbol.OPEN}
_PLAIN |= {")": Symbol.CLOSE, "{": Symbol.BEGIN, "}": Symbol.END, "$": Symbol.MONEY, "%": Symbol.PERCENT}
_PLAIN |= {";": Symbol.PAUSE, ":": Symbol.PAUSE, "'": Symbol.APOSTROPHE, "x": Symbol.X}
_PLAIN |= {"<": Symbol.LESS, ">": Symbol.MORE}
_PLAIN |= dict.fromkeys("0123456789", Symbol.DIGIT)
_PLAIN |= dict.fromkeys("abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ", Symbol.LETTER)

_WIDE = {"×": Symbol.TIMES, "·": Symbol.TIMES, "⋅": Symbol.TIMES, "∗": Symbol.TIMES, "÷": Symbol.OVER}
_WIDE |= {"−": Symbol.MINUS, "’": Symbol.APOSTROPHE, "€": Symbol.MONEY, "£": Symbol.MONEY}

COMMANDS = {"times": Symbol.TIMES, "cdot": Symbol.TIMES, "div": Symbol.OVER, "frac": Symbol.FRACTION}
COMMANDS |= {"dfrac": Symbol.FRACTION, "tfrac": Symbol.FRACTION}

START = 0


def build() -> list[list[Entry]]:
    """The table; state 0 is the start, the others are inside a character or a command."""
    table = [_start()]
    _add_wide(table)
    _add_commands(table)
    return table


def _start() -> list[Entry]:
    row: list[Entry] = [(Symbol.OTHER, START, False)] * 256
    for text, symbol in _PLAIN.items():
        row[ord(text)] = (symbol, START, False)
    return row


def _add_wide(table: list[list[Entry]]) -> None:
    """Characters of several bytes; a byte that does not go on is read again after an OTHER."""
    inner: dict[tuple[int, int], int] = {}
    for text, symbol in _WIDE.items():
        state = START
        *head, last = text.encode()
        for byte in head:
            if (state, byte) not in inner:
                inner[state, byte] = len(table)
                table.append([(Symbol.OTHER, START, True)] * 256)
                table[state][byte] = (Symbol.NONE, inner[state, byte], False)
            state = inner[state, byte]
        table[state][last] = (symbol, START, False)


def _add_commands(table: list[list[Entry]]) -> None:
    """A trie behind the backslash; a command ends before what is no letter."""
    root = len(table)
    table[START][ord("\\")] = (Symbol.NONE, root, False)
    table.append(_inside(Symbol.OTHER))
    for sign, symbol in {"$": Symbol.MONEY, "%": Symbol.PERCENT, "(": Symbol.MONEY, ")": Symbol.MONEY}.items():
        table[root][ord(sign)] = (symbol, START, False)
    unknown = len(table)
    table.append(_inside(Symbol.OTHER))
    _letters(table, unknown, unknown)
    _letters(table, root, unknown)
    places = {"": root}
    for command, symbol in COMMANDS.items():
        for end in range(1, len(command) + 1):
            if command[:end] not in places:
                places[command[:end]] = len(table)
                table.append(_inside(Symbol.OTHER))
                _letters(table, places[command[:end]], unknown)
                state = places[command[: end - 1]]
                table[state][ord(command[end - 1])] = (Symbol.NONE, places[command[:end]], False)
        ends = places[command]
        table[ends] = [(symbol, START, True) if e == (Symbol.OTHER, START, True) else e for e in table[ends]]


def _inside(symbol: Symbol) -> list[Entry]:
    return [(symbol, START, True)] * 256


def _letters(table: list[list[Entry]], state: int, target: int) -> None:
    for byte in range(256):
        if chr(byte).isascii() and chr(byte).isalpha():
            table[state][byte] = (Symbol.NONE, target, False)


TABLE = build()
