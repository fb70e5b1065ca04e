"""A quantity given to the wrong person.

What it checks
    ``Ann has 7 * 12 = 84`` is refuted in two cases. (a) Its numbers come straight from
    sentences of the problem that name other people and not Ann. (b) The problem says ``7
    times as many as Ann`` or ``7 more than Ann``: the product or sum is the other person's.

Why it matters
    The equation is true and its operands are grounded, yet the quantity it names is not the
    one it computes; most right answers with an invalid step are reached this way.

Limits
    Reads a name at the head of the step and names in the problem's sentences; a sentence
    with a pronoun may speak of anybody and is left alone, and so is a step that uses earlier
    results. Owners can change hands in ways that no pattern covers, so this rule stays in
    preview. It never verifies.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, NamedTuple

from verifirst.claims import Equation
from verifirst.claims.stated import stated
from verifirst.core.claim import Claim
from verifirst.core.facts import PROBLEM, FactGraph
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Status, Verdict

MAX_PROBLEM = 20_000  # characters of the problem that are searched

_SUBJECT = re.compile(r"([A-Z][a-z]{2,}) (?:has|had|earns|saves|gets|collects|makes|owns|buys|bakes|picks) (?=[$\d])")
_SENTENCE = re.compile(r"[^.!?;]+(?:\.\d[^.!?;]*)*")
_NAME = re.compile(r"\b[A-Z][a-z]{2,}\b")
_ANYBODY = re.compile(r"\b(?:he|she|they|it|his|her|their|him|them|we|i|you|each|everyone|both|all)\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b([\w-]+) (?:(times) as (?:many|much)|(more|fewer|less))\b[^.!?;]*? (?:as|than) ([A-Z][a-z]{2,})\b"
)
_SIGN = {"times": "*", "more": "+", "fewer": "-", "less": "-"}


class Sentence(NamedTuple):
    """A sentence of the problem: the values it states and the people it names."""

    text: str
    values: frozenset[Fraction]
    names: frozenset[str]


class WrongOwner(Rule):
    """The subject has no part in what the operands were said of."""

    code = "DG005"
    name = "wrong-owner"
    sufficient = False
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Omar has 7 * 12 = 84 eggs.", Status.REFUTED, problem="Quinn has 7 dozen eggs. Omar brings 30 more."),
        Example("Quinn has 7 * 12 = 84 eggs.", None, problem="Quinn has 7 dozen eggs. Omar brings 30 more."),
        Example(
            "Ann has 5 * 20 = 100 eggs.", Status.REFUTED, problem="Uma has 5 times as many eggs as Ann, who has 20."
        ),
        Example("Uma has 5 * 20 = 100 eggs.", None, problem="Uma has 5 times as many eggs as Ann, who has 20."),
        Example("Ann has 20 / 5 = 4 eggs.", None, problem="Uma has 20 eggs, 5 times as many eggs as Ann."),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute when the step's subject owns none of it; silent otherwise."""
        subject = _SUBJECT.match(context.step.text)
        if subject is None or not isinstance(claim, Equation) or claim.start != subject.end():
            return None
        problem = context.problem[:MAX_PROBLEM]
        context.budget.spend(50)
        operands = _operands(claim)
        name = subject[1]
        if phrase := _compared_with(problem, name, claim, operands):
            evidence = Evidence("wrong-owner", {"name": name, "compared": phrase})
            message = f"the problem says {phrase!r}: this is the other person's"
        elif (sentences := _stating(problem, operands, context.facts)) and not any(name in s.names for s in sentences):
            evidence = Evidence("wrong-owner", {"name": name, "sentences": [s.text for s in sentences]})
            message = f"the problem does not say these numbers of {name}"
        else:
            return None
        return self.refuted(claim, evidence, message, offending=subject.end(1))


def _operands(claim: Equation) -> list[Fraction]:
    found = [item for item in claim.left.rpn if not isinstance(item, str)]
    return [Fraction(item) if isinstance(item, int) else Fraction(*item) for item in found]


def _compared_with(problem: str, name: str, claim: Equation, operands: list[Fraction]) -> str:
    """The phrase that compares somebody with ``name`` by an operand and this operation, or ""."""
    for value, sign, other, phrase in _comparisons(problem):
        if other == name and value in operands and sign in claim.left.rpn:
            return phrase
    return ""


def _stating(problem: str, operands: list[Fraction], facts: FactGraph) -> list[Sentence]:
    """The sentences that state the operands; none when their owners cannot be told."""
    found: list[Sentence] = []
    for value in operands:
        if any(facts[position].step != PROBLEM for position in facts.find(value)):
            return []
        found += [sentence for sentence in _sentences(problem) if value in sentence.values]
    return found if all(sentence.names for sentence in found) else []


@lru_cache(maxsize=256)
def _comparisons(problem: str) -> tuple[tuple[Fraction, str, str, str], ...]:
    """(number, operation, name, phrase) of each ``N times as many as NAME`` and ``N more than NAME``."""
    return tuple(
        (value, _SIGN[match[2] or match[3]], match[4], match[0])
        for match in _COMPARED.finditer(problem)
        for value, _ in stated(match[1])[:1]
    )


@lru_cache(maxsize=256)
def _sentences(problem: str) -> tuple[Sentence, ...]:
    """The problem's sentences; one that may speak of anybody has no names."""
    found = []
    for match in _SENTENCE.finditer(problem):
        text = match[0].strip()
        names = frozenset() if _ANYBODY.search(text) else frozenset(_NAME.findall(text)) - _NO_NAMES
        found.append(Sentence(text, frozenset(value for value, _ in stated(text)), names))
    return tuple(found)


_NO_NAMES = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December The There Every Each Later Then For This That After Before".split()
)
