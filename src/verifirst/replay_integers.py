"""Replay of evidence about whole numbers: kinds ``number-fact``, ``impossible-count``, ``time-span``.

Written apart from the rules: divisors are found by trying every number up to the square root,
common ones from those. ``value`` and ``numbers`` are strings of digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

from verifirst.core.verdict import Status

MAX_DIGITS = 400
MAX_TRIED = 10**12  # numbers past this are not taken apart
MAX_NUMBERS = 100


def number_fact(data: Mapping[str, Any]) -> Status:
    """VERIFIED when the fact is as stated, REFUTED when it is not; ValueError when malformed."""
    numbers, value = _whole(data["numbers"]), _whole(data["value"])
    if not isinstance(data["negated"], bool) or not numbers:
        raise ValueError("a number fact has numbers and says whether it is negated")
    holds = _holds(data["predicate"], numbers, value)
    return Status.VERIFIED if holds is not data["negated"] else Status.REFUTED


def impossible_count(data: Mapping[str, Any]) -> Status:
    """REFUTED when the value is negative, or no whole number of people."""
    value, noun = data["value"], data["noun"]
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError("a value is a string of digits, perhaps with a sign and a bar")
    number = Fraction(value)
    parts = noun in _PEOPLE and number.denominator > 1
    return Status.REFUTED if number < 0 or parts else Status.UNKNOWN


_VALUE = re.compile(r"-?[0-9]{1,400}(?:/[0-9]{1,400})?")
_PEOPLE = (
    "people persons children kids students boys girls men women adults guests friends workers employees teachers "
    "players passengers members visitors"
).split()


def time_span(data: Mapping[str, Any]) -> Status:
    """Walk the minutes from the first time round the clock and see where they end."""
    first, second, minutes, cycle = _whole([data[key] for key in ("first", "second", "minutes", "cycle")])
    if cycle not in (720, 1440) or max(first, second, minutes) > 100_000:  # noqa: PLR2004  # half a day, a day
        raise ValueError("a clock has twelve hours or twenty-four")
    return Status.VERIFIED if (first + minutes) % cycle == second % cycle else Status.REFUTED


def _whole(texts: Any) -> list[int]:
    if not isinstance(texts, list) or len(texts) > MAX_NUMBERS:
        raise ValueError("numbers stand in a list")
    for text in texts:
        if not isinstance(text, str) or not text.isdecimal() or not text.isascii() or len(text) > MAX_DIGITS:
            raise ValueError("a whole number is a string of digits")
    return [int(text) for text in texts]


def _holds(predicate: str, numbers: list[int], value: list[int]) -> bool:
    first = numbers[0]
    if predicate in _OF_TWO:
        a, b = numbers
        return _of_two(predicate, a, b, value)
    if predicate in ("gcd", "lcm"):
        (stated,) = value
        return _common(predicate, numbers, stated)
    (first,) = numbers
    if predicate == "factorization":
        return _factored(first, list(zip(value[::2], value[1::2], strict=True)))
    if predicate in _OF_DIVISORS:
        return _of_divisors(predicate, first, value)
    return {
        "even": first % 2 == 0,
        "odd": first % 2 == 1,
        "square": isqrt(first) * isqrt(first) == first,
        "cube": any((_cube_root(first) + step) ** 3 == first for step in (-1, 0, 1)),
    }[predicate]


_OF_TWO = ("divisible", "coprime", "prime divisor", "remainder", "division")
_OF_DIVISORS = ("prime", "composite", "divisors", "prime divisors", "divisor count", "largest prime", "smallest prime")


def _of_two(predicate: str, a: int, b: int, value: list[int]) -> bool:
    if predicate == "coprime":
        return _euclid(a, b) == 1
    if predicate == "prime divisor":
        return a % b == 0 and _divisors(b) == [1, b]
    if predicate == "remainder":
        (rest,) = value
        return 0 <= rest < b and (a - rest) % b == 0
    if predicate == "division":
        quotient, rest = value
        return a == b * quotient + rest and 0 <= rest < b
    return a % b == 0


def _common(predicate: str, numbers: list[int], stated: int) -> bool:
    found = numbers[0]
    for number in numbers[1:]:
        found = _euclid(found, number) if predicate == "gcd" else found * number // _euclid(found, number)
    return found == stated


def _euclid(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _of_divisors(predicate: str, number: int, value: list[int]) -> bool:
    divisors = _divisors(number)
    if predicate == "prime":
        return len(divisors) == 2  # noqa: PLR2004  # itself and one
    if predicate == "composite":
        return len(divisors) > 2  # noqa: PLR2004
    if predicate == "divisors":
        return set(value) == set(divisors)
    if predicate == "divisor count":
        return value == [len(divisors)]
    primes = [divisor for divisor in divisors[1:] if all(divisor % d for d in divisors[1:] if d < divisor)]
    if predicate == "prime divisors":
        return set(value) == set(primes)
    return value == [(max if predicate == "largest prime" else min)(primes)]


def _factored(number: int, powers: list[tuple[int, int]]) -> bool:
    """Whether the powers are of primes and their product is the number."""
    for prime, exponent in powers:
        if _divisors(prime) != [1, prime]:
            return False
        for _ in range(exponent):
            number, rest = divmod(number, prime)
            if rest:
                return False
    return number == 1


def _divisors(number: int) -> list[int]:
    if not 0 < number <= MAX_TRIED:
        raise ValueError("too large to take apart, or nought")
    low = [divisor for divisor in range(1, isqrt(number) + 1) if number % divisor == 0]
    return sorted({*low, *(number // divisor for divisor in low)})


def _cube_root(number: int) -> int:
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low
