"""A divisor, a multiple or a parity that is not so.

What it checks
    ``a is divisible by b``, ``a is a multiple of b``, ``b divides a``, ``b is a (prime) factor of
    a``, ``a is even``, ``a is odd``, and each of them denied, for whole numbers in digits or as powers.

Why it matters
    Case splits, factorisations and counts hang on one divisibility; it is certain to decide.

Limits
    A subject that may be a part of something bigger (``x + 15 is divisible``) is not read, nor what
    is asked, supposed or tried. A step that says both a thing and its opposite is left alone.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import NumberFact
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.integers._decide import decide

_PREDICATES = frozenset(("divisible", "even", "odd", "prime divisor"))


class WrongDivisibility(Rule):
    """A statement of divisibility is false."""

    code = "NT001"
    name = "wrong-divisibility"
    version = 2
    stage = Stage.STABLE
    claims = (NumberFact,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("201 is divisible by 3, so it is not prime.", Status.VERIFIED),
        Example("454 is a multiple of 19.", Status.REFUTED),
        Example("454 is not a multiple of 19.", Status.VERIFIED),
        Example("Since 7 does not divide 21, we go on.", Status.REFUTED),
        Example("27 is odd.", Status.VERIFIED),
        Example(r"Then \( C = 7(3) = 21 \), which is not a multiple of 3.", Status.REFUTED),
        Example("Is 201 divisible by 9?", None),
        Example("We check if 201 is divisible by 9.", None),
        Example("x + 5 is divisible by 3.", None),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compute the fact and compare."""
        if not isinstance(claim, NumberFact) or claim.predicate not in _PREDICATES:
            return None
        return decide(self, claim, context)
