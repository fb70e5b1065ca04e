"""Terms as SymPy or symengine trees, and SymPy trees as terms. Imported in workers only.

Numbers that the systems would compute at once are guarded (``9^9^9``); what has no exact
counterpart raises :class:`UntranslatableError`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import sympy  # type: ignore[import-untyped]

from verifirst.solvers.terms import Bound, Item, Term, arity, is_bound

MAX_ITEMS = 400
MAX_BITS = 4_096
_MAX_COUNT = 300  # the largest n of n! and the like

Tree = Any


class UntranslatableError(ValueError):
    """There is no faithful translation."""


class Translator:
    """Builds trees of one system (the ``sympy`` or the ``symengine`` module) out of terms."""

    def __init__(self, system: ModuleType, *, real: bool) -> None:
        self._system = system
        self._real = real
        self._table = _table(system)

    def tree(self, term: Term) -> Tree:
        """The tree of a checked term."""
        if len(term) > MAX_ITEMS:
            raise UntranslatableError("the term is too long")
        stack: list[Tree] = []
        for item in term:
            taken = arity(item)
            found = stack[len(stack) - taken :]
            del stack[len(stack) - taken :]
            stack.append(self._node(item, found))
        return stack[-1]

    def _node(self, item: Item, found: list[Tree]) -> Tree:
        if isinstance(item, int):
            return self._system.Integer(item)
        if isinstance(item, tuple):
            return self._fold(item, *found) if is_bound(item) else self._system.Integer(item[0]) / item[1]
        if item[0] == "$":
            return self.symbol(item[1:])
        if item[0] == "@":
            return self._system.Function(item[1:].rpartition("/")[0])(*found)
        if item not in self._table:
            raise UntranslatableError(item)
        return self._table[item](*found)

    def symbol(self, name: str) -> Tree:
        """The system's symbol."""
        if self._system is sympy:
            return sympy.Symbol(name, real=True if self._real else None)
        return self._system.Symbol(name)

    def _fold(self, item: Bound, low: Tree, high: Tree) -> Tree:
        if self._system is not sympy:
            raise UntranslatableError(item[0])
        fold = sympy.Sum if item[0] == "sum" else sympy.Product
        return fold(self.tree(item[2]), (self.symbol(item[1]), low, high))


def _power(base: Tree, exponent: Tree) -> Tree:
    if base.is_Number and exponent.is_Number:
        size = max(abs(int(base)), 2).bit_length() if base.is_Integer else MAX_BITS // 64
        if size * abs(exponent) > MAX_BITS:
            raise UntranslatableError("a number too large")
    return base**exponent


def _counting(function: Callable[..., Tree]) -> Callable[..., Tree]:
    def count(*operands: Tree) -> Tree:
        if any(one.is_Number and abs(one) > _MAX_COUNT for one in operands):
            raise UntranslatableError("a number too large")
        return function(*operands)

    return count


def _table(system: ModuleType) -> dict[str, Callable[..., Tree]]:
    """Operators by name. What one system lacks is left out."""
    table: dict[str, Callable[..., Tree]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "^": _power,
        "neg": lambda a: -a,
        "%": lambda a: a / 100,
        "+%": lambda a, b: a * (1 + b),
        "-%": lambda a, b: a * (1 - b),
        "deg": lambda a: a * system.pi / 180,
        "ln": system.log,
        "log": lambda b, x: system.log(x) / system.log(b),
        "sqrt": system.sqrt,
        "pi": lambda: system.pi,
        "e": lambda: system.E,
        "i": lambda: system.I,
        "abs": system.Abs,
        "ceil": system.ceiling,
        "conj": system.conjugate,
        "arcsin": system.asin,
        "arccos": system.acos,
        "arctan": system.atan,
        "max": system.Max,
        "min": system.Min,
        **{name: getattr(system, name) for name in "exp sin cos tan cot sec csc sinh cosh tanh floor".split()},
    }
    if system is sympy:
        table |= {
            "!": _counting(sympy.factorial),
            "binom": _counting(sympy.binomial),
            "perm": _counting(sympy.ff),
            "root": lambda n, x: sympy.real_root(x, n) if n.is_Integer and n > 0 else _refuse("root"),
            "mod": lambda a, m: sympy.Mod(a, sympy.Abs(m)),
            "gcd": _integers(sympy.gcd),
            "lcm": _integers(sympy.lcm),
            "re": sympy.re,
            "im": sympy.im,
            "arg": sympy.arg,
        }
    return table


