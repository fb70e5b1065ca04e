r"""Rigorous enclosures of terms, by the ball arithmetic of flint (Arb).

    >>> from verifirst.core.budget import Budget
    >>> x = enclose(("pi", 4, "/", "sin"), 64, Budget(1000))
    >>> x.str(10, radius=False)
    '0.7071067812'

A value is an ``fmpq`` where it is known to be rational, else a real ball (``arb``), else a
complex one (``acb``). Branches are principal. A value on a branch cut, near a pole, or where
the field's conventions part (fractional powers of negative numbers, inverse functions of
complex numbers) is refused, never guessed:

- :class:`UndefinedError`: no precision would help;
- :class:`UndecidedError`: this precision is not enough to know (or the value is a pole).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flint import acb, arb, fmpq, fmpz

from verifirst.core.budget import Budget
from verifirst.solvers import exact
from verifirst.solvers.exact import IrrationalError
from verifirst.solvers.precision import working
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Bound, Term, arity, is_bound

Ball = arb | acb
Value = fmpq | Ball
Values = Mapping[str, Value]
Functions = Callable[[str, list[fmpq]], fmpq]

_MAX_FACTORIAL = 1 << 40
_UNITS_A_BIT = 32  # bits of precision that cost one unit more an operation


class UndecidedError(ArithmeticError):
    """The enclosure is too wide to go on: try a higher precision."""


def enclose(
    term: Term,
    bits: int,
    budget: Budget,
    values: Values | None = None,
    *,
    real: bool = False,
    functions: Functions | None = None,
) -> Value:
    """An enclosure of a checked term (see :func:`exact.check`) computed with ``bits`` bits.

    ``values`` are those of its symbols, ``functions`` gives those of the functions that the
    trace names, at rational operands. ``real=True`` gives no value to what leaves the real
    numbers on the way (the root or the logarithm of a negative number).
    Raises :class:`UndefinedError` or :class:`UndecidedError`.
    """
    with working(bits):
        return _Run(bits, budget, real, functions).evaluate(term, values or {})


def real_ball(value: Value) -> arb:
    """``value`` as a real ball; UndefinedError for one that is not known to be real."""
    if isinstance(value, acb):
        raise UndefinedError("not known to be real")
    return arb(value)


def differ(left: Value, right: Value) -> bool:
    """Whether two enclosures are disjoint: then the values differ."""
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return left != right
    if isinstance(left, acb) or isinstance(right, acb):
        return not acb(left).overlaps(acb(right))
    return not arb(left).overlaps(arb(right))


def _plain(value: Value) -> Value:
    """A finite value, real where its imaginary part is exactly zero."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, acb) and value.imag.is_zero():
        value = value.real
    if not value.is_finite():
        raise UndecidedError
    return value


