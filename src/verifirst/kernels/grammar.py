"""From symbols to modes and actions: what is prose, what is an expression, and what is neither.

``TABLE[mode][symbol]`` is ``(action, next mode, again)``; ``again`` says that the symbol is read
once more in the next mode. What is not listed kills the line: nothing is decided on it.
"""

from __future__ import annotations

from enum import IntEnum

from verifirst.kernels.alphabet import Symbol


class Mode(IntEnum):
    """Where in a line the automaton is."""

    PROSE = 0  # between words: an expression may begin
    WORD = 1
    APOSTROPHE = 2  # behind one, in a word
    HYPHEN = 3  # behind one, in a word
    PAUSED = 4  # right behind punctuation in prose
    WHOLE = 5  # in the digits of a literal
    COMMA = 6  # behind a comma that may group digits
    GROUP1 = 7  # one digit of a group
    GROUP2 = 8
    GROUP3 = 9
    POINT = 10  # behind a point that may be a decimal one
    DECIMALS = 11
    SPOT = 12  # behind a point that ends a sentence, if a space follows
    STOP = 13  # the same, the operand complete
    BREAK = 14  # behind a comma or colon: the expression ends, if a space follows
    TOUCHING = 15  # right behind an operand
    AFTER = 16  # behind an operand and a space
    SIGN_X = 17  # behind an x that may be a sign
    TIMES_X = 18  # the same, and a space
    OPERAND = 19  # an operand must follow
    BEGINNING = 20  # the same, at the beginning of a side or bracket: it may have a sign
    SIGNED = 21  # behind that sign
    TOP = 22  # the brace of a numerator must follow
    BOTTOM = 23  # the brace of a denominator must follow
    PRICED = 24  # behind the currency sign of an operand
    OWED = 25  # behind a sign and a currency sign
    OF1 = 26  # behind a percentage and an o
    OF2 = 27  # behind a percentage and of
    DEAD = 28


class Action(IntEnum):
    """What happens to the registers; see ``reference`` for each."""

    NOTHING = 0
    KILL = 1
    LETTER = 2  # one more letter of the word
    FIRST_LETTER = 3
    LETTER_AFTER = 4  # the first letter of a word behind a number
    WORD = 5  # the word is complete
    WORD_SENTENCE = 6  # ... and its sentence, or clause
    WORD_LINE = 7
    SENTENCE = 8
    LINE = 9
    START = 10  # the first digit of a literal in prose: a side begins
    FIRST_DIGIT = 11
    DIGIT = 12
    GROUPED = 13  # the first digit of a group
    DECIMAL = 14  # a digit after the point
    LITERAL = 15  # the literal is complete: an operand
    PLUS = 16
    MINUS = 17
    TIMES = 18
    OVER = 19
    EQUALS = 20
    LABEL = 21  # an equals sign behind words: a side begins that has nothing to its left
    SIGN = 22
    START_BRACKET = 23  # a side begins with a bracket
    BRACKET = 24
    CLOSE = 25
    START_FRACTION = 26
    FRACTION = 27
    TOP = 28
    BOTTOM = 29
    END = 30  # a closing brace
    PERCENT = 31
    STOP = 32  # the expression has ended, and its sentence
    BREAK = 33  # the expression has ended, its sentence goes on
    STOP_LINE = 34
    MONEY = 35  # a currency sign, or a delimiter
    CROSS = 36  # an x for a sign
    APOSTROPHE = 37  # inside a word
    SPACED = 38  # a space in front of a side
    RATIO = 39  # a sign of division that touches what stands before it
    LESS = 40
    MORE = 41
    OR_EQUAL = 42  # an equals sign right behind one of these
    OF_F = 43  # the letter behind a percentage and an o
    OF_MORE = 44  # a letter behind a percentage and of: another word
    OF = 45


S, A, M = Symbol, Action, Mode
Entry = tuple[Action, Mode, bool]

_LETTERS = (S.LETTER, S.X)
_OPERATORS = {S.PLUS: A.PLUS, S.MINUS: A.MINUS, S.TIMES: A.TIMES, S.OVER: A.OVER}


