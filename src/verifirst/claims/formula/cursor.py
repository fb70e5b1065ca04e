"""What the parts of the formula parser share: the tokens, the place, and the bounds."""

from __future__ import annotations

from abc import ABC, abstractmethod

from verifirst.claims.formula.lexer import Tokens
from verifirst.claims.formula.style import Style
from verifirst.solvers.terms import Term

MAX_ITEMS = 4_000
MAX_DEPTH = 80  # atoms and sums within each other


class OpaqueError(Exception):
    """The side holds something that we do not read."""


class Cursor(ABC):
    """One pass over one side.

    ``i`` is the token at hand, ``in_bars`` counts open ``|`` and ``in_function`` open arguments
    of functions. ``called`` are the letters that the step uses as functions; ``units`` tells that unit
    words were left out.
    """

    __slots__ = (
        "called", "depth", "ends", "i", "in_bars", "in_function", "kinds", "starts", "style", "texts", "typeset",
        "units",
    )  # fmt: skip

    def __init__(self, tokens: Tokens, start: int, style: Style, called: frozenset[str]) -> None:
        self.kinds, self.texts, self.starts, self.ends, self.typeset = tokens
        self.i = start
        self.style = style
        self.called = called
        self.depth = self.in_bars = self.in_function = 0
        self.units = False

    @abstractmethod
    def sum(self) -> Term:
        """Terms joined by plus and minus."""

    @abstractmethod
    def exponent(self) -> Term:
        """What stands after ``^``."""

    @abstractmethod
    def factor_of_argument(self) -> Term:
        """A factor of a function's argument written without brackets."""

    @abstractmethod
    def begins_factor(self) -> bool:
        """Whether a factor stands right here, without a sign before it."""

    def take(self, kind: str) -> str:
        """Step over a token of this kind; its text."""
        if self.kinds[self.i] != kind:
            raise OpaqueError
        self.i += 1
        return self.texts[self.i - 1]

    def join(self, left: Term, right: Term, *ops: str) -> Term:
        """Two operands and the operators after them; raises past the largest size that we read."""
        if len(left) + len(right) > MAX_ITEMS:
            raise OpaqueError
        return (*left, *right, *ops)

    def glued(self) -> bool:
        """Whether the token at hand touches the one before it."""
        return self.starts[self.i] == self.ends[self.i - 1]