class _Run:
    """One evaluation: its precision, its budget, its field."""

    def __init__(self, bits: int, budget: Budget, real: bool, functions: Functions | None) -> None:
        self._cost = 1 + bits // _UNITS_A_BIT
        self._budget = budget
        self._real = real
        self._functions = functions

    def evaluate(self, term: Term, values: Values) -> Value:
        stack: list[Value] = []
        self._budget.spend(len(term) * self._cost)
        for item in term:
            if isinstance(item, int):
                stack.append(fmpq(item))
            elif isinstance(item, tuple):
                if is_bound(item):
                    high, low = stack.pop(), stack.pop()
                    stack.append(self._fold(item, low, high, values))
                else:
                    stack.append(fmpq(*item))
            elif item[0] == "$":
                if item[1:] not in values:
                    raise UndefinedError("a free symbol")
                stack.append(values[item[1:]])
            else:
                count = arity(item)
                found = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                stack.append(self._apply(item, found) if item[0] != "@" else self._call(item, found))
        return stack[-1]

    def _call(self, item: str, found: list[Value]) -> Value:
        rationals = [value for value in found if isinstance(value, fmpq)]
        if self._functions is None or len(rationals) != len(found):
            raise UndefinedError("an unknown function")
        return self._functions(item[1:], rationals)

    def _fold(self, item: Bound, low: Value, high: Value, values: Values) -> Value:
        kind, index, body = item
        if not isinstance(low, fmpq) or not isinstance(high, fmpq):
            raise UndefinedError("bounds of a sum that are no integers")
        total: Value = fmpq(0 if kind == "sum" else 1)
        for k in exact.indices(low, high):
            value = self.evaluate(body, {**values, index: fmpq(k)})
            total = self._apply("+" if kind == "sum" else "*", [total, value])
        return total

    def _apply(self, name: str, found: list[Value]) -> Value:
        rationals = [value for value in found if isinstance(value, fmpq)]
        if len(rationals) == len(found):
            try:
                return exact.apply(name, rationals)
            except (IrrationalError, TooLargeError):
                pass  # a ball holds it
        if name in ("^", "root", "!", "binom", "perm", "log", "ln", "sqrt", "mod"):
            return _plain(_SPECIAL[name](self._real, *found))
        if any(isinstance(value, acb) for value in found):
            if name not in _COMPLEX:
                raise UndefinedError(f"{name} of a complex number")
            return _plain(_COMPLEX[name](*(acb(value) for value in found)))
        if name not in _REAL:
            raise UndefinedError(f"{name} of what is not known to be an integer")
        if name == "i" and self._real:
            raise UndefinedError("not real")
        return _plain(_REAL[name](*(arb(value) for value in found)))  # type: ignore[arg-type]  # no acb is left


def _divide(a: Ball, b: Ball) -> Ball:
    if b.contains(0):
        raise UndecidedError
    return a / b


def _sqrt(real: bool, value: Value) -> Value:
    if isinstance(value, acb):
        return value.sqrt()
    ball = arb(value)
    if ball > 0:
        return ball.sqrt()
    if not ball < 0:
        raise UndecidedError
    if real:
        raise UndefinedError("the root of a negative number")
    return acb(0, (-ball).sqrt())


def _root(real: bool, index: Value, value: Value) -> Value:
    if not isinstance(index, fmpq) or not 0 < (degree := exact.natural(index)) < 1 << 31:
        raise UndefinedError("the index of a root")
    if degree == 2:  # noqa: PLR2004  # the square root is complex where others are refused
        return _sqrt(real, value)
    ball = real_ball(value)
    if ball > 0:
        return ball.root(degree)
    if not ball < 0:
        raise UndecidedError
    if degree % 2 == 0:
        raise UndefinedError("an even root of a negative number")
    return -((-ball).root(degree))


def _power(real: bool, base: Value, exponent: Value) -> Value:
    if isinstance(exponent, fmpq):
        if exponent.q == 1:
            return _integer_power(base, exponent.p)
        if exponent.q == 2 and not isinstance(base, fmpq):  # noqa: PLR2004
            return _integer_power(_sqrt(real, base), exponent.p)
    ball = real_ball(base)
    if ball > 0:
        return acb(ball).pow(acb(exponent)) if isinstance(exponent, acb) else arb(ball) ** arb(exponent)
    if not ball < 0:
        raise UndecidedError
    if isinstance(exponent, fmpq) and exponent.q == 2:  # noqa: PLR2004
        return _integer_power(_sqrt(real, base), exponent.p)
    raise UndefinedError("a power of a negative number")


def _integer_power(base: Value, exponent: fmpz) -> Value:
    ball: Ball = base if isinstance(base, acb) else arb(base)
    if exponent <= 0 and ball.contains(0):
        raise UndecidedError
    return ball**exponent


def _ln(real: bool, value: Value) -> Value:
    if isinstance(value, acb):
        return value.log()
    ball = arb(value)
    if ball > 0:
        return ball.log()
    if not ball < 0:
        raise UndecidedError
    if real:
        raise UndefinedError("the logarithm of a negative number")
    return acb(ball).log()


