"""How the rules of this pack decide: the fact is computed, and compared with what is said.

Evidence is of kind ``number-fact``: ``predicate``, ``numbers``, ``value`` (strings of digits)
and ``negated``, as :class:`verifirst.claims.NumberFact` has them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd, isqrt, lcm

from verifirst.claims import NumberFact
from verifirst.claims.assertion import doubt
from verifirst.core.budget import Budget
from verifirst.core.rule import Context, Rule
from verifirst.core.verdict import Evidence, Reason, Verdict

MAX_FACTORED = 10**10  # numbers past this are not taken apart
MAX_FACTORS = 64  # more than any number up to there has
Numbers = tuple[int, ...]


def decide(rule: Rule, fact: NumberFact, context: Context) -> Verdict:
    """Judge one fact about whole numbers."""
    compute, factored = _COMPUTE[fact.predicate]
    if 0 in fact.numbers[1:] or (factored and min(fact.numbers) < 2):  # noqa: PLR2004  # 0 and 1 are no primes' product
        return rule.unknown(fact, Reason.UNSUPPORTED, "nought and one are taken apart by convention only")
    if factored and max(fact.numbers) > MAX_FACTORED:
        return rule.unknown(fact, Reason.TOO_LARGE, "numbers of this size are not taken apart here")
    holds = compute(fact.numbers, fact.value, context.budget) is not fact.negated
    evidence = Evidence(
        "number-fact",
        {
            "predicate": fact.predicate,
            "numbers": [str(number) for number in fact.numbers],
            "value": [str(number) for number in fact.value],
            "negated": fact.negated,
        },
    )
    if holds:
        return rule.verified(fact, evidence)
    if why := doubt(context.step.text, fact.start, fact.end, context.problem, arithmetic=False):
        return rule.unknown(fact, Reason.AMBIGUOUS, why)
    stated = context.step.text[fact.start : fact.end][:120]
    return rule.refuted(fact, evidence, f"false: {stated}")


def factors(number: int, budget: Budget) -> list[int]:
    """The prime factors of ``number``, with repetition, by trial division."""
    found: list[int] = []
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor:
            divisor += 1 if divisor == 2 else 2  # noqa: PLR2004  # then odd numbers only
            if not divisor & 1023:
                budget.spend(128)
        else:
            found.append(divisor)
            number //= divisor
    budget.spend(len(found) + 1)
    return [*found, number] if number > 1 else found


def _divisors(number: int, budget: Budget) -> set[int]:
    found = {1}
    for factor in factors(number, budget):
        found |= {divisor * factor for divisor in found}
    return found


def _spread(powers: Numbers) -> list[int]:
    """Base and exponent by turns as a sorted list of factors; nothing where that is longer than any number here."""
    pairs = list(zip(powers[::2], powers[1::2], strict=True))
    if sum(exponent for _, exponent in pairs) > MAX_FACTORS:
        return []
    return sorted(base for base, exponent in pairs for _ in range(exponent))


def _prime(number: int, budget: Budget) -> bool:
    return number > 1 and factors(number, budget) == [number]


def _cube(number: int) -> bool:
    root = round(number ** (1 / 3))
    return any((root + step) ** 3 == number for step in (-1, 0, 1))


_COMPUTE: dict[str, tuple[Callable[[Numbers, Numbers, Budget], bool], bool]] = {
    "divisible": (lambda n, _v, _b: n[0] % n[1] == 0, False),
    "even": (lambda n, _v, _b: n[0] % 2 == 0, False),
    "odd": (lambda n, _v, _b: n[0] % 2 == 1, False),
    "square": (lambda n, _v, _b: isqrt(n[0]) ** 2 == n[0], False),
    "cube": (lambda n, _v, _b: _cube(n[0]), True),
    "prime": (lambda n, _v, b: _prime(n[0], b), True),
    "composite": (lambda n, _v, b: n[0] > 1 and not _prime(n[0], b), True),
    "coprime": (lambda n, _v, _b: gcd(*n) == 1, False),
    "prime divisor": (lambda n, _v, b: n[0] % n[1] == 0 and _prime(n[1], b), True),
    "remainder": (lambda n, v, _b: n[0] % n[1] == v[0], False),
    "division": (lambda n, v, _b: divmod(n[0], n[1]) == v, False),
    "gcd": (lambda n, v, _b: gcd(*n) == v[0], False),
    "lcm": (lambda n, v, _b: lcm(*n) == v[0], False),
    "divisors": (lambda n, v, b: n[0] > 0 and set(v) == _divisors(n[0], b), True),
    "prime divisors": (lambda n, v, b: set(v) == set(factors(n[0], b)), True),
    "divisor count": (lambda n, v, b: n[0] > 0 and len(_divisors(n[0], b)) == v[0], True),
    "factorization": (lambda n, v, b: _spread(v) == factors(n[0], b), True),
    "largest prime": (lambda n, v, b: max(factors(n[0], b), default=0) == v[0], True),
    "smallest prime": (lambda n, v, b: min(factors(n[0], b), default=0) == v[0], True),
}
