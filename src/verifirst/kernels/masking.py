"""Which tokens may not come next: those that complete a wrong result, or can only lead to one.

A mask asks for more than a verdict does. Where a sum, difference or product of two whole numbers
stands left of the sign, its result must be written as it is: no rounding, no other unit, no
further expression in its place. Everywhere else only what the automaton would refute is forbidden.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from verifirst.claims.assertion import doubt
from verifirst.kernels.alphabet import START, TABLE, Symbol
from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import GROUP, At, Line, Of, Operator, Side
from verifirst.kernels.reference import advance
from verifirst.kernels.state import Row, fresh

_SAMPLE = "1 * 1 x 1 × 1 ∗ 1 + 1 = 9"
"""An equation with every operator that a problem may redefine."""

LITERAL = frozenset(
    (Mode.WHOLE, Mode.COMMA, Mode.GROUP1, Mode.GROUP2, Mode.GROUP3, Mode.POINT, Mode.DECIMALS, Mode.SPOT)
)
"""Modes within a literal."""
OPEN = frozenset((Mode.BEGINNING, Mode.PRICED))
"""Modes in front of one."""
WRITING = LITERAL | OPEN | {Mode.SIGNED}
_MISSING = {Mode.COMMA: GROUP, Mode.GROUP1: 2, Mode.GROUP2: 1, Mode.GROUP3: 0}
_SPELLED = "0123456789,.$- \\−€£".encode()
_BARE = Side.DECIMAL | Side.SPACED
_SPACE = ord(" ")
FAILED = Line.PENDING | Line.REFUTED
_REMEMBERED = 4_000_000
"""Token ids that the sets kept may hold in all: some 250 MB."""
PLAIN = Side.EXISTS | Side.MULTIPLIED | Side.ADDED | Side.SPACED
"""Flags of a side whose value a result has to spell."""


def ordinary(problem: str) -> bool:
    """Whether arithmetic means in ``problem`` what it means everywhere: no other base, modulus or operator."""
    return not doubt(_SAMPLE, 0, len(_SAMPLE), problem)


class Masker:
    """Knows a vocabulary; ``forbidden`` looks at a state. Shared by all sequences.

    ``table``: the bytes of each token, by id; a token past it spells nothing (models pad their
    vocabularies). ``ends``: ids that end the text.
    """

    def __init__(self, table: Sequence[bytes], ends: Collection[int]) -> None:
        self._table = table
        texts, of_token = openings(table, ends)
        groups: list[list[int]] = [[] for _ in texts]
        for token, opening in enumerate(of_token):
            if opening >= 0:
                groups[opening].append(token)
        self._groups = [(text, frozenset(tokens)) for text, tokens in zip(texts, groups, strict=True)]
        self._known: dict[tuple[int, ...], frozenset[int]] = {}
        self._size = 0

    def spells(self, token: int) -> bytes:
        """The bytes of a token."""
        return self._table[token] if token < len(self._table) else b""

    def forbidden(self, row: Row) -> frozenset[int]:
        """Ids of the tokens that may not come next; empty where no result is being written."""
        if not row[At.LEFT_SIDE] & Side.EXISTS or row[At.LINE] & (Line.DOUBT | Line.DEAD):
            return frozenset()
        key = (*row[: At.HASH], *row[At.NUMBER : At.VERIFIED], *row[At.LEVELS :])  # without words before, and counts
        if key not in self._known:
            found = frozenset[int]().union(*(ids for text, ids in self._groups if not allowed(row, text)))
            if self._size > _REMEMBERED:
                self._known.clear()
                self._size = 0
            self._known[key] = found
            self._size += len(found) + 1
        return self._known[key]


class Watch:
    """The states of one sequence, one a token, so that a rollback finds the one it goes back to."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._tokens: list[int] = []
        self._rows: list[Row] = [fresh()]

    def forbidden(self, tokens: Sequence[int]) -> frozenset[int]:
        """What may not follow ``tokens``, the output so far: what was asked before, cut or continued."""
        same = common(self._tokens, tokens)
        del self._tokens[same:], self._rows[same + 1 :]
        for token in tokens[same:]:
            row = list(self._rows[-1])
            advance(row, self._masker.spells(token))
            self._tokens.append(token)
            self._rows.append(row)
        return self._masker.forbidden(self._rows[-1])


def common(known: Sequence[int], now: Sequence[int]) -> int:
    """How many tokens the two begin with in common."""
    if known == now[: len(known)]:
        return len(known)
    return next(at for at, (a, b) in enumerate(zip(known, [*now, -1], strict=False)) if a != b)