def _log(real: bool, base: Value, value: Value) -> Value:
    below = real_ball(base)
    if below < 0:
        raise UndefinedError("a logarithm to a negative base")
    if not below > 0:
        raise UndecidedError
    top, bottom = _ln(real, value), below.log()
    return _divide(top if isinstance(top, acb) else arb(top), bottom)


def _factorial(_: bool, value: Value) -> Value:
    if not isinstance(value, fmpq) or value > _MAX_FACTORIAL:
        raise UndefinedError("the factorial of what is not known to be a moderate integer")
    return (arb(exact.natural(value)) + 1).gamma()


def _binomial(real: bool, n: Value, k: Value) -> Value:
    return _divide(real_ball(_permutations(real, n, k)), real_ball(_factorial(real, k)))


def _permutations(real: bool, n: Value, k: Value) -> Value:
    if not isinstance(n, fmpq) or not isinstance(k, fmpq):
        raise UndefinedError("a count of what is not known to be an integer")
    return _divide(real_ball(_factorial(real, n)), real_ball(_factorial(real, n - k)))


def _mod(_: bool, value: Value, modulus: Value) -> Value:
    a, m = real_ball(value), abs(real_ball(modulus))
    return a - m * arb(_floor(_divide(a, m)))


def _floor(ball: Ball) -> fmpq:
    value = real_ball(ball)
    if not abs(value) < arb(2) ** exact.MAX_BITS:
        raise UndefinedError("too large to be written as an integer")
    whole = value.floor().unique_fmpz()
    if whole is None:
        raise UndecidedError
    return fmpq(whole)


def _arg(ball: arb) -> Value:
    if ball > 0:
        return fmpq(0)
    if not ball < 0:
        raise UndecidedError
    return arb.pi()


def _complex_arg(ball: acb) -> arb:
    if ball.contains(0):
        raise UndecidedError
    return ball.arg()


def _within(ball: arb, function: Callable[[arb], arb]) -> arb:
    """An inverse function that is real from -1 to 1 only."""
    if abs(ball) > 1:
        raise UndefinedError("outside the domain")
    return function(ball)


_SPECIAL: dict[str, Callable[..., Value]] = {
    "^": _power,
    "root": _root,
    "sqrt": _sqrt,
    "!": _factorial,
    "binom": _binomial,
    "perm": _permutations,
    "log": _log,
    "ln": _ln,
    "mod": _mod,
}
_COMPLEX: dict[str, Callable[..., Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "+%": lambda a, b: a * (1 + b),
    "-%": lambda a, b: a * (1 - b),
    "neg": lambda a: -a,
    "%": lambda a: a / 100,
    "deg": lambda a: a * arb.pi() / 180,
    "exp": lambda a: a.exp(),
    "abs": abs,
    "re": lambda a: a.real,
    "im": lambda a: a.imag,
    "conj": lambda a: a.conjugate(),
    "arg": _complex_arg,
}
_COMPLEX |= {name: getattr(acb, name) for name in "sin cos tan cot sec csc sinh cosh tanh".split()}
_REAL: dict[str, Callable[..., Value]] = {
    **{name: _COMPLEX[name] for name in "+ - * / +% -% neg % deg exp abs".split()},
    **{name: getattr(arb, name) for name in "sin cos tan cot sec csc sinh cosh tanh".split()},
    "pi": arb.pi,
    "e": arb.const_e,
    "i": lambda: acb(0, 1),
    "re": lambda a: a,
    "conj": lambda a: a,
    "im": lambda _: fmpq(0),
    "arg": _arg,
    "floor": _floor,
    "ceil": lambda a: -_floor(-a),
    "min": lambda a, b: a.min(b),
    "max": lambda a, b: a.max(b),
    "arcsin": lambda a: _within(a, arb.asin),
    "arccos": lambda a: _within(a, arb.acos),
    "arctan": lambda a: a.atan(),
}
