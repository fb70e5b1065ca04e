r"""Zero or not? For algebraic numbers, by a separation bound.

    >>> from verifirst.core.budget import Budget
    >>> is_zero((2, "sqrt", 3, "sqrt", "+", 5, 2, 6, "sqrt", "*", "+", "sqrt", "-"), Budget(10_000))
    True

Each subterm is written as U / L with algebraic integers U and L in a field of degree at most
D, all of whose conjugates are at most 2^u and 2^l in size (after Burnikel, Funke, Mehlhorn,
Schirra, Schmitt: A Separation Bound for Real Algebraic Expressions, ESA 2001). The norm of U
is an integer, so a value that is not zero is at least 2^-(l + (D - 1) u) in size, and a ball
around zero that is smaller proves zero.

Roots, sines and cosines of rational parts of pi, and exp of rational parts of i pi count;
D is the product of the roots' indices, each distinct root once, with the degree of the
cyclotomic field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, log2

from flint import acb, arb, fmpq, fmpz

from verifirst.core.budget import Budget
from verifirst.solvers import ball, exact
from verifirst.solvers.precision import working
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, arity, is_bound

MAX_BITS = 12_000
MAX_DEGREE = 4_096
_MAX_POWER = 1_000
_MAX_PARTS = 120  # pi over that is the smallest angle recognised


class TranscendentalError(ArithmeticError):
    """A part of the term has no bound here."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Bounds of U / L: bits of the conjugates, the roots adjoined (index and term), the order of the root of unity."""

    top: float
    bottom: float
    roots: frozenset[tuple[int, Term]] = frozenset()
    order: int = 1
    value: fmpq | None = None


@dataclass(frozen=True, slots=True)
class Angle:
    """A rational multiple of pi, or of i pi."""

    turns: fmpq
    imaginary: bool = False


Node = Bounded | Angle


def is_zero(term: Term, budget: Budget) -> bool | None:
    """Whether a checked closed term is zero; None where neither is proved."""
    try:
        node = _bounds(term, budget)
        if isinstance(node, Angle):
            return node.turns == 0
        bits = _separation(node)
        for precision in (bits + 96, 2 * bits + 256):
            try:
                value = ball.enclose(term, precision, budget)
            except ball.UndecidedError:
                continue
            if isinstance(value, fmpq):
                return value == 0
            if not value.contains(0):
                return False
            if value.abs_upper() < arb(2) ** -bits:
                return True
    except (TranscendentalError, UndefinedError, TooLargeError):
        pass
    return None


def _separation(node: Bounded) -> int:
    """Bits such that a value that is not zero is larger than 2 to the minus that."""
    degree = int(fmpz(node.order).euler_phi())
    for index, _ in node.roots:
        degree *= index
        if degree > MAX_DEGREE:
            break
    bits = node.bottom + (degree - 1) * max(node.top, 0.0)
    if degree > MAX_DEGREE or bits > MAX_BITS:
        raise TooLargeError("the separation bound is out of reach")
    return int(bits * 1.001) + 2  # more than the rounding of the floats


def _bounds(term: Term, budget: Budget) -> Node:
    stack: list[tuple[Node, int]] = []  # with where the operand's term begins
    for at, item in enumerate(term):
        budget.spend(8)
        taken = arity(item)
        found = stack[len(stack) - taken :]
        del stack[len(stack) - taken :]
        starts = [start for _, start in found]
        stack.append((_node(term, at, [node for node, _ in found], starts, budget), starts[0] if starts else at))
    return stack[-1][0]


def _node(  # noqa: PLR0911  # one for each kind
    term: Term, at: int, nodes: list[Node], starts: list[int], budget: Budget
) -> Node:
    item = term[at]
    if isinstance(item, int):
        return _number(fmpq(item))
    if isinstance(item, tuple) and not is_bound(item):
        return _number(fmpq(*item))
    if isinstance(item, str):
        if item in _PLAIN:
            return _PLAIN[item](*nodes)
        if item in _ROOTS:
            parts = [term[start:end] for start, end in zip(starts, [*starts[1:], at], strict=True)]
            return _ROOTS[item](nodes, parts)
        if item == "abs":
            return _size(nodes[0], term[starts[0] : at], budget)
        if item in _ARCS:
            return _angle(term[starts[0] : at], item, budget)
    return _rational(term[starts[0] if starts else at : at + 1], budget)