def openings(table: Sequence[bytes], ends: Collection[int]) -> tuple[list[bytes], list[int]]:
    """The openings of a vocabulary, and which one each token has; -1 where it spells nothing.

    An opening is what of a token a result can hang on: its digits and signs, and one character or
    command more. A token that ends the text ends its line.
    """
    spelled = [b"\n" if token in ends else _opening(text) for token, text in enumerate(table)]
    known = {text: at for at, text in enumerate(sorted(set(spelled) - {b""}))}
    return list(known), [known.get(text, -1) for text in spelled]


def _opening(text: bytes) -> bytes:
    state = START
    for at, byte in enumerate(text):
        _, state, _ = TABLE[state][byte]
        if state == START and byte not in _SPELLED:
            return text[: at + 1]
    return text


def begins(wanted: frozenset[Symbol]) -> frozenset[int]:
    """States of the alphabet inside a character or command that may still be one of ``wanted``."""
    found: set[int] = set()
    while True:
        more = {
            state
            for state, row in enumerate(TABLE)
            if state != START and any(symbol in wanted or to in found for symbol, to, again in row if not again)
        }
        if more == found:
            return frozenset(found)
        found = more


MONEY = begins(frozenset((Symbol.MONEY,)))
MINUS = begins(frozenset((Symbol.MINUS,)))


def allowed(row: Row, text: bytes) -> bool:
    """Whether ``text`` may be written next; ``row`` stays as it is."""
    row = list(row)
    wanted = result(row)
    for at in range(len(text)):
        before = failures(row)
        written = spelled(row)
        stalls = row[At.MODE] == Mode.BEGINNING and row[At.SIDE] & Side.SPACED and text[at] == _SPACE
        advance(row, text[at : at + 1])
        if failures(row) > before:
            return False
        if wanted is None:
            continue
        here = row[At.MODE] in WRITING and not (row[At.OPERATORS] or row[At.DEPTH])
        if not (here and row[At.LEFT_SIDE] & Side.EXISTS):
            if written != (wanted, True) or text[at : at + 1].isdigit():
                return False
            wanted = None
        elif stalls or not viable(row, wanted):
            return False
    return True


def failures(row: Row) -> int:
    """How many lines were refuted, the one at hand included."""
    return row[At.REFUTED] + bool(row[At.LINE] & FAILED)


def result(row: Row) -> int | None:
    """The whole number that must be written here, or None where that is not certain."""
    plain = not row[At.LEFT_SIDE] & ~PLAIN and row[At.LEFT_OPERATORS] == 1 and row[At.LEFT_D] == 1
    here = row[At.MODE] in WRITING and not (row[At.OPERATORS] or row[At.DEPTH] or row[At.SIDE] & ~_BARE)
    return row[At.LEFT_N] if plain and here else None


def spelled(row: Row) -> tuple[int, bool]:
    """The literal so far as a whole number, and whether it is one that may end here."""
    scale = max(row[At.SCALE], 0)
    negative = row[At.LEVELS + Of.OPERATOR] == Operator.MINUS
    whole, rest = divmod(row[At.NUMBER], 10**scale)
    complete = row[At.MODE] in LITERAL - {Mode.GROUP1, Mode.GROUP2} and not rest
    return (-whole if negative else whole), complete


def viable(row: Row, wanted: int) -> bool:
    """Whether the literal being written can still become ``wanted``."""
    mode, digits, count = row[At.MODE], str(abs(wanted)), row[At.COUNT]
    inside = row[At.LEXER]
    if inside != START and mode == Mode.BEGINNING:
        return inside in (MINUS if wanted < 0 else MONEY)
    if inside != START:
        return spelled(row) == (wanted, True)
    if mode in OPEN:
        return mode == Mode.BEGINNING or wanted >= 0
    if (row[At.LEVELS + Of.OPERATOR] == Operator.MINUS) != (wanted < 0):
        return False
    if mode in (Mode.SIGNED, Mode.POINT, Mode.DECIMALS, Mode.SPOT):
        return mode == Mode.SIGNED or spelled(row) == (wanted, True)
    whole = len(digits) - count
    same = whole >= 0 and digits[:count] == str(row[At.NUMBER]).rjust(count, "0")
    ends = mode == Mode.WHOLE or (mode == Mode.COMMA and whole == 0)
    return same and (ends or groups(row, Mode(mode), whole))


def groups(row: Row, mode: Mode, whole: int) -> bool:
    """Whether the ``whole`` digits to come make whole groups behind commas."""
    missing = _MISSING[mode]
    first = row[At.SCALE] < 0 or row[At.COUNT] <= GROUP
    return first and whole >= missing and (whole - missing) % GROUP == 0
