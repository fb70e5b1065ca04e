"""Where things are in a state: one row of ``WIDTH`` 64-bit integers for each sequence.

A row is plain data: a copy of it is a snapshot, writing the copy back is a rollback.
Values are fractions ``n / d`` in lowest terms with ``|n|, d < LIMIT``, so that a product of two
and a sum of two products fit into 64 bits; what would be wider is UNKNOWN.
"""

from __future__ import annotations

from enum import IntEnum

LIMIT = 1 << 31
DIGITS = 9
"""Digits of a literal, leading zeros included."""
GROUP = 3
"""Digits between commas."""
DEPTH = 4
"""Brackets and fractions open at once, besides the outermost level."""
LEVEL = 10
"""Registers of one level."""


class At(IntEnum):
    """Registers of a row."""

    LEXER = 0  # state of the alphabet's automaton
    MODE = 1  # state of the grammar's automaton
    HASH = 2  # of the word being read
    LENGTH = 3  # its letters
    NUMBER = 4  # digits of the literal being read, as an integer
    SCALE = 5  # digits after its point
    COUNT = 6  # its digits in all
    DEPTH = 7  # open brackets and fractions
    LINE = 8  # flags of the line, see Line
    SIDE = 9  # flags of the side being read, see Side
    OPERATORS = 10  # operators of the side
    OPERANDS = 11  # literals of the side
    FINEST = 12  # most digits after a point among its literals
    COARSEST = 13  # fewest, among literals with a point
    LEFT_N = 14  # the side before this one: value, flags, operators, operands, coarsest
    LEFT_D = 15
    LEFT_SIDE = 16
    LEFT_OPERATORS = 17
    LEFT_OPERANDS = 18
    LEFT_COARSEST = 19
    VERIFIED = 20  # steps so far, by verdict
    REFUTED = 21
    UNKNOWN = 22
    LAST = 23  # verdict of the last finished step: 1 verified, -1 refuted, 0 unknown or none
    LEVELS = 24  # LEVEL registers for each of DEPTH + 1 levels


class Of(IntEnum):
    """Registers of a level: finished terms, the term at hand, the operator before the next operand."""

    SUM_N = 0
    SUM_D = 1
    TERM_N = 2
    TERM_D = 3
    OPERATOR = 4  # see Operator
    KIND = 5  # see Kind
    TOP_N = 6  # numerator of a fraction whose denominator is being read
    TOP_D = 7
    OPERATORS = 8  # of the side when the level was opened: a bracket without any holds a lone operand
    DIVIDED = 9  # the term at hand was divided: what else multiplies or divides it is ambiguous


WIDTH = At.LEVELS + LEVEL * (DEPTH + 1)


class Operator(IntEnum):
    """What joins the next operand to the term at hand."""

    PLUS = 0  # also before the first operand
    MINUS = 1
    TIMES = 2
    OVER = 3


class Kind(IntEnum):
    """What a level was opened by."""

    BRACKET = 0
    NUMERATOR = 1
    DENOMINATOR = 2


class Line(IntEnum):
    """Flags of a line, which is a step."""

    DEAD = 1  # something was not read: no verdict on this line
    VERIFIED = 2  # a claim holds
    UNDECIDED = 4  # a claim was neither verified nor refuted
    PENDING = 8  # a claim fails, in the sentence at hand: a number behind it may belong to it
    REFUTED = 16  # a claim fails, in a sentence before
    DOUBT = 32  # a word that excuses what fails
    NUMBERS = 64  # a number in the prose of this sentence
    LINKED = 128  # the last word may tie the next number to the one before it
    WORDS = 256  # the line has a word
    AFTER = 512  # the word at hand stands behind a number
    UNITS = 1024  # the line names a unit
    SUMS = 2048  # what fails has a sum to its left: of unlike units, perhaps
    MONEY = 4096  # the line has a currency sign or a delimiter of mathematics
    CROSS = 8192  # it has an x for a sign
    SINGLE = 16384  # the last word is a single letter: a bracket behind it may be a call
    COMPARED = 32768  # the line has a comparison, which masks know and verdicts do not
    LATE = 65536  # a word that excuses what fails before it


class Side(IntEnum):
    """Flags of a side of an equation."""

    EXISTS = 1  # (of the left side) there is one
    LOOSE = 2  # may be read in another way: its equation may hold, but not fail
    DIVIDED = 4  # holds a division
    ADDED = 8  # holds a sum or difference
    DECIMAL = 16  # holds a decimal
    MULTIPLIED = 32  # holds a product
    PERCENT = 64  # has a percentage
    BRACKETS = 128  # holds brackets or a fraction
    SPACED = 256  # begins with a space
    RATIO = 512  # holds a sign of division that touches what stands before it: a fraction, perhaps
    OF = 1024  # ``25% of 80``
    TIED = 2048  # (loose, since) a number in words before may belong to it
    LESS = 4096  # (of the left side) less than what is being read
    MORE = 8192  # (of the left side) more than it
    OR_EQUAL = 16384  # (of the left side) or equal to it