def _number(value: fmpq) -> Bounded:
    return Bounded(_bits(value.p), _bits(value.q), value=value)


def _bits(number: fmpz) -> float:
    size = abs(int(number))
    return log2(size) if size else 0.0


def _rational(term: Term, budget: Budget) -> Bounded:
    """A subterm of another kind, where it is rational."""
    try:
        return _number(exact.rational(term, {}, budget))
    except ArithmeticError:
        raise TranscendentalError(str(term[-1])) from None


def _size(node: Node, term: Term, budget: Budget) -> Bounded:
    """An absolute value: of a real number a conjugate or its negative, else a root of z times conj(z)."""
    one = _bounded(node)
    if not isinstance(ball.enclose(term, 64, budget), acb):
        return one
    square = _with_conjugate(one, one.top * 2, one.bottom * 2)
    return _root(square, 2, (*term, "abs"))


def _with_conjugate(one: Bounded, top: float, bottom: float) -> Bounded:
    """What is made of a number and its complex conjugate, which lies in the same cyclotomic field."""
    if one.roots:
        raise TranscendentalError("the conjugate of a root")
    return Bounded(top, bottom, order=lcm(4, one.order))


def _part(node: Node) -> Bounded:
    """A real or imaginary part: (z + conj(z)) / 2, or (z - conj(z)) / 2i."""
    one = _bounded(node)
    return _with_conjugate(one, one.top + one.bottom + 1, 2 * one.bottom + 1)


def _angle(term: Term, name: str, budget: Budget) -> Angle:
    """An inverse function whose value proves to be a rational part of pi."""
    if not _ARCS.keys().isdisjoint(term):
        raise TranscendentalError("inverse functions within each other")
    with working(128):
        turns = ball.real_ball(ball.enclose((*term, name), 128, budget)) / arb.pi()
    guess = Fraction(float(turns.mid())).limit_denominator(_MAX_PARTS)
    found = fmpq(guess.numerator, guess.denominator)
    straight = (guess.numerator, guess.denominator, "/", "pi", "*", _ARCS[name])
    if not turns.overlaps(arb(found)) or not is_zero((*straight, *term, "-"), budget):
        raise TranscendentalError("an angle")
    return Angle(found)


def _bounded(node: Node) -> Bounded:
    if isinstance(node, Angle):
        raise TranscendentalError("pi")
    return node


def _add(a: Node, b: Node, sign: int = 1) -> Node:
    if isinstance(a, Angle) and isinstance(b, Angle) and a.imaginary == b.imaginary:
        return Angle(a.turns + sign * b.turns, a.imaginary)
    a, b = _bounded(a), _bounded(b)
    if a.value is not None and b.value is not None:
        return _number(exact.narrow(a.value + sign * b.value))
    top = max(a.top + b.bottom, b.top + a.bottom) + 1
    return Bounded(top, a.bottom + b.bottom, a.roots | b.roots, lcm(a.order, b.order))


def _multiply(a: Node, b: Node) -> Node:
    if isinstance(a, Angle):
        a, b = b, a
    a = _bounded(a)
    if isinstance(b, Angle):
        return _turned(a, b)
    if a.value is not None and b.value is not None:
        return _number(exact.narrow(a.value * b.value))
    return Bounded(a.top + b.top, a.bottom + b.bottom, a.roots | b.roots, lcm(a.order, b.order))


def _turned(factor: Bounded, angle: Angle) -> Angle:
    if factor.value is not None:
        return Angle(factor.value * angle.turns, angle.imaginary)
    if factor == _I and not angle.imaginary:
        return Angle(angle.turns, imaginary=True)
    raise TranscendentalError("a multiple of pi")


