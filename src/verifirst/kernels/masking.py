"""Which tokens may not come next: those that complete a wrong result, or can only lead to one.

A mask asks for more than a verdict does: what ``results`` demands. Where nothing is demanded, what the automaton
would refute is forbidden all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from verifirst.claims.assertion import doubt
from verifirst.kernels.alphabet import START, TABLE, Entry
from verifirst.kernels.layout import At, Line, Side
from verifirst.kernels.reference import advance
from verifirst.kernels.results import BEHIND, LITERAL, demanded
from verifirst.kernels.state import Row, fresh
from verifirst.kernels.writing import DIGIT, written

_SAMPLE = "1 * 1 x 1 × 1 ∗ 1 + 1 = 9"
"""An equation with every operator that a problem may redefine."""

_SPELLED = "0123456789,.$- \\−€£+*/=<>%()x×÷·:".encode()
_REMEMBERED = 4_000_000
"""Token ids that the sets kept may hold in all: some 250 MB."""


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
        tokens: list[list[int]] = [[] for _ in texts]
        for token, opening in enumerate(of_token):
            if opening >= 0:
                tokens[opening].append(token)
        self._trie = Branch(list(zip(texts, tokens, strict=True)))
        self._known: dict[tuple[int, ...], frozenset[int]] = {}
        self._size = 0

    def spells(self, token: int) -> bytes:
        """The bytes of a token."""
        return self._table[token] if token < len(self._table) else b""

    def forbidden(self, row: Row) -> frozenset[int]:
        """Ids of the tokens that may not come next; empty where no result is being written."""
        if not active(row):
            return frozenset()
        key = (*row[: At.HASH], *row[At.NUMBER : At.VERIFIED], *row[At.LEVELS :])  # without words before, and counts
        if key not in self._known:
            found = frozenset[int]().union(*self._trie.refused(row))
            if self._size > _REMEMBERED:
                self._known.clear()
                self._size = 0
            self._known[key] = found
            self._size += len(found) + 1
        return self._known[key]


class Branch:
    """A trie of openings: what fails for a beginning is not tried for what goes on with it."""

    def __init__(self, openings: Sequence[tuple[bytes, Sequence[int]]], depth: int = 0) -> None:
        """The openings that share their first ``depth`` bytes, each with its tokens."""
        self.tokens = frozenset(token for _, tokens in openings for token in tokens)
        inner: dict[int, list[tuple[bytes, Sequence[int]]]] = {}
        for text, tokens in openings:
            if len(text) > depth:
                inner.setdefault(text[depth], []).append((text, tokens))
        self.next = {byte: Branch(below, depth + 1) for byte, below in inner.items()}

    def refused(self, row: Row) -> Iterator[frozenset[int]]:
        """The tokens below that may not come next.

        Bytes that the alphabet does not tell apart fail or pass together, but for digits.
        """
        due, passed = demanded(row), dict[tuple[Entry, Entry], bool]()
        for byte, branch in self.next.items():
            kind = TABLE[row[At.LEXER]][byte], TABLE[START][byte]
            known = passed.get(kind)
            further = None
            if known is None or (known and branch.next):
                further = written(row, byte, due=due)
                known = further is not None
                if byte not in DIGIT:
                    passed[kind] = known
            if not known:
                yield branch.tokens
            elif further is not None:
                yield from branch.refused(further)


def active(row: Row) -> bool:
    """Whether tokens can be wrong here: a result is due, or a number stands there and a token may hold its sign."""
    due = row[At.LEFT_SIDE] & Side.EXISTS or row[At.MODE] in LITERAL | BEHIND
    return bool(due) and not row[At.LINE] & (Line.DOUBT | Line.DEAD)


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
