"""What a term is worth by mpmath: an oracle that shares no code with the solvers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath

Point = dict[str, Any]


class NoValueError(ArithmeticError):
    """Undefined, ambiguous, too large, or not of this oracle's business."""


def value(term: tuple[Any, ...], point: Point, *, real: bool) -> Any:
    """The value of ``term`` at ``point``, at mpmath's working precision; :class:`NoValueError` where it has none."""
    stack: list[Any] = []
    for item in term:
        if isinstance(item, int):
            stack.append(mpmath.mpf(item))
        elif isinstance(item, tuple) and len(item) == 2:  # noqa: PLR2004
            stack.append(mpmath.mpf(item[0]) / item[1])
        elif isinstance(item, tuple):
            high, low = stack.pop(), stack.pop()
            stack.append(_fold(item, low, high, point, real))
        elif item[0] == "$":
            stack.append(point[item[1:]])
        elif item in _CONSTANTS:
            stack.append(_CONSTANTS[item]())
        else:
            function, count = _FUNCTIONS.get(item, (None, 0))
            if function is None:
                raise NoValueError(item)
            operands = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append(_checked(function, operands, real))
    return stack[-1]


def _checked(function: Callable[..., Any], operands: list[Any], real: bool) -> Any:
    try:
        found = mpmath.mpmathify(function(*operands))
    except (ZeroDivisionError, ValueError, OverflowError, TypeError) as error:
        raise NoValueError(str(error)) from None
    if not mpmath.isfinite(found) or abs(found) > mpmath.mpf(10) ** 300:
        raise NoValueError("no number")
    if real and found.imag != 0:
        raise NoValueError("not real")
    return found.real if found.imag == 0 else found


def _fold(item: tuple[Any, ...], low: Any, high: Any, point: Point, real: bool) -> Any:
    kind, index, body = item
    first, last = _integer(low), _integer(high)
    if last < first - 1 or last - first > 200:  # noqa: PLR2004
        raise NoValueError("bounds")
    total = mpmath.mpf(0 if kind == "sum" else 1)
    for k in range(first, last + 1):
        one = value(body, {**point, index: mpmath.mpf(k)}, real=real)
        total = total + one if kind == "sum" else total * one
    return total


def _integer(number: Any) -> int:
    if number.imag != 0 or abs(number) > 10**6 or number != mpmath.nint(number.real):
        raise NoValueError("no integer")
    return int(number.real)


def _power(a: Any, b: Any) -> Any:
    if a == 0 and (b.imag != 0 or b.real <= 0):
        raise NoValueError("zero to the power zero or less")
    if abs(b) * (1 + abs(mpmath.log(abs(a) + 1))) > 10**4:
        raise NoValueError("large")
    if (a.imag != 0 or a.real < 0) and (b.imag != 0 or (2 * b.real) != mpmath.nint(2 * b.real)):
        raise NoValueError("ambiguous")
    if (a.imag != 0) and b.real != mpmath.nint(b.real):
        raise NoValueError("ambiguous")
    return a**b


def _root(n: Any, x: Any) -> Any:
    index = _integer(n)
    if not 0 < index < 1000 or (x.imag != 0 and index != 2):  # noqa: PLR2004
        raise NoValueError("root")
    if x.imag == 0 and x < 0 and index % 2:
        return -mpmath.root(-x, index)
    if x.imag == 0 and x < 0 and index != 2:  # noqa: PLR2004
        raise NoValueError("ambiguous")
    return mpmath.sqrt(x) if index == 2 else mpmath.root(x, index)  # noqa: PLR2004


def _log(b: Any, x: Any) -> Any:
    if b.imag != 0 or b <= 0 or b == 1 or x == 0:
        raise NoValueError("log")
    return mpmath.log(x) / mpmath.log(b)


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    def count(*operands: Any) -> Any:
        numbers = [_integer(one) for one in operands]
        if min(numbers) < 0 or max(numbers) > 400:  # noqa: PLR2004
            raise NoValueError("counting")
        return function(*numbers)

    return count


def _real(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*operands: Any) -> Any:
        if any(one.imag != 0 for one in operands):
            raise NoValueError("complex")
        return function(*operands)

    return apply


def _step(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function with jumps: no value near one, where rounding decides."""

    def apply(x: Any) -> Any:
        if abs(x - mpmath.nint(x)) < mpmath.mpf(10) ** -20 and x != mpmath.nint(x):
            raise NoValueError("a jump")
        return function(x)

    return _real(apply)


def _mod(a: Any, m: Any) -> Any:
    if m == 0:
        raise NoValueError("division by zero")
    return a - abs(m) * _step(mpmath.floor)(a / abs(m))


def _arg(x: Any) -> Any:
    if x == 0:
        raise NoValueError("arg")
    return mpmath.arg(x)


_CONSTANTS: dict[str, Callable[[], Any]] = {
    "pi": lambda: +mpmath.pi,
    "e": lambda: +mpmath.e,
    "i": lambda: mpmath.mpc(0, 1),
}
_FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "+": (lambda a, b: a + b, 2),
    "-": (lambda a, b: a - b, 2),
    "*": (lambda a, b: a * b, 2),
    "/": (lambda a, b: a / b, 2),
    "^": (_power, 2),
    "+%": (lambda a, b: a * (1 + b), 2),
    "-%": (lambda a, b: a * (1 - b), 2),
    "neg": (lambda a: -a, 1),
    "%": (lambda a: a / 100, 1),
    "sqrt": (mpmath.sqrt, 1),
    "root": (_root, 2),
    "log": (_log, 2),
    "ln": (mpmath.log, 1),
    "!": (_counted(mpmath.factorial), 1),
    "binom": (_counted(mpmath.binomial), 2),
    "perm": (_counted(mpmath.ff), 2),
    "abs": (abs, 1),
    "floor": (_step(mpmath.floor), 1),
    "ceil": (_step(mpmath.ceil), 1),
    "mod": (_real(_mod), 2),
    "min": (_real(min), 2),
    "max": (_real(max), 2),
    "deg": (lambda a: a * mpmath.pi / 180, 1),
    "re": (mpmath.re, 1),
    "im": (mpmath.im, 1),
    "conj": (mpmath.conj, 1),
    "arg": (_arg, 1),
    "arcsin": (_real(mpmath.asin), 1),
    "arccos": (_real(mpmath.acos), 1),
    "arctan": (_real(mpmath.atan), 1),
    **{name: (getattr(mpmath, name), 1) for name in "exp sin cos tan cot sec csc sinh cosh tanh".split()},
}
