"""Facts about whole numbers against SymPy, said in every form, true and false."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import divisors, factorint, isprime, primefactors

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.replay import replay
from verifirst.rules import load_pack
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier(load_pack("verifirst.rules.integers"), enforce=["NT"])
numbers = st.integers(2, 400) | st.integers(401, 99_999)
maths = st.sampled_from(["{}", "${}$", r"\({}\)"])
openers = st.sampled_from(["", "Since ", "So ", "We note that ", "The number "])


def verdict(text: str) -> Status:
    report = Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text))
    found = [verdict for verdict in report.verdicts if verdict.claim is not None]
    assert len(found) == 1, (text, found)
    assert found[0].evidence is not None
    assert replay(found[0].evidence) is found[0].status
    return found[0].status


def expected(truth: bool) -> Status:
    return Status.VERIFIED if truth else Status.REFUTED


@settings(max_examples=300, deadline=None)
@given(numbers, st.integers(1, 60), st.booleans(), st.integers(0, 3), maths, openers)
def test_divisibility(a: int, b: int, negated: bool, form: int, wrap: str, opener: str) -> None:
    x, y = wrap.format(a), wrap.format(b)
    denial = " not" if negated else ""
    text = [
        f"{x} is{denial} divisible by {y}",
        f"{x} is{denial} a multiple of {y}",
        f"{y} is{denial} a factor of {x}",
        f"{y} {'does not divide' if negated else 'divides'} {x}",
    ][form]
    assert verdict(f"{opener}{text}.") is expected((a % b == 0) is not negated)


@settings(max_examples=200, deadline=None)
@given(
    numbers, st.booleans(), st.sampled_from(["a prime number", "prime", "composite", "even", "odd", "a perfect square"])
)
def test_kinds_of_numbers(a: int, negated: bool, kind: str) -> None:
    truth = {
        "a prime number": isprime(a),
        "prime": isprime(a),
        "composite": not isprime(a),
        "even": a % 2 == 0,
        "odd": a % 2 == 1,
        "a perfect square": math.isqrt(a) ** 2 == a,
    }[kind]
    assert verdict(f"{a} is{' not' if negated else ''} {kind}.") is expected(truth is not negated)


@settings(max_examples=200, deadline=None)
@given(numbers, st.integers(2, 99), st.integers(0, 2), st.integers(0, 2), maths)
def test_remainders(a: int, b: int, form: int, off: int, wrap: str) -> None:
    rest = a % b + off
    x, y, r = wrap.format(a), wrap.format(b), wrap.format(rest)
    text = [
        f"The remainder when {x} is divided by {y} is {r}.",
        f"{x} leaves a remainder of {r} when divided by {y}.",
        f"{x} divided by {y} is {wrap.format(a // b)} with a remainder of {r}.",
    ][form]
    assert verdict(text) is expected(off == 0)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(2, 200), min_size=2, max_size=4), st.booleans(), st.integers(0, 1))
def test_common_divisors_and_multiples(several: list[int], greatest: bool, off: int) -> None:
    value = (math.gcd if greatest else math.lcm)(*several) + off
    *first, last = map(str, several)
    name = "greatest common divisor" if greatest else "least common multiple"
    assert verdict(f"The {name} of {', '.join(first)} and {last} is {value}.") is expected(off == 0)


@settings(max_examples=150, deadline=None)
@given(st.integers(6, 400), st.integers(0, 3), st.booleans())
def test_lists_of_divisors(a: int, form: int, spoilt: bool) -> None:
    listed = divisors(a) if form % 2 else primefactors(a)
    if spoilt:
        listed = [*listed, a + 1]
    if len(listed) < 2:
        return
    *first, last = map(str, listed)
    kind = "factors" if form % 2 else "prime factors"
    text = f"The {kind} of {a} are {', '.join(first)}, and {last}."
    if form == 2:
        text = f"{a} has {len(divisors(a)) + spoilt} divisors."
    if form == 3:
        text = f"The largest prime factor of {a} is {max(primefactors(a)) + spoilt}."
    assert verdict(text) is expected(not spoilt)


def test_numbers_too_large_to_take_apart_are_unknown() -> None:
    text = "100000000000031 is prime."
    (found,) = Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text)).verdicts
    assert found.status is Status.UNKNOWN


def power(prime: int, exponent: int) -> str:
    """As TeX wants it: 2^10 without braces is 2^1 0."""
    return f"{prime}^{{{exponent}}}" if exponent > 9 else f"{prime}^{exponent}" if exponent > 1 else str(prime)


@settings(max_examples=200, deadline=None)
@given(numbers, st.sampled_from([r" \cdot ", r" \times ", " * ", " times "]), st.integers(0, 2), st.data())
def test_factorizations(a: int, times: str, off: int, data: st.DataObject) -> None:
    powers = dict(factorint(a))
    slipped = data.draw(st.sampled_from(sorted(powers)))
    powers[slipped] += off
    said = times.join(power(prime, exponent) for prime, exponent in powers.items())
    wrap = "{}" if "times" in times and "\\" not in times else "${}$"
    assert verdict(f"The prime factorization of ${a}$ is {wrap.format(said)}.") is expected(not off)
