"""A list or a number of divisors that is wrong.

What it checks
    ``the factors of 12 are 1, 2, 3, 4, 6 and 12`` (also the prime ones), ``24 has 8 divisors``, ``the
    greatest prime factor of 3105 is 23``, ``the prime factorization of 12 is 2^2 * 3``.

Why it matters
    A divisor left out of a list is a case left out of the argument.

Limits
    A list must end its sentence; ``include`` and ``such as`` promise no whole list. Numbers past
    10^10 are UNKNOWN.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import NumberFact
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.integers._decide import decide

_PREDICATES = frozenset(
    ("divisors", "prime divisors", "divisor count", "largest prime", "smallest prime", "factorization")
)


class WrongDivisors(Rule):
    """The divisors of a number are others, or not so many."""

    code = "NT005"
    name = "wrong-divisors"
    version = 2
    stage = Stage.STABLE
    claims = (NumberFact,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The factors of 12 are 1, 2, 3, 4, 6, and 12.", Status.VERIFIED),
        Example("The factors of 12 are 1, 2, 3, 4, and 12.", Status.REFUTED),
        Example("The prime factors of 60 are 2, 3, and 5.", Status.VERIFIED),
        Example("The largest prime factor of 99 is 33.", Status.REFUTED),
        Example("24 has 8 divisors.", Status.VERIFIED),
        Example(r"The prime factorization of $400$ is $2^4 \cdot 5^2$.", Status.VERIFIED),
        Example(r"The prime factorization of 576 is \(2^5 \cdot 3^3\).", Status.REFUTED),
        Example("The factors of 12 include 1, 2 and 3.", None),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compute the fact and compare."""
        if not isinstance(claim, NumberFact) or claim.predicate not in _PREDICATES:
            return None
        return decide(self, claim, context)
