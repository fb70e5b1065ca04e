r"""Systems of linear equations over the rationals.

    >>> from verifirst.core.budget import Budget
    >>> both = [(("$x", "$y", "+"), (10,)), (("$x", "$y", "-"), (2,))]
    >>> system = System(both, Budget(100_000))
    >>> system.consistent, str(system.implied(("$x", 2, "*"), Budget(100_000)))
    (True, '12')
    >>> system.judge((("$y",), (5,)), Budget(100_000))
    'contradicts'

Equations whose sides are not linear (after fractions with constant denominators are cleared)
raise :class:`NotLinearError`; what follows from the linear ones alone still follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from flint import fmpq, fmpq_mat

from verifirst.core.budget import Budget
from verifirst.solvers import elementary, exact
from verifirst.solvers.rational import TooLargeError
from verifirst.solvers.terms import Term
from verifirst.solvers.tower import Fraction as Quotient

Equation = tuple[Term, Term]
Judgement = Literal["follows", "contradicts", "independent"]

MAX_UNKNOWNS = 40
MAX_EQUATIONS = 60
_CELL_COST = 2  # budget units an entry of the matrix


class NotLinearError(ArithmeticError):
    """A side is not linear in its symbols."""


class System:
    """Linear equations, reduced.

    Raises :class:`NotLinearError`, TooLargeError, or UndefinedError for what divides by zero.
    """

    def __init__(self, equations: Sequence[Equation], budget: Budget) -> None:
        if len(equations) > MAX_EQUATIONS:
            raise TooLargeError("too many equations")
        rows = [coefficients((*left, *right, "-"), budget) for left, right in equations]
        self.unknowns = sorted({name for row in rows for name in row if name})
        if len(self.unknowns) > MAX_UNKNOWNS:
            raise TooLargeError("too many unknowns")
        budget.spend(_CELL_COST * (1 + len(rows)) * (1 + len(self.unknowns)) * (1 + min(len(rows), len(self.unknowns))))
        columns = [*self.unknowns, ""]
        self._rows = _reduced([[row.get(name, fmpq(0)) for name in columns] for row in rows])
        self._pivots = [next(at for at, entry in enumerate(row) if entry != 0) for row in self._rows]

    @property
    def consistent(self) -> bool:
        """Whether there is a solution."""
        return len(self.unknowns) not in self._pivots

    def implied(self, term: Term, budget: Budget) -> Fraction | None:
        """The value that the system gives a linear term, None where it leaves it open or has no solution."""
        rest = self._rest(coefficients(term, budget))
        return None if rest is None or any(rest) else exact.fraction(rest.get("", fmpq(0)))

    def judge(self, equation: Equation, budget: Budget) -> Judgement | None:
        """Whether a linear equation follows from the system or contradicts it; None where that has no solution."""
        rest = self._rest(coefficients((*equation[0], *equation[1], "-"), budget))
        if rest is None:
            return None
        if any(rest):
            return "independent"
        return "follows" if rest.get("", 0) == 0 else "contradicts"

    def _rest(self, form: dict[str, fmpq]) -> dict[str, fmpq] | None:
        """``form`` with the pivot unknowns replaced: unknowns left, and the constant under ""."""
        if not self.consistent:
            return None
        left = dict(form)
        for row, pivot in zip(self._rows, self._pivots, strict=True):
            factor = left.get(self.unknowns[pivot], fmpq(0))
            if factor != 0:
                for name, entry in zip([*self.unknowns, ""], row, strict=True):
                    left[name] = left.get(name, fmpq(0)) - factor * entry
        return {name: entry for name, entry in left.items() if entry != 0}


def coefficients(term: Term, budget: Budget) -> dict[str, fmpq]:
    """The coefficients of a linear term by symbol, and its constant under "".

    Raises :class:`NotLinearError`, TooLargeError, UndefinedError.
    """
    exact.check(term)
    return elementary.in_tower((term,), _read, budget)


def _read(algebra: elementary.Algebra, value: Quotient) -> dict[str, fmpq]:
    one = algebra.tower.canonical(value)
    if not one.bottom.is_constant() or (not one.top.is_constant() and one.top.total_degree() > 1):
        raise NotLinearError("a term that is not linear")
    found: dict[str, fmpq] = {}
    for monomial, coefficient in one.top.terms():
        factors = algebra.tower.factors(monomial)
        key = algebra.tower.keys[factors[0][0]] if factors else ("symbol", "")
        if key[0] != "symbol":
            raise NotLinearError(f"a term with {key[0]}")
        found[key[1]] = coefficient / one.bottom.leading_coefficient()
    return found


def _reduced(rows: list[list[fmpq]]) -> list[list[fmpq]]:
    """The reduced row echelon form without its zero rows."""
    if not rows:
        return []
    matrix, rank = fmpq_mat(rows).rref()
    return [list(row) for row in matrix.tolist()[:rank]]
