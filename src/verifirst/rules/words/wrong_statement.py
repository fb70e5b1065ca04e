"""A sentence that gives a number a wrong value.

What it checks
    Values stated in words: ``half of 18 is 9``, ``3 more than twice 5 is 13``, ``the sum of 3
    and 5 is 8``, ``adding 4 and 5, we get 9``, ``12 divided by 4 gives 3``, ``five times eight
    is forty``, ``4 * 5, which is 20``; and comparisons, ``0.8 is greater than 0.7``.

Why it matters
    Much of what a model computes never becomes an equation; the slip is in the sentence.

Limits
    A phrase that English leaves open (``half of 18 plus 3``) is not read, nor one that may be a
    part of something bigger. Refutes as AR001 does: only when every reading of the sides fails
    and nothing in the sentence denies, questions, supposes or corrects it; sides that count
    different things are UNKNOWN when they differ.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from verifirst.claims import Statement
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.numbers.decide import decide


class WrongStatement(Rule):
    """A value in words is false."""

    code = "QT001"
    name = "wrong-statement"
    version = 2
    stage = Stage.STABLE
    claims = (Statement,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Half of 18 is 9.", Status.VERIFIED),
        Example("Half of 18 is 8, so 8 are left.", Status.REFUTED),
        Example("Tom has three times as many as 4, which is 12.", Status.VERIFIED),
        Example("3 more than twice 5 is 13.", Status.VERIFIED),
        Example("Adding 17 and 25, we get 41.", Status.REFUTED),
        Example("They pay $6 + $5 + $3, which equals $14.", Status.VERIFIED),
        Example("5 times 8 is forty.", Status.VERIFIED),
        Example("7 is greater than 9, so Ann wins.", Status.REFUTED),
        Example("Half of 18 cookies is 3 bags.", Status.UNKNOWN, why="the sides count different things"),
        Example("Half of 18 is 9 more than Tom has.", None, why="the value goes on"),
        Example("The remainder is x plus 3 times 5, which is 20.", None, why="a fragment of algebra"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide it as the same relation in signs would be."""
        if not isinstance(claim, Statement):
            return None
        verdict = replace(decide(self, claim.plain(), context), claim=claim)
        if verdict.status is Status.REFUTED and _counts_differently(*claim.units):
            return self.unknown(claim, Reason.AMBIGUOUS, "the sides count different things")
        return verdict


def _counts_differently(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether both sides say what they count, and not the same."""
    return bool(left and right) and {word.rstrip("s") for word in left}.isdisjoint(word.rstrip("s") for word in right)
