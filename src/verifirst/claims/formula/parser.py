"""A formula's side: tokens to a postfix term, by recursive descent of bounded depth.

The parser takes all or nothing: where anything that may belong to the side cannot be read
(dots, an unknown command, a tuple), it raises ``OpaqueError`` and the side has no term.
"""

from __future__ import annotations

from typing import NamedTuple

from verifirst.claims.formula import atoms
from verifirst.claims.formula.cursor import MAX_DEPTH, Cursor, OpaqueError
from verifirst.claims.formula.lexer import Tokens
from verifirst.claims.formula.style import TEXTBOOK, Style
from verifirst.solvers.terms import Term


class Parsed(NamedTuple):
    """The term of a side, the token after it, and whether unit words were left out."""

    term: Term
    end: int
    units: bool


def parse(tokens: Tokens, start: int, style: Style = TEXTBOOK, called: frozenset[str] = frozenset()) -> Parsed:
    """The side that begins at token ``start``. Raises ``OpaqueError``."""
    parser = _Parser(tokens, start, style, called)
    return Parsed(parser.sum(), parser.i, parser.units)


class _Parser(Cursor):
    __slots__ = ()

    def sum(self) -> Term:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OpaqueError
        left = self._product()
        while (op := self.kinds[self.i]) in ("+-/" if self.style.slash_sum else "+-"):
            self.i += 1
            left = self.join(left, self._product(), op)
        self.depth -= 1
        return left

    def _product(self) -> Term:
        """Factors joined by signs, or standing side by side."""
        left = self._signed()
        while True:
            kind = self.kinds[self.i]
            if kind == "*" or (kind == "/" and not self.style.slash_sum):
                self.i += 1
                if kind == "/" and self.kinds[self.i] == "T" and self._drop_unit():
                    continue
                right = self._signed()
                if kind == "/" and self.style.slash_last:
                    right = self._beside(right)
                left = self.join(left, right, kind)
            elif kind == "c" and (modulus := self._remainder()):
                left = self.join(left, modulus, "mod")
            elif self.begins_factor():
                left = self._beside(left)
            else:
                return left

    def _remainder(self) -> Term:
        r"""The modulus after ``\bmod``, or after ``\mod`` where an equals sign follows; else nothing is taken."""
        if self.texts[self.i] not in ("bmod", "mod"):
            return ()
        at = self.i
        self.i += 1
        modulus = self._signed()
        if self.texts[at] == "mod" and (self.kinds[self.i] != "r" or self.texts[self.i] != "="):
            self.i = at
            return ()
        return modulus

    def _beside(self, left: Term) -> Term:
        """``left`` times the factors that stand right beside it."""
        while self.begins_factor():
            left = self.join(left, self._power(), "*")
        return left

    def _signed(self) -> Term:
        negative = False
        while (kind := self.kinds[self.i]) in "+-":
            negative ^= kind == "-"
            self.i += 1
        inner = self._power()
        return (*inner, "neg") if negative else inner

    def _power(self) -> Term:
        base = self._marks(atoms.read(self))
        while self.kinds[self.i] == "^":
            self.i += 1
            named = len(base) == 1 and atoms.names_function(self, base[0])
            base = self._marks(self.join(base, self.exponent(), "^"))
            if named and self.kinds[self.i] == "(":
                raise OpaqueError  # the inverse or an iterate of a function
        return base

    def exponent(self) -> Term:
        kind = self.kinds[self.i]
        if kind == "{" or (kind == "(" and not self.typeset) or kind in "na":
            return atoms.read(self)
        if kind == "-" and not self.typeset:
            self.i += 1
            return (*self.exponent(), "neg")
        if kind == "c" and self.texts[self.i] == "frac":
            return atoms.read(self)
        raise OpaqueError

    def factor_of_argument(self) -> Term:
        return self._power()

    def _marks(self, base: Term) -> Term:
        """Factorial, percent, degree and superscripts after ``base``; units are left out."""
        while True:
            kind = self.kinds[self.i]
            if kind == "!":
                base = (*base, "!")
            elif kind == "%":
                base = base if self.style.plain_percent else (*base, "%")
            elif kind == "d":
                base = base if self.style.plain_degrees and not self.in_function else (*base, "deg")
            elif kind == "s":
                base = (*base, atoms.superscript(self.texts[self.i]), "^")
            elif kind == "T" and self._drop_unit():
                continue
            else:
                return base
            if kind == "!" and self.kinds[self.i + 1] == "!":
                raise OpaqueError  # a double factorial
            self.i += 1

    def begins_factor(self) -> bool:
        kind = self.kinds[self.i]
        if kind in "nv":
            raise OpaqueError  # two numbers side by side
        if kind == "(":
            return not atoms.says_modulo(self)
        if kind == "|":
            return not self.in_bars
        if kind == "c":
            return self.texts[self.i] in atoms.COMMANDS
        if kind == "T" and not atoms.goes_on(self.texts[self.i]):
            return False
        if kind == "T":
            raise OpaqueError
        if kind == "a" and not self.typeset and not self.glued() and self.texts[self.i] != "π":
            raise OpaqueError  # letters apart in prose are seldom a product
        return kind in "aFG{"

    def _drop_unit(self) -> bool:
        """Leave out unit words (and their power); False where they begin something new."""
        if not atoms.is_unit(self.texts[self.i]):
            return False
        self.units = True
        self.i += 1
        if self.kinds[self.i] == "^":
            self.i += 1
            self.exponent()
        return True