def _integers(function: Callable[..., Tree]) -> Callable[..., Tree]:
    def apply(a: Tree, b: Tree) -> Tree:
        return function(a, b) if a.is_Integer and b.is_Integer else _refuse("gcd")

    return apply


def _refuse(what: str) -> Tree:
    raise UntranslatableError(what)


def term_of(tree: Tree) -> Term:
    """A SymPy tree as a term; :class:`UntranslatableError` for sets, relations and other strangers."""
    out: list[Item] = []
    pending: list[Tree] = [tree]
    while pending:  # from the back: an operator before its operands, the last operand first
        node = pending.pop()
        if isinstance(node, _Written):
            out.append(node.item)
            continue
        item, operands = _opened(node)
        out.append(item)
        pending += operands
        if len(out) + len(pending) > MAX_ITEMS:
            raise UntranslatableError("the expression is too long")
    return tuple(reversed(out))


class _Written:
    """An item that stands for itself among trees still to be opened."""

    def __init__(self, item: Item) -> None:
        self.item = item


def _opened(node: Tree) -> tuple[Item, list[Tree]]:
    """A node's operator and its operands in order; sums and products of many are taken apart from the right."""
    while isinstance(node, sympy.UnevaluatedExpr):
        node = node.args[0]
    if node.is_Symbol:
        return _symbol(node.name), []
    if node.is_Number:
        return _number(node)
    if node in _CONSTANTS:
        return _CONSTANTS[node], []
    if node.is_Add or node.is_Mul or isinstance(node, sympy.Max | sympy.Min):
        sign = "+" if node.is_Add else "*" if node.is_Mul else type(node).__name__.lower()
        *rest, last = node.args
        return sign, [node.func(*rest, evaluate=False) if len(rest) > 1 else rest[0], last]
    if node.is_Pow:
        return ("sqrt", [node.base]) if node.exp == sympy.S.Half else ("^", list(node.args))
    return _function(node)


def _symbol(name: str) -> str:
    """A name as the terms write it: a Greek letter with its backslash."""
    letter, mark, rest = name.partition("_")
    return f"$\\{letter}{mark}{rest}" if letter.lower() in _GREEK else f"${name}"


def _number(node: Tree) -> tuple[Item, list[Tree]]:
    if node.is_Integer:
        return (int(node), []) if node >= 0 else ("neg", [-node])
    if node.is_Rational:
        return "/", [sympy.Integer(node.p), sympy.Integer(node.q)]
    if node.is_Float and node.is_finite:
        exact = sympy.Rational(str(node))
        if node < 0:
            return "neg", [-node]
        places = next((k for k in range(40) if (exact * 10**k).is_Integer), None)
        if places is not None:
            return (int(exact * 10**places), 10**places), []
    raise UntranslatableError(str(node))


def _function(node: Tree) -> tuple[Item, list[Tree]]:
    if isinstance(node, sympy.log) and len(node.args) == 2:  # noqa: PLR2004  # with a base
        return "log", [node.args[1], node.args[0]]
    if isinstance(node, sympy.Sum | sympy.Product) and len(node.limits) == 1 and len(node.limits[0]) == 3:  # noqa: PLR2004
        index, low, high = node.limits[0]
        return ("sum" if isinstance(node, sympy.Sum) else "prod", index.name, term_of(node.function)), [low, high]
    if isinstance(node, sympy.core.function.AppliedUndef):
        return f"@{node.func.__name__}/{len(node.args)}", list(node.args)
    name = _NAMES.get(node.func)
    if name is None:
        raise UntranslatableError(str(node.func))
    return name, list(node.args)


_GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma tau upsilon phi chi "
    "psi omega".split()
)
_CONSTANTS: dict[Tree, str] = {sympy.pi: "pi", sympy.E: "e", sympy.I: "i", sympy.oo: "inf"}
_NAMES: dict[Tree, str] = {
    sympy.exp: "exp",
    sympy.log: "ln",
    sympy.Abs: "abs",
    sympy.factorial: "!",
    sympy.binomial: "binom",
    sympy.floor: "floor",
    sympy.ceiling: "ceil",
    sympy.Mod: "mod",
    sympy.conjugate: "conj",
    sympy.asin: "arcsin",
    sympy.acos: "arccos",
    sympy.atan: "arctan",
    **{getattr(sympy, name): name for name in "sin cos tan cot sec csc sinh cosh tanh re im arg".split()},
}