def build() -> list[list[Entry]]:
    """The table."""
    table = {mode: dict.fromkeys(S, (A.KILL, M.DEAD, False)) for mode in M}
    for rows in (_prose(), _literals(), _expressions()):
        for mode, row in rows.items():
            table[mode] |= row
    table[M.DEAD] = dict.fromkeys(S, (A.NOTHING, M.DEAD, False))
    table[M.DEAD][S.NEWLINE] = (A.LINE, M.PROSE, False)
    symbols = [symbol for symbol in S if symbol is not S.NONE]
    for mode in M:  # a line ends whatever it holds
        if table[mode][S.NEWLINE][0] is A.KILL:
            table[mode][S.NEWLINE] = (A.KILL, M.DEAD, True)
    return [[table[mode][symbol] for symbol in symbols] for mode in M]


Rows = dict[Mode, dict[Symbol, Entry]]


def _prose() -> Rows:
    begins: dict[Symbol, Entry] = dict.fromkeys(_LETTERS, (A.FIRST_LETTER, M.WORD, False))
    between: dict[Symbol, Entry] = begins | {
        S.SPACE: (A.NOTHING, M.PROSE, False),
        S.NEWLINE: (A.LINE, M.PROSE, False),
        S.MONEY: (A.MONEY, M.PROSE, False),
    }
    pauses = dict.fromkeys((S.POINT, S.PAUSE), (A.SENTENCE, M.PAUSED, False))
    pauses[S.COMMA] = (A.NOTHING, M.PAUSED, False)
    return {
        M.PROSE: between
        | pauses
        | {
            S.DIGIT: (A.START, M.WHOLE, False),
            S.OPEN: (A.START_BRACKET, M.BEGINNING, False),
            S.FRACTION: (A.START_FRACTION, M.TOP, False),
            S.EQUALS: (A.LABEL, M.BEGINNING, False),
        },
        M.PAUSED: between,
        M.WORD: {
            **dict.fromkeys(_LETTERS, (A.LETTER, M.WORD, False)),
            S.SPACE: (A.WORD, M.PROSE, False),
            S.APOSTROPHE: (A.APOSTROPHE, M.APOSTROPHE, False),
            S.MINUS: (A.WORD, M.HYPHEN, False),
            S.POINT: (A.WORD_SENTENCE, M.PAUSED, False),
            S.PAUSE: (A.WORD_SENTENCE, M.PAUSED, False),
            S.COMMA: (A.WORD, M.PAUSED, False),
            S.NEWLINE: (A.WORD_LINE, M.PROSE, False),
            S.EQUALS: (A.WORD, M.PROSE, True),
        },
        M.APOSTROPHE: {
            **dict.fromkeys(_LETTERS, (A.LETTER, M.WORD, False)),
            S.SPACE: (A.WORD, M.PROSE, False),
        },
        M.HYPHEN: begins,
    }


def _literals() -> Rows:
    ends: dict[Symbol, Entry] = dict.fromkeys(
        (S.SPACE, S.NEWLINE, *_OPERATORS, S.EQUALS, S.LESS, S.MORE, S.CLOSE, S.END, S.MONEY, S.PERCENT, S.PAUSE),
        (A.LITERAL, M.TOUCHING, True),
    )
    whole: dict[Symbol, Entry] = ends | {S.POINT: (A.NOTHING, M.POINT, False), S.COMMA: (A.NOTHING, M.COMMA, False)}
    behind: dict[Symbol, Entry] = {S.SPACE: (A.LITERAL, M.STOP, True), S.NEWLINE: (A.LITERAL, M.STOP, True)}
    return {
        M.WHOLE: whole | {S.DIGIT: (A.DIGIT, M.WHOLE, False)},
        M.COMMA: {
            S.DIGIT: (A.GROUPED, M.GROUP1, False),
            S.SPACE: (A.LITERAL, M.BREAK, True),
            S.NEWLINE: (A.LITERAL, M.BREAK, True),
        },
        M.GROUP1: {S.DIGIT: (A.DIGIT, M.GROUP2, False)},
        M.GROUP2: {S.DIGIT: (A.DIGIT, M.GROUP3, False)},
        M.GROUP3: whole,
        M.POINT: behind | {S.DIGIT: (A.DECIMAL, M.DECIMALS, False)},
        M.DECIMALS: ends
        | {
            S.DIGIT: (A.DECIMAL, M.DECIMALS, False),
            S.POINT: (A.NOTHING, M.SPOT, False),
            S.COMMA: (A.LITERAL, M.BREAK, False),
        },
        M.SPOT: behind,
    }


