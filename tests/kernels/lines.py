"""Random lines with arithmetic in them: prose, slips, units, doubts, LaTeX, and what is almost arithmetic."""

from __future__ import annotations

import random
import re
from fractions import Fraction

from verifirst.kernels import words

WORDS = (
    "Tom has apples so he now buys the a boxes of left in all then total Total cost is pays gives and for each with I "
    "gets answer are Thus We there marbles 12 7 3.5 half-price Mary's mother-in-law on to from by"
).split()
SPECIAL = sorted(
    words.DOUBT
    | words.LATE
    | words.KILL
    | words.UNITS
    | words.NUMERALS
    | words.LINKS
    | {"don't", "checking", "roughly"}
)
NOISE = (
    "(so", ")", "?", "!", "it's", "x", "n", "2x", "CO2", "f(3)", "5:30", "^2", "\\,", "\\text{cm}", "...",
    "e.g.", "½", "#", "é", "=", "==", "≈", "<", "5 -", "- 2", "+", "%", "10%", "$", "\\$", "{", "}", "[3]",
    "**", "•", "3-4", "1/2", "2 1/2", "-", "\\frac{1}{2}", '"', "k", "cents", "12.", "0.5.", ",", ";", ":",
    ". ", "3,000", "3,00", "1,2,3",
)  # fmt: skip
PLUS, MINUS = ("+", " + "), ("-", " - ", " − ")
TIMES = ("*", " * ", " x ", " × ", " \\times ", "\\cdot ", "·", " X ")
OVER = ("/", " / ", " ÷ ", "\\div ")
ENDS = (
    "",
    ".",
    ".",
    " apples.",
    ", so",
    " marbles each",
    "; then",
    ":",
    "$.",
    "$",
    " dollars",
    "%",
    " 4",
    " x",
    ", 4",
    ". 5",
    " and 3",
)


LITERALS = (  # (how often, how it is written)
    (0.70, lambda number, rng: str(number)),
    (0.80, lambda number, rng: f"{number / 100:.{rng.choice((1, 2, 2, 3))}f}"),
    (0.85, lambda number, rng: f"${number}"),
    (0.90, lambda number, rng: f"{number * 977:,}"),
    (0.93, lambda number, rng: f"{number}%"),
    (0.96, lambda number, rng: f"{rng.choice((5, 12.5, 20, 25, 50))}% of {rng.choice(('', '', '$', 'the '))}{number}"),
    (0.98, lambda number, rng: f"\\frac{{{number}}}{{{rng.randrange(1, 9)}}}"),
    (1.00, lambda number, rng: rng.choice(("-{0}", "0{0}", "{0}.", ".{0}", "({0})", "{0}{0}{0}{0}")).format(number)),
)


def literal(rng: random.Random) -> str:
    """A number, mostly small and plain."""
    kind = rng.random()
    number = rng.choice((rng.randrange(13), rng.randrange(100), rng.randrange(3000)))
    return next(write(number, rng) for share, write in LITERALS if kind < share)


def expression(rng: random.Random, depth: int = 0) -> str:
    """Numbers joined by signs, some in brackets."""
    out = literal(rng)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        right = f"({expression(rng, depth + 1)})" if depth < 2 and rng.random() < 0.12 else literal(rng)
        out += rng.choice(rng.choice((PLUS, MINUS, TIMES, TIMES, OVER))) + right
    return f"({out})" if rng.random() < 0.03 else out


def value(text: str) -> Fraction | None:
    """The value of a plain expression, by Python itself."""
    plain = text.replace("\\times", "*").replace("\\cdot", "*").replace("\\div", "/").replace("$", "").replace(",", "")
    plain = re.sub(r"([0-9.]+)% of ", r"(\1/100)*", plain)
    for sign, ascii_sign in (("×", "*"), ("·", "*"), ("÷", "/"), ("−", "-"), (" x ", "*"), (" X ", "*")):
        plain = plain.replace(sign, ascii_sign)
    if not set(plain) <= set("0123456789+-*/(). "):
        return None
    pieces = "".join(f" {c} " if c in "+-*/()" else c for c in plain).split()
    try:
        spelled = " ".join(f"F('{p}')" if p[0].isdigit() or p[0] == "." else p for p in pieces)
        return eval(spelled, {"F": Fraction})  # digits and operators only
    except (SyntaxError, ZeroDivisionError, TypeError, ValueError):
        return None


def shown(rng: random.Random, truth: Fraction | None) -> str:
    """The result as somebody writes it: right, rounded, or wrong."""
    if truth is None or rng.random() < 0.04:
        return literal(rng)
    slip = rng.random()
    if slip < 0.4:
        truth += rng.choice((1, -1, 2, 10, Fraction(1, 2), Fraction(1, 10), -Fraction(1, 100), 100, truth))
    elif slip < 0.45:
        truth *= rng.choice((2, 10, 60, 100, 12, Fraction(1, 60), Fraction(1, 100), Fraction(1, 12)))
    if truth.denominator == 1 and rng.random() < 0.9:
        return f"{truth.numerator:,}" if rng.random() < 0.2 else str(truth.numerator)
    return f"{float(truth):.{rng.choice((0, 1, 2, 2, 3))}f}"


def prose(rng: random.Random, most: int) -> str:
    """Words, some that matter and some marks, and what stands between them and an equation."""
    out = []
    for _ in range(rng.randrange(most + 1)):
        kind = rng.random()
        out.append(rng.choice(WORDS if kind < 0.85 else SPECIAL if kind < 0.95 else NOISE))
    text = " ".join(out)
    return text + rng.choice((" ", " ", " ", ", ", ". ", ": ", "; ")) if text else text


def line(rng: random.Random) -> str:
    """One line, without its end."""
    out = prose(rng, 5)
    for _ in range(rng.choice((1, 1, 1, 2))):
        left = expression(rng)
        out += left
        for _ in range(rng.choice((1, 1, 1, 1, 2))):
            middle = rng.random() < 0.15
            out += rng.choice((" = ", " = ", "=")) if rng.random() < 0.94 else rng.choice((" < ", " > ", ">", " <= "))
            out += expression(rng) if middle else shown(rng, value(left))
        out += rng.choice(ENDS)
        out += " " + prose(rng, 4) if rng.random() < 0.5 else ""
    return out
