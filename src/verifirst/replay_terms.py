"""Replay of evidence about terms: see ``verifirst.rules.algebra._evidence`` for its shape."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verifirst.core.budget import Budget
from verifirst.core.verdict import Status
from verifirst.errors import BudgetExceeded, InputError
from verifirst.solvers.compare import close, compare, order
from verifirst.solvers.exact import check, exact
from verifirst.solvers.ideal import Ideal
from verifirst.solvers.terms import Term, functions, symbols

WORK = 500_000
_ORDERS = ("<", "<=", ">", ">=", "!=")


def terms_hold(data: Mapping[str, Any]) -> Status:
    """VERIFIED when the relation is proved from what is given."""
    left, right = term(data["left"]), term(data["right"])
    if "within" in data:
        held = data["relation"] == "=" and _close(left, right, Fraction(data["within"]))
    else:
        held = _answer(data, left, right) is True
    return Status.VERIFIED if held else Status.UNKNOWN


def terms_fail(data: Mapping[str, Any]) -> Status:
    """REFUTED when the relation is disproved in every reading."""
    beyond = Fraction(data["beyond"])
    pairs = list(zip(data["left"], data["right"], strict=True))
    for one, other in pairs:
        left, right = term(one), term(other)
        if _answer(data, left, right) is not False:
            return Status.UNKNOWN
        if beyond and _close(left, right, beyond):
            return Status.UNKNOWN
    return Status.REFUTED if pairs else Status.UNKNOWN


def term(items: Any) -> Term:
    """A term from its JSON form; ValueError for anything else."""
    found = tuple(_item(item) for item in items)
    try:
        check(found)
    except InputError as error:
        raise ValueError(str(error)) from error
    return found


def _item(item: Any) -> Any:
    if isinstance(item, list):
        kind = item[0]
        return (kind, item[1], tuple(_item(part) for part in item[2])) if isinstance(kind, str) else (kind, item[1])
    if isinstance(item, bool) or not isinstance(item, int | str):
        raise ValueError("an item is a number, a name or a list")  # noqa: TRY004  # one error for what is malformed
    return item


def _answer(data: Mapping[str, Any], left: Term, right: Term) -> bool | None:
    """True, False, or None where neither is proved."""
    relation, budget = data["relation"], Budget(WORK)
    given = [(term(one), term(other)) for one, other in data.get("given", ())]
    try:
        if given or symbols(left) or symbols(right) or functions(left) or functions(right):
            known = Ideal(given)
            answer = known.judge(left, right) if relation == "=" and known.consistent else "open"
            return {"holds": True, "contradicts": False, "open": None}[answer]
        if relation in ("=", "≈"):
            return {"equal": True, "different": False}.get(compare(left, right, budget=budget).answer)
        if relation in _ORDERS:
            return {"true": True, "false": False}.get(order(left, relation, right, budget=budget))
        divisor, dividend = (left, right) if relation == "|" else (term(data["modulus"]), (*left, *right, "-"))
        return exact(dividend, budget) % exact(divisor, budget) == 0
    except BudgetExceeded:
        return None


def _close(left: Term, right: Term, slack: Fraction) -> bool:
    return close(left, right, slack, budget=Budget(WORK)) == "true"
