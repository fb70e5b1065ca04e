"""Each checker: from the text of a step to whether its equations hold."""

from __future__ import annotations

import ast
import logging
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from verifirst.bench.labels.baselines.equations import Sides, displayed, plain

Check = Callable[[str], bool | None]
"""From a step to: False, an equation in it fails; True, all that could be read hold; None, none could be read."""

MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Baseline:
    """A checker that needs ``package``; ``start`` builds it in the process where it runs."""

    name: str
    package: str
    start: Callable[[], Check]

    @property
    def missing(self) -> str:
        """Why it cannot run, empty where it can."""
        if not self.package or find_spec(self.package.replace("-", "_")):
            return ""
        return f"{self.name}: left out, {self.package} is not installed; install it with: pip install {self.package}"


def _verdict(sides: Iterable[Sides], equal: Callable[[str, str], bool | None]) -> bool | None:
    """One answer for a step, from one for each equation; what cannot be read or raises is passed over."""
    answers = []
    for left, right in sides:
        try:
            answers.append(equal(left, right))
        except Exception:  # noqa: BLE001, S112  # other people's parsers raise anything; their users skip the line
            continue
    known = [answer for answer in answers if answer is not None]
    return all(known) if known else None


def regex() -> Check:
    """A pattern, and exact arithmetic on what it finds."""
    return lambda text: _verdict(plain(text), lambda left, right: _value(left) == _value(right))


_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _value(text: str) -> Fraction:
    """Exact arithmetic on Python's reading of the text."""
    return _evaluated(ast.parse(_python(text), mode="eval").body)


def _python(text: str) -> str:
    return text.replace("^", "**").replace("×", "*").replace("÷", "/").strip()


def _evaluated(node: ast.AST) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as value):
            return Fraction(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluated(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _evaluated(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            exponent = _evaluated(right)
            if exponent.denominator != 1 or abs(exponent) > MAX_EXPONENT:
                raise ValueError("an exponent that a naive script would choke on")
            return _evaluated(left) ** int(exponent)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            result: Fraction = _OPERATORS[type(op)](_evaluated(left), _evaluated(right))
            return result
    raise ValueError(f"no arithmetic: {type(node).__name__}")


def sympy() -> Check:
    """SymPy on plain equations: the difference of the sides, simplified.

    The pattern lets digits and operators through and no names, so SymPy's own evaluation of
    the text can run no code.
    """
    library = import_module("sympy")

    def equal(left: str, right: str) -> bool | None:
        difference = library.simplify(library.sympify(_python(left)) - library.sympify(_python(right)))
        return bool(difference == 0)

    return lambda text: _verdict(plain(text), equal)


def math_verify() -> Check:
    """Math-Verify on the sides of each formula, where both parse to something without variables."""
    library = import_module("math_verify")
    logging.getLogger("math_verify").setLevel(logging.CRITICAL)

    def equal(left: str, right: str) -> bool | None:
        parsed = [library.parse(f"${side}$") for side in (left, right)]
        if not all(map(_closed, parsed)):
            return None
        return bool(library.verify(parsed[1], parsed[0]))

    return lambda text: _verdict(displayed(text), equal)


def _closed(parsed: list[Any]) -> bool:
    """Whether an expression was read, and it has no variables: with some, an equation is no identity."""
    return bool(parsed) and not isinstance(parsed[0], str) and not getattr(parsed[0], "free_symbols", True)


BASELINES = {
    baseline.name: baseline
    for baseline in (
        Baseline("regex", "", regex),
        Baseline("sympy", "sympy", sympy),
        Baseline("math-verify", "math-verify", math_verify),
    )
}
