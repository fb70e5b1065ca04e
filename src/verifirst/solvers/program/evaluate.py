"""Trees to values, exactly, with every operation on the way as a fact."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple, TypeVar

from verifirst.core.budget import Budget
from verifirst.solvers.program.errors import ProgramError
from verifirst.solvers.program.parser import COMPARISONS, Line, Node, parse

Value = Fraction | str | bool

MAX_LINES = 200
MAX_CHARS = 20_000
MAX_BITS = 2_048
"""Of a numerator or denominator."""
MAX_POWER = 1_000
MAX_GROUNDS = 64
"""Numbers that a value is said to rest on; one that rests on more is said to rest on none."""
WORK = 20_000
"""Budget units of a program where the caller sets none: an operation costs one."""

_Result = TypeVar("_Result")
_SIMPLE: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda a, b: Fraction(a // b),
    "%": operator.mod,
    "% of": lambda a, b: a * b / 100,
}
_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Fraction]]] = {
    "ceil": (1, 1, lambda x: Fraction(math.ceil(x))),
    "floor": (1, 1, lambda x: Fraction(math.floor(x))),
    "int": (1, 1, lambda x: Fraction(math.trunc(x))),
    "abs": (1, 1, abs),
    "min": (2, 64, min),
    "max": (2, 64, max),
    "sum": (1, 64, lambda *xs: sum(xs, Fraction(0))),
    "print": (1, 1, lambda x: x),
}
"""Least and most arguments, and what is computed. No ``round``: halves go to even in Python, and up at school."""


Grounds = tuple[Fraction, ...]


class Traced(NamedTuple):
    """A value, and the numbers in the program that it rests on in the end, as often as they are used."""

    value: Value
    grounds: Grounds = ()


@dataclass(frozen=True, slots=True)
class Computed:
    """One operation on ``line`` (0-based).

    ``sign`` is "=" where ``value`` was computed of ``operands``, or "<" where two numbers were compared: ``operands``
    are the lesser and the greater one, ``value`` is their difference. ``grounds`` are the numbers that it rests on.
    ``name`` is what the line keeps the value as.
    """

    sign: str
    value: Fraction
    operands: tuple[Fraction, ...]
    grounds: Grounds
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What a program says: its answer (None where it names none), and every operation in order."""

    answer: Value | None
    computed: tuple[Computed, ...]


def run(text: str, budget: Budget | None = None) -> Run:
    """Run a program.

    Lines in a code fence count, fences and ``return``/``import`` lines of it do not. The answer is the
    last value of ``answer``, else that of the last line. Raises ProgramError for what cannot be read or has no value
    (a name nobody set, a division by zero), BudgetExceeded for too much work.
    """
    if len(text) > MAX_CHARS:
        raise ProgramError(0, f"expected at most {MAX_CHARS} characters, found {len(text)}")
    machine = _Machine(budget or Budget(WORK))
    for number, line in _lines(text):
        machine.run(line, number)
    answer = machine.names.get("answer", machine.last)
    return Run(None if answer is None else answer.value, tuple(machine.computed))


def _lines(text: str) -> Iterator[tuple[int, Line]]:
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise ProgramError(MAX_LINES, f"expected at most {MAX_LINES} lines, found {len(lines)}")
    for number, line in enumerate(lines):
        if line.startswith("```") or line.strip() == "import math":
            continue
        parsed = parse(line, number)
        if parsed is not None:
            yield number, parsed


