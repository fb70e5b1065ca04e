"""The ring of terms against SymPy and mpmath: fractions of polynomials, atoms, and their relations."""

import mpmath
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.solvers.polynomials import NARROW, FullError, OutsideError, Ring

NAMES = ("x", "y", "z")
POINT = {"x": mpmath.mpf("0.37"), "y": mpmath.mpf("1.91"), "z": mpmath.mpf("2.43")}
DIGITS = 40
FIELD = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def expression(term):
    """A term of field operations and integer powers in SymPy's lowest terms; ZeroDivisionError where undefined."""
    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(sympy.Integer(item))
        elif isinstance(item, tuple):
            stack.append(sympy.Rational(*item))
        elif item[0] == "$":
            stack.append(sympy.Symbol(item[1:]))
        elif item == "neg":
            stack.append(-stack.pop())
        else:
            b, a = stack.pop(), stack.pop()
            if (item == "/" and not b) or (item == "^" and not a and b <= 0):
                raise ZeroDivisionError
            stack.append(sympy.cancel(a**b if item == "^" else FIELD[item](a, b)))
    return stack[-1]


def polynomial(text, ring):
    """A polynomial of the ring in SymPy, its generators by the names of their symbols."""
    names = {f"x{at}": sympy.Symbol(key[1:]) for at, key in enumerate(ring.atoms)}
    return sympy.sympify(str(text).replace("^", "**"), locals=names)


numbers = st.one_of(
    st.integers(0, 12).map(lambda n: (n,)), st.tuples(st.integers(0, 99), st.just(10)).map(lambda pair: (pair,))
)
leaves = numbers | st.sampled_from(NAMES).map(lambda name: (f"${name}",))
rational = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda a, b, op: (*a, *b, op), inner, inner, st.sampled_from("+-*/"))
        | st.builds(lambda a, n: (*a, n, "^"), inner, st.integers(0, 2))
        | st.builds(lambda a, n: (*a, n, "neg", "^"), inner, st.integers(1, 2))
        | st.builds(lambda a: (*a, "neg"), inner)
    ),
    max_leaves=5,
)


@settings(deadline=None)
@given(rational)
def test_rational_functions_are_those_of_sympy(term):
    """In lowest terms, and undefined where SymPy finds a division by zero."""
    ring = Ring()
    try:
        expected = expression(term)
    except ZeroDivisionError:
        with pytest.raises(OutsideError):
            ring.fraction(term)
        return
    n, d = (polynomial(part, ring) for part in ring.fraction(term))
    assert sympy.cancel(expected - n / d) == 0
    assert sympy.gcd(n, d) in (1, -1)


@settings(deadline=None)
@given(rational, rational)
def test_a_numerator_is_zero_where_the_sides_are_one_function_and_only_there(left, right):
    try:
        difference = expression(left) - expression(right)
    except ZeroDivisionError:
        assume(False)
    assert (not Ring().numerator(left, right)) == (sympy.cancel(difference) == 0)


@given(rational)
def test_equal_fractions_are_equal_objects(term):
    """A normal form: what is added and taken away again leaves nothing behind."""
    ring = Ring()
    try:
        assert ring.fraction((*term, "$y", 2, "^", 3, "+", "+", "$y", 2, "^", 3, "+", "-")) == ring.fraction(term)
    except OutsideError:
        assume(False)


VALUES = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "neg": lambda a: -a, "sqrt": mpmath.sqrt, "abs": abs, "ln": mpmath.log, "%": lambda a: a / 100,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "cot": mpmath.cot, "sec": mpmath.sec, "csc": mpmath.csc,
    "deg": mpmath.radians, "floor": mpmath.floor, "ceil": mpmath.ceil,
    "^": lambda a, b: a**b,
    "root": lambda k, a: -mpmath.root(-a, int(k)) if a < 0 and k % 2 else mpmath.root(a, int(k)),
    "log": lambda b, a: mpmath.log(a) / mpmath.log(b),
}  # fmt: skip
CONSTANTS = {"pi": lambda: +mpmath.pi, "e": lambda: +mpmath.e}
COUNTS = {"neg": 1, "sqrt": 1, "abs": 1, "ln": 1, "%": 1, "deg": 1, "floor": 1, "ceil": 1} | dict.fromkeys(
    "sin cos tan cot sec csc".split(), 1
)


