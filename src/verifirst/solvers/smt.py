"""Z3 on real algebra: one context for the process, limits that count work. Imported in workers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import z3  # type: ignore[import-untyped]

from verifirst.solvers.symbolic import MAX_ITEMS, UntranslatableError
from verifirst.solvers.terms import Item, Term, arity, is_bound

RESOURCE_LIMIT = 4_000_000  # Z3's own count of work: some tenths of a second
MAX_POWER = 16

Statement = tuple[Term, str, Term]
Found = Literal["valid", "invalid", "unknown"]


def prove(
    premises: Sequence[Statement], conclusion: Statement, resource_limit: int = RESOURCE_LIMIT
) -> tuple[Found, dict[str, str]]:
    """Whether a relation between terms follows from others over the real numbers, wherever all terms are defined.

    *invalid* comes with the symbols' values in a counterexample, where all are rational.
    Raises :class:`UntranslatableError`.
    """
    reader = _Reader()
    hypotheses = [reader.statement(one) for one in premises]
    goal = reader.statement(conclusion)
    solver = z3.SolverFor("QF_NRA")
    solver.set("rlimit", resource_limit)
    solver.add(*hypotheses, *reader.defined, z3.Not(goal))
    answer = solver.check()
    if answer == z3.unsat:
        return "valid", {}
    if answer != z3.sat:
        return "unknown", {}
    return "invalid", _values(solver.model(), reader.symbols)


def _values(model: Any, symbols: dict[str, Any]) -> dict[str, str]:
    found = {name: model.eval(symbol, model_completion=True) for name, symbol in symbols.items()}
    if not all(z3.is_rational_value(value) for value in found.values()):
        return {}
    return {name: str(value.as_fraction()) for name, value in found.items()}


class _Reader:
    """Terms as Z3 expressions; ``defined`` collects where they have values."""

    def __init__(self) -> None:
        self.symbols: dict[str, Any] = {}
        self.defined: list[Any] = []
        self._fresh = 0

    def statement(self, statement: Statement) -> Any:
        left, relation, right = statement
        return _RELATIONS[relation](self.term(left), self.term(right))

    def term(self, term: Term) -> Any:
        if len(term) > MAX_ITEMS:
            raise UntranslatableError("the term is too long")
        stack: list[Any] = []
        for at, item in enumerate(term):
            taken = arity(item)
            found = stack[len(stack) - taken :]
            del stack[len(stack) - taken :]
            stack.append(self._power(found[0], term[at - 1]) if item == "^" else self._node(item, found))
        return stack[-1]

    def _node(self, item: Item, found: list[Any]) -> Any:
        if isinstance(item, int):
            return z3.RealVal(item)
        if isinstance(item, tuple):
            if is_bound(item):
                raise UntranslatableError("a sum")
            return z3.RealVal(f"{item[0]}/{item[1]}")
        if item[0] == "$":
            return self.symbols.setdefault(item[1:], z3.Real(item[1:]))
        if item == "/":
            self.defined.append(found[1] != 0)
        if item == "sqrt":
            return self._root(found[0])
        if item not in _OPERATORS:
            raise UntranslatableError(item)
        return _OPERATORS[item](*found)

    def _power(self, base: Any, exponent: Item) -> Any:
        if not isinstance(exponent, int) or not 0 < exponent <= MAX_POWER:
            raise UntranslatableError("a power")
        total = base
        for _ in range(exponent - 1):
            total = total * base
        return total

    def _root(self, value: Any) -> Any:
        self._fresh += 1
        root = z3.Real(f"root!{self._fresh}")
        self.defined += [root >= 0, root * root == value]
        return root


_RELATIONS: dict[str, Any] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_OPERATORS: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "neg": lambda a: -a,
    "%": lambda a: a / 100,
    "+%": lambda a, b: a * (1 + b),
    "-%": lambda a, b: a * (1 - b),
    "abs": lambda a: z3.If(a >= 0, a, -a),
    "max": lambda a, b: z3.If(a >= b, a, b),
    "min": lambda a, b: z3.If(a <= b, a, b),
}
