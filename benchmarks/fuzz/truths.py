"""Statements whose truth is known, in the signs and words that people use: an oracle by construction.

Values are exact fractions computed here; nothing of verifirst is used. A false statement is off
by a whole number, so that no rounding excuses it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple


class Statement(NamedTuple):
    """Steps to be said in order; whether the last of them is true (all before it are)."""

    steps: tuple[str, ...]
    true: bool


class Value(NamedTuple):
    """An expression as it is written, its value, and whether it needs brackets inside another."""

    text: str
    value: Fraction
    compound: bool = False


_LETTERS = ("a", "b", "c", "m", "n", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z")
_OPENERS = ("", "", "So ", "Then ", "Therefore, ", "We get ", "This gives us ", "Thus ", "Hence, ", "- ", "Now ")
_FILLERS = (
    "Let us go on.",
    "We look at the next part.",
    "First, we write down what is known.",
    "That is what was asked for first.",
    "**Next part**",
)


def story(draw: random.Random) -> tuple[str, list[str], list[bool | None]]:
    """A problem, steps, and of each step whether it is true, false, or a filler (None)."""
    letters = draw.sample(_LETTERS, len(_LETTERS))
    steps: list[str] = []
    truth: list[bool | None] = []
    for _ in range(draw.randrange(1, 5)):
        if draw.random() < 0.2:  # noqa: PLR2004
            steps.append(draw.choice(_FILLERS))
            truth.append(None)
        found = draw.choice(_KINDS)(draw, letters)
        steps += found.steps
        truth += [True] * (len(found.steps) - 1) + [found.true]
        if not found.true:
            break  # what follows a falsehood is nobody's business
    return draw.choice(("", "Compute it.", "Find what is asked for.")), steps, truth


def _said(draw: random.Random, formula: str, *, latex: bool) -> str:
    shapes = ("${}$.", "\\( {} \\).", "\\[ {} \\]", "$$ {} $$", "${}$") if latex else ("{}", "{}.", "{}.")
    return draw.choice(_OPENERS) + draw.choice(shapes).replace("{}", formula)


def _off(draw: random.Random, value: Fraction) -> tuple[Fraction, bool]:
    """The value, or one that is off by a whole number; whether it is the value."""
    if draw.random() < 0.6:  # noqa: PLR2004
        return value, True
    return value + draw.choice((-100, -10, -3, -2, -1, 1, 2, 3, 10, 100)), False


def _number(draw: random.Random, *, latex: bool) -> Value:
    match draw.randrange(6):
        case 0:
            n, d = draw.randrange(1, 1000), 10 ** draw.randrange(1, 3)
            return Value(f"{n // d}.{n % d:0{len(str(d)) - 1}d}", Fraction(n, d))
        case 1:
            n = draw.randrange(1000, 10_000_000)
            return Value(f"{n:,}".replace(",", "{,}" if latex else ","), Fraction(n))
        case _:
            n = draw.choice((draw.randrange(2, 13), draw.randrange(2, 100), draw.randrange(2, 1000)))
            return Value(str(n), Fraction(n))


def _expression(draw: random.Random, depth: int, *, latex: bool) -> Value:  # noqa: PLR0911  # one an operator
    if depth <= 0 or draw.random() < 0.2:  # noqa: PLR2004
        return _number(draw, latex=latex)
    a, b = _expression(draw, depth - 1, latex=latex), _expression(draw, depth - 1, latex=latex)
    left, right = _bracketed(a), _bracketed(b)
    match draw.choice("++--**/^"):
        case "+":
            return Value(f"{a.text} + {right}", a.value + b.value, True)
        case "-":
            sign = "-" if latex else draw.choice("-\N{MINUS SIGN}")
            return Value(f"{a.text} {sign} {right}", a.value - b.value, True)
        case "/" if b.value and latex:
            return Value(rf"\frac{{{a.text}}}{{{b.text}}}", a.value / b.value, True)
        case "/" if b.value:
            return Value(f"{left} {draw.choice('/÷')} {right}", a.value / b.value, True)
        case "^" if abs(a.value) < 200 and not a.compound:  # noqa: PLR2004
            n = draw.randrange(2, 5)
            return Value(f"{a.text}^{{{n}}}" if latex else f"{a.text}^{n}", a.value**n, True)
        case _:
            sign = draw.choice((r"\cdot", r"\times")) if latex else draw.choice("*×")
            return Value(f"{left} {sign} {right}", a.value * b.value, True)


def _bracketed(part: Value) -> str:
    return f"({part.text})" if part.compound else part.text


def _shown(value: Fraction, *, latex: bool) -> str:
    if value.denominator == 1:
        return str(value)
    places = next((n for n in range(1, 7) if 10**n % value.denominator == 0), None)
    if places is not None:
        return f"{'-' if value < 0 else ''}{_digits(abs(value), places)}"
    n, d = abs(value.numerator), value.denominator
    return ("-" if value < 0 else "") + (rf"\frac{{{n}}}{{{d}}}" if latex else f"{n}/{d}")


def _digits(value: Fraction, places: int) -> str:
    whole = int(value * 10**places)
    return f"{whole // 10**places}.{whole % 10**places:0{places}d}"


def _equation(draw: random.Random, _: list[str]) -> Statement:
    latex = draw.random() < 0.5  # noqa: PLR2004
    side = _expression(draw, draw.randrange(1, 4), latex=latex)
    value, true = _off(draw, side.value)
    middle = f" = {_shown(side.value, latex=latex)}" if draw.random() < 0.2 else ""  # noqa: PLR2004
    return Statement((_said(draw, f"{side.text}{middle} = {_shown(value, latex=latex)}", latex=latex),), true)


def _inequality(draw: random.Random, _: list[str]) -> Statement:
    latex = draw.random() < 0.5  # noqa: PLR2004
    side = _expression(draw, 2, latex=latex)
    gap = draw.choice((-7, -1, 1, 7))
    sign = draw.choice("<>")
    true = gap > 0 if sign == "<" else gap < 0
    return Statement((_said(draw, f"{side.text} {sign} {_shown(side.value + gap, latex=latex)}", latex=latex),), true)


def _words(draw: random.Random, _: list[str]) -> Statement:
    n, k = draw.randrange(2, 60), draw.randrange(2, 12)
    text, exact = draw.choice(
        (
            (f"half of {2 * n} is {{}}", n),
            (f"a third of {3 * n} is {{}}", n),
            (f"twice {n} is {{}}", 2 * n),
            (f"three times {n} is {{}}", 3 * n),
            (f"{5 * k}% of {20 * n} is {{}}", n * k),
            (f"the sum of {n} and {k} is {{}}", n + k),
            (f"the product of {n} and {k} is {{}}", n * k),
            (f"the remainder when {n * 7 + k} is divided by {n} is {{}}", (n * 7 + k) % n),
            (f"the average of {n}, {n + k} and {n + 2 * k} is {{}}", n + k),
            (f"the greatest common divisor of {6 * n} and {4 * k} is {{}}", math.gcd(6 * n, 4 * k)),
            (f"{k} dozen eggs are {{}} eggs", 12 * k),
            (f"{n} more than {k} is {{}}", n + k),
            (f"{k} hours is {{}} minutes", 60 * k),
            (f"{k} times {n} is {{}}", n * k),
        )
    )
    value, true = _off(draw, Fraction(exact))
    if value < 0:
        value, true = Fraction(exact), True
    return Statement((draw.choice(_OPENERS) + text.replace("{}", str(value)) + ".",), true)


def _special(draw: random.Random, _: list[str]) -> Statement:
    """Counting, remainders, roots and bases in LaTeX."""
    n, k = draw.randrange(2, 12), draw.randrange(0, 12)
    m = draw.randrange(2, 20)
    text, exact = draw.choice(
        (
            (f"{k}! = {{}}", math.factorial(k)),
            (rf"\binom{{{n + k}}}{{{k}}} = {{}}", math.comb(n + k, k)),
            (rf"\gcd({n * m}, {m * (k + 1)}) = {{}}", math.gcd(n * m, m * (k + 1))),
            (rf"\sqrt{{{n * n}}} = {{}}", n),
            (rf"\sqrt[3]{{{n**3}}} = {{}}", n),
            (rf"\log_{{{n}}} {{{n ** (k % 5 + 1)}}} = {{}}", k % 5 + 1),
            (rf"\sum_{{i=1}}^{{{n}}} i^2 = {{}}", n * (n + 1) * (2 * n + 1) // 6),
            (rf"|{k} - {m}| = {{}}", abs(k - m)),
            (rf"\lfloor \frac{{{m}}}{{{n}}} \rfloor = {{}}", m // n),
            (rf"{m * 9 + k} \equiv {{}} \pmod{{{m}}}", k),
            (rf"{k:b}_2 = {{}}_{{10}}", k),
        )
    )
    value, true = _off(draw, Fraction(exact))
    true = true or ("equiv" in text and (value - exact) % m == 0)
    return Statement((_said(draw, text.replace("{}", str(value)), latex=True),), true)


def _identity(draw: random.Random, letters: list[str]) -> Statement:
    x = letters.pop()
    a, b = draw.randrange(1, 13), draw.randrange(1, 13)
    text, constant = draw.choice(
        (
            (f"({x} + {a})({x} + {b}) = {x}^2 + {a + b}{x} + {{}}", a * b),
            (f"({x} - {a})^2 = {x}^2 - {2 * a}{x} + {{}}", a * a),
            (f"({x} + {a})({x} - {a}) = {x}^2 - {{}}", a * a),
            (f"{a + 1}({x} + {b}) = {a + 1}{x} + {{}}", (a + 1) * b),
            (rf"\frac{{{x}^2 - {a * a}}}{{{x} - {a}}} = {x} + {{}}", a),
        )
    )
    value, true = _off(draw, Fraction(constant))
    if value <= 0:
        value, true = Fraction(constant), True
    return Statement((_said(draw, text.replace("{}", str(value)), latex=True),), true)


def _linear(draw: random.Random, letters: list[str]) -> Statement:
    """An equation and its solution, step by step."""
    x = letters.pop()
    a, b, root = draw.randrange(2, 13), draw.randrange(1, 60), Fraction(draw.randrange(-20, 60))
    value, true = _off(draw, root)
    steps = (
        f"We have ${a}{x} + {b} = {a * root + b}$.",
        f"Subtracting {b} from both sides gives ${a}{x} = {a * root}$.",
        draw.choice((f"So ${x} = {value}$.", f"Dividing by {a}, we get {x} = {value}.", f"\\[ {x} = {value} \\]")),
    )
    return Statement(steps if draw.random() < 0.7 else (steps[0], steps[2]), true)  # noqa: PLR2004


def _system(draw: random.Random, letters: list[str]) -> Statement:
    x, y = letters.pop(), letters.pop()
    a, b = draw.randrange(-20, 40), draw.randrange(-20, 40)
    value, true = _off(draw, Fraction(a))
    steps = (
        f"Let ${x} + {y} = {a + b}$ and ${x} - {y} = {a - b}$.",
        f"Adding them, $2{x} = {2 * a}$.",
        f"Thus ${x} = {value}$.",
    )
    return Statement(steps, true)


_KINDS: tuple[Callable[[random.Random, list[str]], Statement], ...] = (
    _equation,
    _equation,
    _equation,
    _inequality,
    _words,
    _special,
    _identity,
    _linear,
    _system,
)
