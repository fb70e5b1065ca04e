"""A story under construction: prose, gold steps and the quantity graph grow together."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Literal

from verifirst.bench.word_problems.graph import (
    MASK,
    Graph,
    Operation,
    Quantity,
    Relation,
    Slot,
    Statement,
    show,
)
from verifirst.bench.word_problems.wording import NAMES, NUMBER_WORDS, THEMES

Binary = Literal["+", "-", "*", "/"]


WORD_RATE = 0.3
"""How often a small count is written in words."""


class Reject(Exception):  # noqa: N818 - not an error: the numbers drawn do not fit, draw again
    """The draw makes no sense (negative, too large, not divisible, sentence said twice)."""


class Story:
    """Mutable state of one draw; each move appends to it.

    ``now`` names the quantity that the story is about at this point, and
    ``money`` says whether that is an amount of money.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.theme = rng.choice(THEMES)
        self.hero, self.other, self.third, self.rival = rng.sample(NAMES, 4)
        self.sentences: list[str] = []
        self.steps: list[str] = []
        self.quantities: list[Quantity] = []
        self.statements: list[Statement] = []
        self.synonyms: list[Statement] = []
        self.now = ""
        self.answer = ""
        self.asks = ""

    # prose ---------------------------------------------------------------
    def tell(self, *variants: str, **numbers: object) -> None:
        """Append one of ``variants``, its ``{names}`` filled in."""
        self.sentences.append(self.fill(self.rng.choice(variants), **numbers))

    def fill(self, template: str, **numbers: object) -> str:
        """Fill ``{hero}``, ``{things}`` and the like; ``{}`` stays for the equation."""
        theme = self.theme
        words = {
            "hero": self.hero,
            "other": self.other,
            "third": self.third,
            "rival": self.rival,
            "things": theme.things,
            "box": theme.box,
            "boxes": theme.boxes,
            "gets": theme.gets,
            "loses": theme.loses,
            "bad": theme.bad,
            "event": theme.event,
            "eq": "{eq}",
            "result": "{result}",
        }
        return template.format(**(words | numbers))

    def count(self, n: int) -> str:
        """A small count, now and then in words: the steps always use digits."""
        return NUMBER_WORDS[n] if n in NUMBER_WORDS and self.rng.random() < WORD_RATE else str(n)

    # quantities ----------------------------------------------------------
    @property
    def value(self) -> Fraction:
        """The value of the quantity that the story is about."""
        return self.quantity(self.now).value

    @property
    def whole(self) -> int:
        """The same as an int; rejects the draw when it is not whole."""
        if self.value.denominator != 1:
            raise Reject
        return int(self.value)

    def quantity(self, name: str) -> Quantity:
        """Look up a quantity of this story."""
        return next(q for q in self.quantities if q.name == name)

    def given(self, value: int | Fraction, *, money: bool = False) -> str:
        """Add a quantity that the text states (or that everyone knows); return its name."""
        return self.add(Fraction(value), "given", (), money)

    def add(self, value: Fraction, operation: Operation, inputs: tuple[str, ...], money: bool) -> str:
        """Add a node to the graph; return its name."""
        name = f"q{len(self.quantities)}"
        self.quantities.append(Quantity(name, value, operation, inputs, money))
        return name

    # steps ---------------------------------------------------------------
    def derive(self, left: str, operation: Operation, right: str, sentence: str, also: tuple[str, ...] = ()) -> str:
        """Add the step that computes ``left operation right``; return the new quantity.

        ``sentence`` holds ``{eq}`` where the equation goes, and ``{result}``
        where the result is said once more. ``also`` are sentences that say the same.
        """
        a, b = self.quantity(left), self.quantity(right)
        value = compute(a.value, operation, b.value)
        money = b.money if operation == "% of" else a.money or b.money
        if operation == "/" and a.money and b.money:
            money = False
        if value <= 0 or (100 * value).denominator != 1:
            raise Reject
        name = self.add(value, operation, (left, right), money)
        sign = operation if operation == "% of" else f" {operation}"
        equation = f"{show(a.value, a.money)}{sign} {show(b.value, b.money)} = {show(value, money)}"
        self.say(sentence, equation, Slot("=", name))
        self.synonyms += [Statement(masked(self.fill(other)), (Slot("=", name),)) for other in also]
        return name

    def say(self, sentence: str, expression: str, slot: Slot) -> None:
        """Append the gold step and its statement."""
        template = self.fill(sentence)
        self.state(template, slot)
        self.steps.append(template.format(eq=expression))

    def state(self, template: str, *slots: Slot) -> None:
        """Register a sentence that may be said; two quantities may not share one."""
        words = masked(template)
        if any(s.masked == words for s in self.statements):
            raise Reject
        self.statements.append(Statement(words, slots))

    def compare(self, left: str, right: str, if_more: str, if_less: str) -> bool:
        """Add the comparison step; True when ``left`` is the larger one."""
        a, b = self.quantity(left), self.quantity(right)
        if a.value == b.value:
            raise Reject
        more = a.value > b.value
        relation: Relation = ">" if more else "<"
        expression = f"{show(a.value, a.money)} {relation} {show(b.value, b.money)}"
        self.state(self.fill(if_less if more else if_more), Slot("<" if more else ">", left, right))
        self.say(if_more if more else if_less, expression, Slot(relation, left, right))
        return more

    def conclude(self, answer: str, asks: str) -> None:
        """Append the answer line."""
        self.answer, self.asks = answer, asks
        self.steps.append(f"The answer is {answer}.")

    def graph(self) -> Graph:
        """The finished graph."""
        return Graph(tuple(self.quantities), tuple(self.statements), tuple(self.synonyms))


def masked(template: str) -> str:
    """A filled template with its numbers masked."""
    return template.format(eq=MASK, result=MASK)


def compute(a: Fraction, operation: Operation, b: Fraction) -> Fraction:
    """``a operation b``, exactly."""
    match operation:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case "% of":
            return a * b / 100
        case _:
            raise ValueError(f"not a binary operation: {operation!r}")
