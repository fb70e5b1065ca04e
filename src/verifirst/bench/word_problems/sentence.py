"""The oracle's own reading of one sentence: masked words, and what stands at each mask.

Written apart from the extractors that verifirst verifies with, so that a
misreading in one is not repeated in the other. It reads only the forms that
this world uses; anything else comes out as no expression at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from verifirst.bench.word_problems.graph import MASK

_NUMBER = r"\$?\d{1,12}(?:\.\d{1,6})?%?"
_SIGN = r"(?:[-+*/=<>]|of)"
_EXPRESSION = re.compile(rf"{_NUMBER}(?: {_SIGN} {_NUMBER})*")
_STRAY = re.compile(r"[\d=<>%$+*/#]")
_ANSWER = re.compile(r"The answer is (.+)\.")


@dataclass(frozen=True, slots=True)
class Expression:
    """Numbers with the signs between them: ``len(numbers) == len(signs) + 1``."""

    numbers: tuple[Fraction, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """``masked`` has one ``#`` for each expression; ``stray`` when a part was not read."""

    masked: str
    expressions: tuple[Expression, ...]
    stray: bool


def read(text: str) -> Sentence:
    """Read any text; total."""
    expressions = tuple(_expression(m[0]) for m in _EXPRESSION.finditer(text))
    masked = _EXPRESSION.sub(MASK, text)
    stray = bool(_STRAY.search(_EXPRESSION.sub("", text)))
    return Sentence(masked, expressions, stray)


def _expression(text: str) -> Expression:
    words = text.split(" ")
    signs = []
    for word, sign in zip(words[::2], words[1::2], strict=False):
        signs.append("% of" if sign == "of" and word.endswith("%") else sign)
    return Expression(tuple(number(word) for word in words[::2]), tuple(signs))


def number(text: str) -> Fraction:
    """``$3.50``, ``20%`` (as 20) or ``14``; ValueError for anything else."""
    if not re.fullmatch(_NUMBER, text):
        raise ValueError(f"not a number: {text!r}")
    return Fraction(text.strip("$%"))


def answer(text: str) -> str | None:
    """The X of "The answer is X.", or None for another sentence."""
    match = _ANSWER.fullmatch(text)
    return match[1] if match else None


def same_answer(a: str, b: str) -> bool:
    """Equal as numbers (units and trailing zeros aside), or equal as words."""
    try:
        return number(a) == number(b)
    except ValueError:
        return a.strip().casefold() == b.strip().casefold()


def calculate(numbers: tuple[Fraction, ...], signs: tuple[str, ...]) -> Fraction | None:
    """The value of a chain with the usual precedence; None where it has none."""
    terms, pending = [numbers[0]], []
    for sign, operand in zip(signs, numbers[1:], strict=True):
        if sign in ("+", "-"):
            pending.append(sign)
            terms.append(operand)
        elif sign == "*":
            terms[-1] *= operand
        elif sign == "% of":
            terms[-1] *= operand / 100
        elif sign == "/" and operand:
            terms[-1] /= operand
        else:
            return None
    total = terms[0]
    for sign, term in zip(pending, terms[1:], strict=True):
        total = total + term if sign == "+" else total - term
    return total
