"""Replay of evidence about terms: see ``verifirst.rules.algebra._evidence`` for its shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import gcd
from typing import Any

from verifirst.core.budget import Budget
from verifirst.core.verdict import Status
from verifirst.errors import BudgetExceeded, InputError
from verifirst.solvers.compare import close, compare, order
from verifirst.solvers.exact import check, exact
from verifirst.solvers.ideal import Ideal, Relation
from verifirst.solvers.terms import Term, functions, symbols

WORK = 500_000
MAX_NESTING = 8  # sums within sums
_DISTANCE = re.compile(r"[0-9]{1,400}(?:/[0-9]{1,400})?")
_ORDERS = ("<", "<=", ">", ">=", "!=")


def terms_hold(data: Mapping[str, Any]) -> Status:
    """VERIFIED when the relation is proved from what is given."""
    left, right = term(data["left"]), term(data["right"])
    if "within" in data:
        slack = _distance(data["within"])
        held = data["relation"] == "=" and _modest(slack, right) and _close(left, right, slack)
    else:
        held = _answer(data, left, right) is True
    return Status.VERIFIED if held else Status.UNKNOWN


def terms_fail(data: Mapping[str, Any]) -> Status:
    """REFUTED when the relation is disproved in every reading."""
    beyond = _distance(data["beyond"])
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
    found = tuple(_item(item, MAX_NESTING) for item in items)
    try:
        check(found)
    except InputError as error:
        raise ValueError(str(error)) from error
    return found


def _item(item: Any, deeper: int) -> Any:
    if not deeper:
        raise ValueError("sums and products are nested too deep")
    if isinstance(item, list):
        kind = item[0]
        return (
            (kind, item[1], tuple(_item(part, deeper - 1) for part in item[2]))
            if isinstance(kind, str)
            else (kind, item[1])
        )
    if isinstance(item, bool) or not isinstance(item, int | str):
        raise ValueError("an item is a number, a name or a list")  # noqa: TRY004  # one error for what is malformed
    return item


def _answer(data: Mapping[str, Any], left: Term, right: Term) -> bool | None:
    """True, False, or None where neither is proved."""
    given = [(term(one), term(other)) for one, other in data.get("given", ())]
    if data["relation"] == "follows":
        return _either_implies((left, right), *given)
    return _related(data, (left, right), given)


def _related(data: Mapping[str, Any], sides: Relation, given: list[Relation]) -> bool | None:
    relation, budget = data["relation"], Budget(WORK)
    left, right = sides
    try:
        if relation == "identity":
            return {"equal": True, "different": False}.get(compare(left, right, budget=budget).answer)
        if given or symbols(left) or symbols(right) or functions(left) or functions(right):
            known = Ideal(given)
            answer = known.judge(left, right) if relation == "=" and known.consistent else "open"
            return {"holds": True, "contradicts": False, "open": None}[answer]
        if relation in ("=", "≈"):
            return {"equal": True, "different": False}.get(compare(left, right, budget=budget).answer)
        if relation in _ORDERS:
            return {"true": True, "false": False}.get(order(left, relation, right, budget=budget))
        divisor, dividend = (left, right) if relation == "|" else (term(data["modulus"]), (*left, *right, "-"))
        return _divides(exact(divisor, budget), exact(dividend, budget))
    except BudgetExceeded:
        return None


def _either_implies(claim: Relation, ground: Relation) -> bool | None:
    """Whether one of two equations implies the other; None where either has no solution."""
    known, other = Ideal([ground]), Ideal([claim])
    if not known.consistent or not other.consistent:
        return None
    return known.judge(*claim) == "holds" or other.judge(*ground) == "holds"


def _divides(d: Fraction, n: Fraction) -> bool | None:
    """Whether ``d`` divides ``n``, where a fraction is a product with an inverse; None where there is none."""
    if d.denominator != 1 or d < 1 or gcd(n.denominator, d.numerator) != 1:
        return None
    return n.numerator % d.numerator == 0


def _distance(said: Any) -> Fraction:
    """``"1/200"``; ValueError for anything else: an exponent would take for ever."""
    if not isinstance(said, str) or not _DISTANCE.fullmatch(said):
        raise ValueError("a distance is a whole number or a quotient of two")
    return Fraction(said)


def _modest(slack: Fraction, value: Term) -> bool:
    """Whether a distance is one that rounding explains: half a unit, or a twentieth of the value."""
    small = slack <= Fraction(1, 2)
    share = (slack.numerator * 20, slack.denominator, "/")
    return small or order(share, "<=", (*value, "abs"), budget=Budget(WORK)) == "true"


def _close(left: Term, right: Term, slack: Fraction) -> bool:
    return close(left, right, slack, budget=Budget(WORK)) == "true"
