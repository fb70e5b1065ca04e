"""The evidence of the algebra rules: terms that anyone can evaluate.

``terms-hold``
    ``relation`` (``= != < <= > >= ≡ |``); ``left``, ``right``: one term each; optional
    ``modulus``; optional ``given``: pairs of terms that are equal; optional ``within``: the
    largest distance between the sides (default: none).
``terms-fail``
    ``relation`` (one of these; or ``identity``: equal for all values; or ``follows``: the
    equation, or the one given, implies the other); ``left``, ``right``: as many terms each as
    there are readings, pair by pair; optional ``modulus`` and ``given``; ``beyond``: the sides
    are further apart than this.

A term is a list in postfix order (``verifirst.solvers.terms``), in JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from verifirst.core.verdict import Evidence
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import Term


def holding(
    relation: str,
    left: Term,
    right: Term,
    *,
    modulus: Term = (),
    given: Iterable[Relation] = (),
    within: Fraction | None = None,
) -> Evidence:
    """The relation holds under this reading."""
    data: dict[str, Any] = {"relation": relation, "left": spell(left), "right": spell(right)}
    _add(data, modulus, given)
    if within is not None:
        data["within"] = str(within)
    return Evidence("terms-hold", data)


def failing(
    relation: str,
    readings: Sequence[Relation],
    *,
    modulus: Term = (),
    given: Iterable[Relation] = (),
    beyond: Fraction = Fraction(0),
) -> Evidence:
    """The relation fails under each of these readings."""
    data: dict[str, Any] = {
        "relation": relation,
        "left": [spell(left) for left, _ in readings],
        "right": [spell(right) for _, right in readings],
        "beyond": str(beyond),
    }
    _add(data, modulus, given)
    return Evidence("terms-fail", data)


def _add(data: dict[str, Any], modulus: Term, given: Iterable[Relation]) -> None:
    if modulus:
        data["modulus"] = spell(modulus)
    if pairs := [[spell(left), spell(right)] for left, right in given]:
        data["given"] = pairs


def spell(term: Term) -> list[Any]:
    """A term as JSON: tuples become lists."""
    return [_spell(item) for item in term]


def _spell(item: Any) -> Any:
    return [_spell(part) for part in item] if isinstance(item, tuple) else item
