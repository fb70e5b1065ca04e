r"""Exact rational values of closed terms.

    >>> from verifirst.core.budget import Budget
    >>> exact((5, 2, "binom", 9, "sqrt", "+"), Budget(1000))
    Fraction(13, 1)

Sizes are guarded before the work: nothing grows past :data:`MAX_BITS` bits, and sums and
products stop at :data:`MAX_COUNT` summands. ``0^0`` and fractional powers of negative
numbers are given no value, for the field does not agree on one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from flint import arb, fmpq, fmpz

from verifirst.core.budget import Budget
from verifirst.errors import InputError
from verifirst.solvers.precision import working
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import ARITY, Bound, Item, Term, is_bound

MAX_BITS = 1 << 15
MAX_COUNT = 5_000
MAX_NESTING = 4
MAX_ITEMS = 4_000
_MAX_BASE_POWER = 64  # the largest exponents tried in log_b(x) = n/m

Values = Mapping[str, fmpq]


class IrrationalError(ArithmeticError):
    """The term has no rational value, or none that is decided here (a free symbol, say)."""


def exact(term: Term, budget: Budget) -> Fraction:
    """The rational value of a closed term.

    Raises :class:`UndefinedError`, :class:`TooLargeError`, :class:`IrrationalError`, or
    :class:`InputError` for a malformed term.
    """
    check(term)
    return fraction(rational(term, {}, budget))


def fraction(value: fmpq) -> Fraction:
    """``value`` as the standard library writes it."""
    return Fraction(int(value.p), int(value.q))


def check(term: Term) -> None:
    """Raise InputError unless ``term`` is one well-formed term; TooLargeError when it is huge.

    ``MAX_ITEMS`` items and ``MAX_NESTING`` bound operators within each other are allowed, so
    what recurses over bodies after this check is safe.
    """
    total = 0
    layer: list[Term] = [term]
    for _ in range(MAX_NESTING + 1):
        inner: list[Term] = []
        for body in layer:
            total += len(body)
            if total > MAX_ITEMS:
                raise TooLargeError("the term is too long")
            _check_body(body)
            inner += [item[2] for item in body if is_bound(item)]
        if not inner:
            return
        layer = inner
    raise TooLargeError("sums and products are nested too deep")


def _check_body(body: Term) -> None:
    depth = 0
    for item in body:
        taken = operands(item)
        if depth < taken:
            raise InputError(f"a term lacks operands of {str(item)[:40]!r}")
        depth += 1 - taken
    if depth != 1:
        raise InputError(f"a term must leave one value, this leaves {depth}")


def operands(item: Item) -> int:
    """How many operands a possibly malformed item takes; InputError for what is no item."""
    if isinstance(item, int):
        return 0
    if isinstance(item, tuple):
        if is_bound(item) and len(item) == 3:  # noqa: PLR2004  # kind, index, body
            return 2
        if len(item) == 2 and isinstance(item[0], int) and isinstance(item[1], int) and item[1] > 0:  # noqa: PLR2004
            return 0
    elif item[:1] == "$":
        return 0
    elif item[:1] == "@" and (count := item.rpartition("/")[2]).isdecimal() and len(count) <= 2:  # noqa: PLR2004
        return int(count)
    elif item in ARITY:
        return ARITY[item]
    raise InputError(f"not an item of a term: {str(item)[:40]!r}")


def rational(term: Term, values: Values, budget: Budget) -> fmpq:
    """The value of a checked term where the symbols have ``values``; raises like :func:`exact`."""
    stack: list[fmpq] = []
    budget.spend(len(term))
    for item in term:
        if isinstance(item, int):
            stack.append(fmpq(item))
        elif isinstance(item, tuple):
            if is_bound(item):
                high, low = stack.pop(), stack.pop()
                stack.append(fold(item, low, high, values, budget))
            else:
                stack.append(fmpq(*item))
        elif item[0] == "$":
            if item[1:] not in values:
                raise IrrationalError("a free symbol")
            stack.append(values[item[1:]])
        elif item[0] == "@":
            raise IrrationalError("an unknown function")
        else:
            count = ARITY[item]
            found = stack[len(stack) - count :]
            del stack[len(stack) - count :]
            stack.append(apply(item, found))
    return stack[-1]


def fold(item: Bound, low: fmpq, high: fmpq, values: Values, budget: Budget) -> fmpq:
    """A sum or a product between rational bounds."""
    kind, index, body = item
    total = fmpq(0 if kind == "sum" else 1)
    for k in indices(low, high):
        budget.spend(2)
        value = rational(body, {**values, index: fmpq(k)}, budget)
        total = narrow(total + value if kind == "sum" else total * value)
    return total


def indices(low: fmpq, high: fmpq) -> range:
    """The indices from ``low`` to ``high``; raises unless both are integers and not too far apart."""
    if low.q != 1 or high.q != 1 or high < low - 1:
        raise UndefinedError("bounds of a sum that are no integers, or the wrong way round")
    if high - low >= MAX_COUNT:
        raise TooLargeError("too many summands")
    return range(int(low.p), int(high.p) + 1)


def apply(name: str, found: list[fmpq]) -> fmpq:
    """One operator on rational operands; raises like :func:`exact`."""
    if name not in _APPLY:
        raise IrrationalError(name)
    return narrow(_APPLY[name](*found))


def narrow(value: fmpq) -> fmpq:
    """``value``, unless it is too wide."""
    if value.height_bits() > MAX_BITS:
        raise TooLargeError
    return value


def integer(value: fmpq) -> int:
    """``value`` as an int; UndefinedError for a fraction."""
    if value.q != 1:
        raise UndefinedError("an integer is needed")
    return int(value.p)


def natural(value: fmpq) -> int:
    """``value`` as an int that is not negative."""
    if value < 0:
        raise UndefinedError("a negative number where a count is needed")
    return integer(value)


def _divide(a: fmpq, b: fmpq) -> fmpq:
    if b == 0:
        raise UndefinedError("division by zero")
    return a / b


def power(base: fmpq, exponent: fmpq) -> fmpq:
    """``base ^ exponent``."""
    if base == 0:
        if exponent <= 0:
            raise UndefinedError("zero to the power zero or less")
        return base
    if exponent.q != 1:
        if base < 0:
            raise IrrationalError("a fractional power of a negative number")
        base, exponent = root(fmpq(exponent.q), base), fmpq(exponent.p)
    if base == 1:
        return base
    if base == -1:
        return fmpq(-1 if int(exponent.p) % 2 else 1)
    if (base.height_bits() - 1) * abs(exponent) > MAX_BITS:
        raise TooLargeError
    return base**exponent.p


def root(index: fmpq, value: fmpq) -> fmpq:
    """The real ``index``-th root where it is rational."""
    degree = natural(index)
    if degree == 0:
        raise UndefinedError("a root of index zero")
    if value < 0:
        if degree % 2 == 0:
            raise IrrationalError("an even root of a negative number")
        return -root(index, -value)
    if degree == 1 or value in (0, 1):
        return value
    if degree > MAX_BITS:
        raise IrrationalError("a high root")
    p, q = value.p.root(degree), value.q.root(degree)
    if p**degree != value.p or q**degree != value.q:
        raise IrrationalError("an irrational root")
    return fmpq(p, q)


def _factorial(value: fmpq) -> fmpq:
    n = natural(value)
    if n * (n.bit_length() + 1) > 2 * MAX_BITS:
        raise TooLargeError
    return fmpq(fmpz.fac_ui(fmpz(n)))


def _binomial(n: fmpq, k: fmpq) -> fmpq:
    above, below = natural(n), natural(k)
    below = min(below, above - below)
    if below < 0:
        return fmpq(0)
    if above.bit_length() * below > 2 * MAX_BITS or above >= 1 << 63:
        raise TooLargeError
    return fmpq(fmpz.bin_uiui(above, below))


def _permutations(n: fmpq, k: fmpq) -> fmpq:
    above, below = natural(n), natural(k)
    if below > above:
        return fmpq(0)
    if above.bit_length() * below > MAX_BITS:
        raise TooLargeError
    return fmpq(fmpz(above - below + 1).rising(below))


def _mod(a: fmpq, m: fmpq) -> fmpq:
    if m == 0:
        raise UndefinedError("division by zero")
    m = abs(m)
    return a - m * (a / m).floor()


def _log(base: fmpq, value: fmpq) -> fmpq:
    """log_base(value) where both are powers of one rational."""
    if base <= 0 or base == 1:
        raise UndefinedError("a logarithm to a base that is not positive, or is one")
    if value == 0:
        raise UndefinedError("the logarithm of zero")
    if value < 0:
        raise IrrationalError("the logarithm of a negative number")
    if value == 1:
        return fmpq(0)
    with working(64):
        ratio = arb(value).log() / arb(base).log()
        guess = Fraction(float(ratio.mid())).limit_denominator(_MAX_BASE_POWER) if ratio.is_finite() else Fraction(0)
    n, m = guess.numerator, guess.denominator
    if max(base.height_bits() * abs(n), value.height_bits() * m) > MAX_BITS or base**n != value**m:
        raise IrrationalError("an irrational logarithm")
    return fmpq(n, m)


def _ln(value: fmpq) -> fmpq:
    if value == 0:
        raise UndefinedError("the logarithm of zero")
    return _only(fmpq(1), fmpq(0))(value)


def _arg(value: fmpq) -> fmpq:
    if value == 0:
        raise UndefinedError("the argument of zero")
    if value < 0:
        raise IrrationalError("pi")
    return fmpq(0)


def _infinite(*_: fmpq) -> fmpq:
    raise UndefinedError("infinity is no number")


def _only(argument: fmpq, value: fmpq) -> Callable[[fmpq], fmpq]:
    """A function whose value is rational at one rational argument only."""

    def judge(found: fmpq) -> fmpq:
        if found != argument:
            raise IrrationalError("a transcendental function")
        return value

    return judge


def _pole(found: fmpq) -> fmpq:
    if found == 0:
        raise UndefinedError("a pole")
    raise IrrationalError("a transcendental function")


def _same(value: fmpq) -> fmpq:
    return value


_APPLY: dict[str, Callable[..., fmpq]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "^": power,
    "+%": lambda a, b: a * (1 + b),
    "-%": lambda a, b: a * (1 - b),
    "neg": lambda a: -a,
    "%": lambda a: a / 100,
    "sqrt": lambda a: root(fmpq(2), a),
    "root": root,
    "!": _factorial,
    "binom": _binomial,
    "perm": _permutations,
    "gcd": lambda a, b: fmpq(fmpz(integer(a)).gcd(fmpz(integer(b)))),
    "lcm": lambda a, b: fmpq(fmpz(integer(a)).lcm(fmpz(integer(b)))),
    "mod": _mod,
    "floor": lambda a: fmpq(a.floor()),
    "ceil": lambda a: fmpq(a.ceil()),
    "abs": abs,
    "min": min,
    "max": max,
    "log": _log,
    "ln": _ln,
    "arg": _arg,
    "inf": _infinite,
    "re": _same,
    "conj": _same,
    "im": lambda _: fmpq(0),
    "cot": _pole,
    "csc": _pole,
    "deg": _only(fmpq(0), fmpq(0)),
}
_APPLY |= {name: _only(fmpq(0), fmpq(0)) for name in "sin tan arcsin arctan sinh tanh".split()}
_APPLY |= {name: _only(fmpq(0), fmpq(1)) for name in "cos sec exp cosh".split()}
_APPLY["arccos"] = _only(fmpq(1), fmpq(0))