class _Machine:
    """Names and values so far."""

    def __init__(self, budget: Budget) -> None:
        self.names: dict[str, Traced] = {}
        self.last: Traced | None = None
        self.computed: list[Computed] = []
        self._budget = budget
        self._line = 0

    def run(self, line: Line, number: int) -> None:
        """Compute one line and keep its value."""
        self._line = number
        before = len(self.computed)
        self.last = self._value(line.value)
        if line.name:
            self.names[line.name] = self.last
            if len(self.computed) > before and self.computed[-1].value == self.last.value:
                self.computed[-1] = replace(self.computed[-1], name=line.name)

    def _value(self, node: Node) -> Traced:
        self._budget.spend()
        if node.what in COMPARISONS:
            return self._compare(node)
        return _FORMS.get(node.what, _Machine.operation)(self, node)

    def choice(self, node: Node) -> Traced:
        """``yes if condition else no``; the other value is not computed."""
        condition, yes, no = node.parts
        return self._value(yes if self.truth(condition) else no)

    def operation(self, node: Node) -> Traced:
        """Operate on numbers: the parts of ``node``."""
        operands, grounds = self._numbers(node.parts)
        if node.what == "negative":
            return Traced(-operands[0], grounds)
        return self._keep(self._guarded(lambda: _binary(node.what, *operands)), operands, grounds)

    def _compare(self, node: Node) -> Traced:
        left, right = (self._value(part) for part in node.parts)
        if type(left.value) is not type(right.value) or isinstance(left.value, bool):
            raise self._error("expected two numbers or two texts to compare")
        if isinstance(left.value, Fraction) and isinstance(right.value, Fraction):
            less, more = sorted((left.value, right.value))
            grounds = _joined(left.grounds, right.grounds)
            self.computed.append(Computed("<", more - less, (less, more), grounds, self._line))
        return Traced(_COMPARE[node.what](left.value, right.value))

    def call(self, node: Node) -> Traced:
        """Call one of the known functions."""
        known = _FUNCTIONS.get(node.text)
        if known is None:
            raise self._error(f"expected one of {', '.join(_FUNCTIONS)}, found the function {node.text[:20]!r}")
        least, most, function = known
        if not least <= len(node.parts) <= most:
            raise self._error(f"{node.text} takes {least} to {most} values, found {len(node.parts)}")
        if node.text == "print":
            return self._value(node.parts[0])
        operands, grounds = self._numbers(node.parts)
        return self._keep(self._guarded(lambda: function(*operands)), operands, grounds)

    def _keep(self, value: Fraction, operands: tuple[Fraction, ...], grounds: Grounds) -> Traced:
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            raise self._error(f"expected numbers of at most {MAX_BITS} bits, found a larger one")
        self.computed.append(Computed("=", value, operands, grounds, self._line))
        return Traced(value, grounds)

    def _guarded(self, compute: Callable[[], _Result]) -> _Result:
        try:
            return compute()
        except ZeroDivisionError:
            raise self._error("a division by zero has no value") from None
        except ValueError as error:
            raise self._error(str(error)) from None

    def _numbers(self, nodes: Sequence[Node]) -> tuple[tuple[Fraction, ...], Grounds]:
        """The values of operands, and what they rest on together."""
        operands: list[Fraction] = []
        grounds: Grounds = ()
        for node in nodes:
            traced = self._value(node)
            if not isinstance(traced.value, Fraction):
                raise self._error(f"expected a number, found {traced.value!r}"[:80])
            operands.append(traced.value)
            grounds = _joined(grounds, traced.grounds)
        return tuple(operands), grounds

    def truth(self, node: Node) -> bool:
        """Whether the condition holds."""
        value = self._value(node).value
        if not isinstance(value, bool):
            raise self._error(f"expected a condition, found {value!r}"[:80])
        return value

    def named(self, node: Node) -> Traced:
        """Look a name up."""
        if node.text not in self.names:
            raise self._error(f"the name {node.text[:40]!r} has no value yet")
        return self.names[node.text]

    def _error(self, what: str) -> ProgramError:
        return ProgramError(self._line, what)


_FORMS: dict[str, Callable[[_Machine, Node], Traced]] = {
    "number": lambda _, node: _given(Fraction(node.text)),
    "percent": lambda _, node: _given(Fraction(node.text) / 100),
    "text": lambda _, node: Traced(node.text),
    "name": _Machine.named,
    "call": _Machine.call,
    "if": _Machine.choice,
    "and": lambda machine, node: Traced(all(machine.truth(part) for part in node.parts)),
    "or": lambda machine, node: Traced(any(machine.truth(part) for part in node.parts)),
    "not": lambda machine, node: Traced(not machine.truth(node.parts[0])),
}
"""How to find the value of what is no operation between numbers."""


def _given(value: Fraction) -> Traced:
    return Traced(value, (value,))


def _joined(left: Grounds, right: Grounds) -> Grounds:
    """Both together, in order of size; nothing where they are too many to compare."""
    return tuple(sorted(left + right)) if len(left) + len(right) <= MAX_GROUNDS else ()


def _binary(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign != "**":
        return _SIMPLE[sign](left, right)
    if right.denominator != 1 or abs(right) > MAX_POWER:
        raise ValueError(f"expected a whole exponent of at most {MAX_POWER}, found {right}"[:80])
    size = max(left.numerator.bit_length(), left.denominator.bit_length())
    if size * abs(int(right)) > MAX_BITS:
        raise ValueError(f"expected numbers of at most {MAX_BITS} bits, found a larger power")
    return Fraction(left ** int(right))
