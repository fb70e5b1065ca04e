r"""Terms: mathematical expressions in postfix form, with symbols and functions.

A term is a flat tuple of items, operands before their operator, so it is hashable, JSON-ready,
never recurses, and replaces a symbol by splicing. Items:

- a number: ``int``, or ``(n, d)`` for the decimal ``n / d`` with ``d`` a power of ten;
- a symbol: ``"$x"``, ``"$x_1"``, ``"$\alpha"``, ``"$AB"`` (the dollar is not part of the name);
- a constant or an operator of :data:`ARITY`;
- a call of a function that the trace names: ``"@f/1"``, of that many operands;
- a bound operator ``("sum" | "prod", "k", body)``: takes the low and the high bound from the
  stack; ``"$k"`` in ``body`` is the index, counted up by one.

Every tuple of :mod:`verifirst.solvers.rational` is a term (it has no symbols). Angles are in
radians; ``deg`` turns degrees into radians. ``log`` takes the base first, ``root`` the index
first (``root 3 8`` is 2). ``mod`` is the least non-negative remainder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeGuard

Bound = tuple[str, str, "Term"]
Item = int | tuple[int, int] | str | Bound
Term = tuple[Item, ...]

ARITY: dict[str, int] = dict.fromkeys(("pi", "e", "i", "inf"), 0)
ARITY |= dict.fromkeys(
    "neg % sqrt ! abs floor ceil ln exp sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh deg "
    "re im conj arg".split(),
    1,
)
ARITY |= dict.fromkeys("+ - * / ^ +% -% root log binom perm gcd lcm mod min max".split(), 2)
"""Operands of each named item. Names outside this table (and ``$``, ``@``) are no item."""


def is_bound(item: Item) -> TypeGuard[Bound]:
    """Whether ``item`` is a sum or a product over an index."""
    return isinstance(item, tuple) and isinstance(item[0], str)


def arity(item: Item) -> int:
    """How many operands ``item`` takes from the stack; KeyError for an unknown name."""
    if isinstance(item, int):
        return 0
    if isinstance(item, tuple):
        return 2 if is_bound(item) else 0
    if item[0] == "$":
        return 0
    return int(item.rpartition("/")[2]) if item[0] == "@" else ARITY[item]


@lru_cache(maxsize=2048)
def symbols(term: Term) -> frozenset[str]:
    """The free symbols of ``term``, without the dollar."""
    return frozenset(_names(term, "$"))


@lru_cache(maxsize=2048)
def functions(term: Term) -> frozenset[str]:
    """The functions that ``term`` calls, as ``f/1``."""
    return frozenset(_names(term, "@"))


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """``term`` with each free symbol named in ``values`` replaced.

    An index is left alone, and renamed where it would capture a symbol of a value.
    """
    out: list[Item] = []
    for item in term:
        if is_bound(item):
            out.append(_substitute_bound(item, values))
        elif isinstance(item, str) and item[0] == "$" and item[1:] in values:
            out += values[item[1:]]
        else:
            out.append(item)
    return tuple(out)


def _substitute_bound(item: Bound, values: Mapping[str, Term]) -> Bound:
    kind, index, body = item
    inner = {name: value for name, value in values.items() if name != index and name in symbols(body)}
    fresh, taken = index, {name for value in inner.values() for name in symbols(value)}
    if index in taken:
        taken |= symbols(body)
        while fresh in taken:
            fresh += "'"
        inner[index] = (f"${fresh}",)
    return kind, fresh, substitute(body, inner)


def split(term: Term) -> tuple[list[Term], Item]:
    """The operands of ``term``'s last operator, and that operator (a leaf has no operand)."""
    operands: list[Term] = []
    end = len(term) - 1
    for _ in range(arity(term[-1])):
        start = _start(term, end)
        operands.insert(0, term[start:end])
        end = start
    return operands, term[-1]


def _start(term: Term, end: int) -> int:
    """Where the operand that ends before ``end`` begins."""
    wanted = 1
    while wanted:
        end -= 1
        wanted += arity(term[end]) - 1
    return end


def _names(term: Term, mark: str) -> set[str]:
    found = {item[1:] for item in term if isinstance(item, str) and item[0] == mark}
    for item in term:
        if isinstance(item, tuple) and is_bound(item):
            found |= {name for name in _names(item[2], mark) if mark == "@" or name != item[1]}
    return found


def inline(term: Term, definitions: Mapping[str, tuple[tuple[str, ...], Term]], limit: int) -> Term:
    """``term`` with calls of defined functions replaced by their bodies.

    ``definitions`` maps ``f/1`` to parameters and body. A term that would grow past ``limit``
    items keeps its calls. Calls inside sums and products stay.
    """
    stack: list[Term] = []
    for item in term:
        count = arity(item)
        operands = stack[len(stack) - count :] if count else []
        if count:
            del stack[len(stack) - count :]
        defined = definitions.get(item[1:]) if isinstance(item, str) and item[0] == "@" else None
        if defined is not None:
            body = substitute(defined[1], dict(zip(defined[0], operands, strict=True)))
            stack.append(body if len(body) <= limit else (*_flat(operands), item))
        else:
            stack.append((*_flat(operands), item))
    return stack[-1]


def _flat(operands: list[Term]) -> Iterator[Item]:
    for operand in operands:
        yield from operand
