"""Sample points: where two terms differ, where they agree.

The points are few, fixed and small, so that a witness reads well. They never prove equality.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import cycle, islice

from flint import fmpq

from verifirst.core.budget import Budget
from verifirst.solvers import ball, exact
from verifirst.solvers.ball import UndecidedError
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term

Point = dict[str, fmpq]

PRECISIONS = (64, 192)
_WHOLE = ((2, 3, 5, 7, 11, 4), (5, 4, 3, 2, 7, 6), (12, 7, 9, 10, 8, 3), (3, 8, 2, 11, 4, 9))
_PARTS = (((1, 3), (1, 2), (3, 5), (2, 7)), ((3, 4), (2, 5), (1, 6), (5, 9)), ((7, 2), (8, 3), (13, 5), (9, 4)))
_NEGATIVE = (
    ((-2, 1), (-3, 1), (-5, 1), (-7, 1)),
    ((-3, 1), (4, 1), (-7, 1), (2, 1), (5, 1)),
    ((5, 1), (-2, 1), (3, 1), (-4, 1)),
    ((-1, 3), (-3, 4), (-5, 2), (-2, 7)),
    ((-5, 2), (2, 3), (-1, 4), (7, 3)),
)
NO_VALUE = (UndefinedError, UndecidedError, TooLargeError)


def whole(names: Iterable[str]) -> Iterator[Point]:
    """Points of small positive integers."""
    return _points(names, [[(value, 1) for value in row] for row in _WHOLE])


def fractions(names: Iterable[str]) -> Iterator[Point]:
    """Points of positive fractions."""
    return _points(names, _PARTS)


def negative(names: Iterable[str]) -> Iterator[Point]:
    """Points where some values are negative."""
    return _points(names, _NEGATIVE)


def _points(names: Iterable[str], rows: Iterable[Iterable[tuple[int, int]]]) -> Iterator[Point]:
    ordered = sorted(names)
    for row in rows:
        values = islice(cycle(row), len(ordered))
        yield {name: fmpq(*value) for name, value in zip(ordered, values, strict=True)}


@dataclass(slots=True)
class Survey:
    """Where two terms agree, where they differ, and where only one of them has a real value."""

    agree: list[Point] = field(default_factory=list)
    differ: list[Point] = field(default_factory=list)
    one_sided: int = 0


def survey(
    left: Term, right: Term, points: Iterable[Point], budget: Budget, *, real: bool, start: Survey | None = None
) -> Survey:
    """Compare two checked terms at ``points``, after those of ``start``."""
    found = start or Survey()
    for point in points:
        same = alike(left, right, point, budget, real=real)
        if same is not None:
            (found.agree if same else found.differ).append(point)
        elif real:
            found.one_sided += _defined(left, point, budget) != _defined(right, point, budget)
    return found


def _defined(term: Term, point: Point, budget: Budget) -> bool:
    try:
        ball.enclose(term, PRECISIONS[0], budget, point, real=True, functions=imagined)
    except NO_VALUE:
        return False
    return True


def alike(left: Term, right: Term, point: Point, budget: Budget, *, real: bool) -> bool | None:
    """Whether the sides agree at a point: False is proved, True to some fifty digits, None: no values there."""
    for bits in PRECISIONS:
        try:
            a = ball.enclose(left, bits, budget, point, real=real, functions=imagined)
            b = ball.enclose(right, bits, budget, point, real=real, functions=imagined)
        except UndecidedError:
            continue
        except (UndefinedError, TooLargeError):
            return None
        if ball.differ(a, b):
            return False
        if (isinstance(a, fmpq) and isinstance(b, fmpq)) or bits == PRECISIONS[-1]:
            return True
    return None


def exactly_alike(left: Term, right: Term, point: Point, budget: Budget) -> bool | None:
    """Whether the sides are equal rational numbers at a point; None where one has no such value."""
    try:
        return bool(exact.rational(left, point, budget) == exact.rational(right, point, budget))
    except (UndefinedError, TooLargeError, exact.IrrationalError):
        return None


def witness(point: Point) -> dict[str, str]:
    """``point`` as text."""
    return {name: str(value) for name, value in point.items()}


def imagined(function: str, operands: list[fmpq]) -> fmpq:
    """The value that an unknown function takes in a survey: any function would do, this one repeats itself."""
    text = f"{function}|{'|'.join(map(str, operands))}"
    return fmpq(2 + blake2b(text.encode(), digest_size=2).digest()[0])