def _expressions() -> Rows:
    goes_on: dict[Symbol, Entry] = {symbol: (action, M.OPERAND, False) for symbol, action in _OPERATORS.items()}
    goes_on |= {
        S.SPACE: (A.NOTHING, M.AFTER, False),
        S.NEWLINE: (A.STOP_LINE, M.PROSE, False),
        S.EQUALS: (A.EQUALS, M.BEGINNING, False),
        S.LESS: (A.LESS, M.BEGINNING, False),
        S.MORE: (A.MORE, M.BEGINNING, False),
        S.CLOSE: (A.CLOSE, M.TOUCHING, False),
        S.END: (A.END, M.TOUCHING, False),
        S.POINT: (A.NOTHING, M.STOP, False),
        S.PAUSE: (A.NOTHING, M.BREAK, False),
        S.COMMA: (A.NOTHING, M.BREAK, False),
        S.MONEY: (A.MONEY, M.AFTER, False),
    }
    operand: dict[Symbol, Entry] = {
        S.SPACE: (A.NOTHING, M.OPERAND, False),
        S.MONEY: (A.MONEY, M.PRICED, False),
        S.DIGIT: (A.FIRST_DIGIT, M.WHOLE, False),
        S.OPEN: (A.BRACKET, M.BEGINNING, False),
        S.FRACTION: (A.FRACTION, M.TOP, False),
    }
    beginning = operand | {
        S.SPACE: (A.SPACED, M.BEGINNING, False),
        S.MINUS: (A.SIGN, M.SIGNED, False),
        S.EQUALS: (A.OR_EQUAL, M.BEGINNING, False),
    }
    return {
        M.TOUCHING: goes_on | {S.PERCENT: (A.PERCENT, M.TOUCHING, False), S.OVER: (A.RATIO, M.OPERAND, False)},
        M.AFTER: goes_on | {S.LETTER: (A.LETTER_AFTER, M.WORD, False), S.X: (A.NOTHING, M.SIGN_X, False)},
        M.SIGN_X: {S.SPACE: (A.CROSS, M.TIMES_X, False)},
        M.TIMES_X: {S.DIGIT: (A.FIRST_DIGIT, M.WHOLE, False)},
        M.OPERAND: operand,
        M.PRICED: {symbol: entry for symbol, entry in operand.items() if symbol is not S.MONEY},
        M.BEGINNING: beginning,
        M.SIGNED: {S.DIGIT: (A.FIRST_DIGIT, M.WHOLE, False), S.MONEY: (A.MONEY, M.OWED, False)},
        M.OWED: {S.DIGIT: (A.FIRST_DIGIT, M.WHOLE, False)},
        M.OF1: dict.fromkeys(_LETTERS, (A.OF_F, M.WORD, False)),
        M.OF2: {**dict.fromkeys(_LETTERS, (A.OF_MORE, M.WORD, False)), S.SPACE: (A.OF, M.OPERAND, False)},
        M.TOP: {S.SPACE: (A.NOTHING, M.TOP, False), S.BEGIN: (A.TOP, M.BEGINNING, False)},
        M.BOTTOM: {S.SPACE: (A.NOTHING, M.BOTTOM, False), S.BEGIN: (A.BOTTOM, M.BEGINNING, False)},
        M.STOP: {S.SPACE: (A.STOP, M.PROSE, False), S.NEWLINE: (A.STOP_LINE, M.PROSE, False)},
        M.BREAK: {S.SPACE: (A.BREAK, M.PROSE, False), S.NEWLINE: (A.STOP_LINE, M.PROSE, False)},
    }


TABLE = build()
