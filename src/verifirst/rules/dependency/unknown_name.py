"""A person whom nobody mentioned.

What it checks
    A step that computes or compares speaks of the people of the problem: a capitalised name
    in the place of an owner or a doer (``with Omar``, ``Omar has``) stands in the problem.

Why it matters
    ``With those of Omar it is 80 + 25`` may be true arithmetic over grounded numbers and
    still be about nobody: the graph of quantities has no such owner.

Limits
    Knows names by their place in the sentence, not by a list of names: theorems named after
    people, brands and abbreviations can look like owners, so this rule stays in preview. It
    never verifies: a known name is no reason to trust a step.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

from verifirst.claims import Comparison, Equation
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Status, Verdict

MAX_PROBLEM = 20_000  # characters of the problem that are searched
MAX_STEP = 2_000  # characters of the step that are searched

_CAPITALISED = re.compile(r"\b[A-Z][a-z]{2,}\b")
_BEFORE = frozenset("with of after to from than so and by now then".split())
_VERBS = frozenset(
    "has had have earns saves needs keeps sells still gets buys spends pays owns gives makes takes collects uses eats "
    "bakes picks owes loses finds walks runs drives works reads did does will would can now".split()
)
_NOT_A_NAME = frozenset(
    "all another any anybody anyone both each either every everybody everyone everything he her hers him his how it "
    "its neither nobody none nothing one other our ours she some somebody someone that the their theirs them then "
    "total there therefore these they this those thus two three four five six seven eight nine ten we what when where "
    "which who whoever why you your also and but finally first hence next now second so still third together half "
    "since monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december christmas easter halloween thanksgiving step week month year day".split()
)


class UnknownName(Rule):
    """A name that the problem does not mention."""

    code = "DG003"
    name = "unknown-name"
    sufficient = False
    claims = (Equation, Comparison)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("With those of Omar it is 80 + 25 = 105.", Status.REFUTED, problem="Ann has 80 eggs, Kira brings 25."),
        Example("Omar has 80 + 25 = 105 eggs.", Status.REFUTED, problem="Ann has 80 eggs and gets 25 from Kira."),
        Example("With those of Kira it is 80 + 25 = 105.", None, problem="Ann has 80 eggs, Kira brings 25."),
        Example("Together they have 80 + 25 = 105.", None, problem="Ann has 80 eggs, Kira brings 25."),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute when the step names somebody new; silent otherwise."""
        problem = context.problem[:MAX_PROBLEM]
        if not problem:
            return None
        context.budget.spend(20)
        found = _stranger(context.step.text[:MAX_STEP], problem)
        if found is None:
            return None
        name, end = found
        evidence = Evidence("unknown-name", {"name": name, "problem": problem})
        return self.refuted(claim, evidence, f"the problem mentions no {name}", offending=end)


@lru_cache(maxsize=64)  # one step asks once for each of its claims
def _stranger(text: str, problem: str) -> tuple[str, int] | None:
    """The first name in ``text`` that the problem does not mention, with its end offset."""
    familiar = _familiar(problem)
    if familiar.issuperset(map(str.lower, _CAPITALISED.findall(text))):
        return None
    for match in _CAPITALISED.finditer(text):
        word = match[0].lower()
        if word not in familiar and f"{word}s" not in familiar and _owns_or_does(text, *match.span()):
            return match[0], match.end()
    return None


def _owns_or_does(text: str, start: int, end: int) -> bool:
    """Whether the word at ``start:end`` stands where an owner or a doer stands."""
    before = text[max(0, start - 12) : start].rsplit(None, 1)
    if before and before[-1].lower() in _BEFORE and text[start - 1] == " ":
        return True
    after = text[end : end + 12].split(None, 1)
    opens = not text[:start].strip() or text[:start].rstrip()[-1] in ".,;"
    return bool(after) and after[0] in _VERBS and opens


@lru_cache(maxsize=512)
def _familiar(problem: str) -> frozenset[str]:
    """The words of the problem, and the capitalised words that are nobody."""
    return _NOT_A_NAME.union(re.findall(r"[a-z]+", problem.lower()))