def value(term):
    """The real number that a term is at POINT; None where it has none, or one too near a jump or a pole."""
    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(mpmath.mpf(item))
        elif item in CONSTANTS:
            stack.append(CONSTANTS[item]())
        elif item[0] == "$":
            stack.append(POINT[item[1:]])
        else:
            operands = stack[-COUNTS.get(item, 2) :]
            del stack[-COUNTS.get(item, 2) :]
            try:
                found = VALUES[item](*operands)
            except (ZeroDivisionError, ValueError):
                return None
            if mpmath.im(found) or not 1e-20 < abs(found) < 1e20:
                return None
            stack.append(found)
    return stack[-1]


elementary = st.recursive(
    st.one_of(
        st.integers(1, 12).map(lambda n: (n,)),
        st.sampled_from([("$x",), ("$y",), ("pi",), ("e",)]),
        st.builds(lambda k, n: ("pi", k, "*", n, "/"), st.integers(-30, 30), st.sampled_from([1, 2, 3, 4, 6, 12])),
        st.integers(-24, 48).map(lambda k: (15 * k, "deg")),
    ),
    lambda inner: st.one_of(
        st.builds(lambda a, b, op: (*a, *b, op), inner, inner, st.sampled_from("+-*/")),
        st.builds(lambda a, op: (*a, op), inner, st.sampled_from("neg sqrt abs ln sin cos tan cot sec csc %".split())),
        st.builds(lambda a, n: (*a, n, "^"), inner, st.integers(-2, 3)),
        st.builds(lambda k, a: (k, *a, "root"), st.integers(2, 5), inner),
        st.builds(lambda a, n: (n, *a, "^"), inner, st.integers(2, 4)),
    ),
    max_leaves=4,
)


@settings(deadline=None, max_examples=200)
@given(elementary, elementary)
def test_what_the_ring_proves_equal_is_equal(left, right):
    """A zero numerator is a proof, whatever the atoms stand for."""
    with mpmath.workdps(DIGITS):
        a, b = value(left), value(right)
        assume(a is not None and b is not None)
        try:
            found = Ring().numerator(left, right)
        except OutsideError:
            return
        if not found:
            assert abs(a - b) < mpmath.mpf(10) ** (10 - DIGITS) * (1 + abs(a)), (left, right)


closed = st.recursive(
    st.integers(1, 40).map(lambda n: (n,)),
    lambda inner: st.one_of(
        st.builds(lambda a, b, op: (*a, *b, op), inner, inner, st.sampled_from("+-*/")),
        st.builds(lambda a: (*a, "sqrt"), inner),
        st.builds(lambda k, a: (k, *a, "root"), st.integers(2, 6), inner),
        st.builds(lambda k, op: ("pi", k, "*", 12, "/", op), st.integers(-30, 30), st.sampled_from(["sin", "cos"])),
        st.builds(lambda a: (*a, "ln"), inner),
    ),
    max_leaves=4,
)


@settings(deadline=None, max_examples=200)
@given(closed)
def test_numbers_keep_their_value_when_they_are_taken_apart(term):
    """Atoms of numbers are roots and logarithms of primes, and pi: all have values of their own."""
    ring = Ring()
    with mpmath.workdps(DIGITS):
        expected = value(term)
        assume(expected is not None)
        try:
            n, d = ring.fraction(term)
        except OutsideError:
            return
        assume(all(key in ("pi", "i") or _of_a_prime(key) for key in ring.atoms))
        point = [_atom(key) for key in ring.atoms]
        found = _at(n, point) / _at(d, point)
        assert abs(found - expected) < mpmath.mpf(10) ** (15 - DIGITS) * (1 + abs(expected)), term
        for relation in ring.relations:
            size = sum(abs(coefficient) for coefficient in relation.coeffs())
            assert abs(_at(relation, point)) < mpmath.mpf(10) ** (15 - DIGITS) * int(size)