def _invert(node: Node) -> Bounded:
    a = _bounded(node)
    if a.value is not None:
        return _number(exact.apply("/", [fmpq(1), a.value]))
    return Bounded(a.bottom, a.top, a.roots, a.order)


def _divide(a: Node, b: Node) -> Node:
    if isinstance(a, Angle) and isinstance(b, Angle) and a.imaginary == b.imaginary:
        return _number(exact.apply("/", [a.turns, b.turns]))
    return _multiply(a, _invert(b))


def _root(node: Node, index: int, term: Term) -> Bounded:
    a = _bounded(node)
    if a.value is not None:
        try:
            return _number(exact.root(fmpq(index), a.value))
        except exact.IrrationalError:
            pass
    return Bounded((a.top + (index - 1) * a.bottom) / index, a.bottom, a.roots | {(index, term)}, a.order)


def _exponent(node: Node) -> fmpq:
    value = _bounded(node).value
    if value is None:
        raise TranscendentalError("an irrational power")
    if abs(value.p) > _MAX_POWER or value.q > MAX_DEGREE:
        raise TooLargeError("a high power")
    return value


def _indexed_root(nodes: list[Node], parts: list[Term]) -> Node:
    return _root(nodes[1], exact.natural(_exponent(nodes[0])), parts[1])


def _power(nodes: list[Node], parts: list[Term]) -> Node:
    exponent = _exponent(nodes[1])
    base = _root(nodes[0], int(exponent.q), parts[0]) if exponent.q != 1 else _bounded(nodes[0])
    times = int(exponent.p)
    if times < 0:
        base, times = _invert(base), -times
    if base.value is not None:
        return _number(exact.power(base.value, fmpq(times)))
    return Bounded(base.top * times, base.bottom * times, base.roots, base.order)


def _wave(node: Node) -> Bounded:
    """A sine or its kin at a rational part of pi: sums of two roots of unity, over such or two."""
    if isinstance(node, Bounded) and node.value == 0:
        node = Angle(fmpq(0))
    if isinstance(node, Bounded) or node.imaginary:
        raise TranscendentalError("a sine")
    return Bounded(1.0, 1.0, order=lcm(4, 2 * int(node.turns.q)))


def _exponential(node: Node) -> Bounded:
    if isinstance(node, Bounded) and node.value == 0:
        return _number(fmpq(1))
    if isinstance(node, Bounded) or not node.imaginary:
        raise TranscendentalError("an exponential")
    return Bounded(0.0, 0.0, order=2 * int(node.turns.q))


_ARCS = {"arcsin": "sin", "arccos": "cos", "arctan": "tan"}
_I = Bounded(0.0, 0.0, order=4)
_PLAIN: dict[str, Callable[..., Node]] = {
    "+": _add,
    "-": lambda a, b: _add(a, b, -1),
    "*": _multiply,
    "/": _divide,
    "neg": lambda a: _multiply(_number(fmpq(-1)), a),
    "%": lambda a: _multiply(_number(fmpq(1, 100)), a),
    "+%": lambda a, b: _multiply(a, _add(_number(fmpq(1)), b)),
    "-%": lambda a, b: _multiply(a, _add(_number(fmpq(1)), b, -1)),
    "i": lambda: _I,
    "pi": lambda: Angle(fmpq(1)),
    "deg": lambda a: _multiply(a, Angle(fmpq(1, 180))),
    "exp": _exponential,
    "re": _part,
    "im": _part,
    "conj": lambda a: _with_conjugate(_bounded(a), a.top, a.bottom),
    **dict.fromkeys("sin cos tan cot sec csc".split(), _wave),
}
_ROOTS: dict[str, Callable[[list[Node], list[Term]], Node]] = {
    "sqrt": lambda nodes, parts: _root(nodes[0], 2, parts[0]),
    "root": _indexed_root,
    "^": _power,
}
