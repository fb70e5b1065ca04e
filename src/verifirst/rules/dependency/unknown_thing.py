"""A result that counts things nobody mentioned.

What it checks
    The thing that a result counts (``= 4 bowls``) is a thing of the problem: its word stands
    there, in the singular or the plural, or it is a unit that anyone may use (hours, dollars,
    people, ...).

Why it matters
    Dividing tickets among bowls and calling the result cookies is true arithmetic over
    grounded numbers; the quantity it names does not exist in this problem.

Limits
    Compares words, not meanings: a synonym, a part (legs of a chair) or a container that the
    solution introduces looks unknown, so this rule stays in preview. It reads plural words
    right after a result only, and it never verifies.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

from verifirst.claims import Equation
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Status, Verdict

MAX_PROBLEM = 20_000  # characters of the problem that are searched

_THING = re.compile(r"(?: [a-z]+){0,2}? ([a-z]{3,}s)\b")
_COMMON = frozenset(
    "always apiece has is its less plus minus this thus times was equals does gets gives keeps needs sells makes takes "
    "hours minutes seconds days weeks months years decades dollars cents bucks coins bills pennies euros pounds ounces "
    "miles feet inches yards meters metres kilometers centimeters liters litres gallons cups grams kilograms tons "
    "degrees items pieces people persons things units points groups sets pairs dozens parts shares percents students "
    "guests kids boys girls friends customers trips rounds turns steps ways numbers".split()
)


class UnknownThing(Rule):
    """A counted thing that the problem does not mention."""

    code = "DG004"
    name = "unknown-thing"
    sufficient = False
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Each bowl holds 28 / 7 = 4 cookies.", Status.REFUTED, problem="28 tickets go into 7 bowls."),
        Example("Each bowl holds 28 / 7 = 4 tickets.", None, problem="28 tickets go into 7 bowls."),
        Example("That is 28 * 7 = 196 good tickets.", None, problem="28 tickets go into 7 bowls."),
        Example("That takes 28 * 7 = 196 hours.", None, problem="28 tickets go into 7 bowls."),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute when the result counts something new; silent otherwise."""
        problem = context.problem[:MAX_PROBLEM]
        if not problem or not isinstance(claim, Equation) or not claim.last:
            return None
        context.budget.spend(10)
        match = _THING.match(context.step.text, claim.right.end)
        if match is None or match[1] in _COMMON or not _stems(match[1]).isdisjoint(_words(problem)):
            return None
        evidence = Evidence("unknown-thing", {"thing": match[1], "problem": problem})
        return self.refuted(claim, evidence, f"the problem mentions no {match[1]}", offending=match.end())


def _stems(plural: str) -> frozenset[str]:
    """The plural with the singulars it may have."""
    found = {plural, plural[:-1]}
    if plural.endswith("es"):
        found.add(plural[:-2])
    if plural.endswith("ies"):
        found.add(plural[:-3] + "y")
    if plural.endswith("ves"):
        found |= {plural[:-3] + "f", plural[:-3] + "fe"}
    return frozenset(found)


@lru_cache(maxsize=512)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text.lower()))