def _of_a_prime(key):
    return isinstance(key, tuple) and key[0] in ("root", "ln") and isinstance(key[-1], int)


def _atom(key):
    if key == "i":
        return mpmath.mpc(0, 1)
    if key == "pi":
        return +mpmath.pi
    return mpmath.log(key[1]) if key[0] == "ln" else mpmath.root(key[2], key[1])


def _at(polynomial, point):
    total = mpmath.mpf(0)
    for powers, coefficient in polynomial.to_dict().items():
        product = mpmath.mpf(int(coefficient))
        for base, power in zip(point, powers, strict=False):
            product *= base ** int(power)
        total += product
    return total


whole = st.integers(-60, 60)


@given(whole, whole, st.sampled_from(["gcd", "lcm", "mod", "binom"]))
def test_functions_of_integers_are_those_of_sympy(a, b, name):
    ring, minus = Ring(), {True: ("neg",), False: ()}
    term = (abs(a), *minus[a < 0], abs(b), *minus[b < 0], name)
    try:
        found = ring.constant(ring.fraction(term))
    except OutsideError:
        assert (name == "mod" and not b) or (name == "binom" and not 0 <= b <= a)
        return
    expected = {
        "gcd": sympy.igcd, "lcm": sympy.ilcm, "mod": lambda m, n: m % abs(n), "binom": sympy.binomial,
    }[name](a, b)  # fmt: skip
    assert found == (int(expected), 1)


@given(st.integers(-400, 400), st.integers(1, 30))
def test_rounding_is_that_of_sympy(n, d):
    term = (abs(n), *(("neg",) if n < 0 else ()), d, "/")
    ring = Ring()
    assert ring.integer(ring.fraction((*term, "floor"))) == sympy.floor(sympy.Rational(n, d))
    assert ring.integer(ring.fraction((*term, "ceil"))) == sympy.ceiling(sympy.Rational(n, d))


@pytest.mark.parametrize("k", range(-24, 49))
def test_sines_of_multiples_of_fifteen_degrees(k):
    ring, term = Ring(), (abs(k) * 15, *(("neg",) if k < 0 else ()), "deg")
    for name, function in (("sin", sympy.sin), ("cos", sympy.cos)):
        n, d = ring.fraction((*term, name))
        assert not any(isinstance(key, tuple) and key[0] in ("sin", "cos") for key in ring.atoms), "taken apart"
        point = [_atom(key) for key in ring.atoms]
        assert abs(_at(n, point) / _at(d, point) - float(function(sympy.pi * k / 12))) < 1e-12


def test_the_atoms_of_one_argument_are_shared():
    ring = Ring()
    ring.fraction(("$x", "sin", "$x", "cos", "+", "$x", "neg", "sin", "+", "$x", "neg", "cos", "+"))
    assert len(ring.atoms) == 4  # x, pi that each angle is held against, one sine, one cosine
    assert len(ring.relations) == 1


def test_a_full_ring_says_so():
    ring = Ring(NARROW)
    for at in range(NARROW):
        ring.fraction((f"$x{at}",))
    with pytest.raises(FullError):
        ring.fraction(("$another",))
    ring.fraction(("$x0", "$x1", "*"))  # those that it has it still takes


def test_relations_are_found_through_the_atoms_of_atoms():
    ring = Ring()
    (inner, _), (outer, _) = ring.fraction(("$x", "sqrt")), ring.fraction(("$x", "sqrt", "abs"))
    (alone, _) = ring.fraction(("$y", "sqrt"))
    root, size, other = ring.relations
    for atom in (inner, outer):
        found = ring.related([atom])
        assert len(found) == 2
        assert all(relation in found for relation in (root, size))
    assert ring.related([alone]) == [other]
    assert ring.related([]) == []
