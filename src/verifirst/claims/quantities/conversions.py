r"""Reading conversions: ``2 hours = 120 minutes``, ``3 feet is 36 inches``, ``450 cents = $4.50``.

Both sides are a number with a unit (or two: ``1 hour and 15 minutes``) of one dimension, and
the units differ. Also ``there are 60 minutes in an hour`` and ``an hour has 60 minutes``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, NamedTuple

from verifirst.claims.quantities.measures import UNITS, Unit, hard
from verifirst.claims.side import Side, literal
from verifirst.core.claim import Claim
from verifirst.solvers.rational import Item, Rpn

MAX_CONVERSIONS = 60  # conversions of one step that are read
MAX_TEXT = 20_000  # characters of a step that are searched

_UNIT = "(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + r")\b"
_VALUE = r"(?:[0-9]{1,9}(?:,[0-9]{3})*+(?:\.[0-9]{1,9})?(?:/[0-9]{1,4})?|an?|one|half\s+an?|a\s+quarter\s+of\s+an?)"
_ONE = rf"(?:\$[0-9]{{1,9}}(?:\.[0-9]{{2}})?(?![0-9.,]*[0-9])|{_VALUE}(?:\s|-)?\s?{_UNIT})"
_QUANTITY = rf"({_ONE}(?:(?:,?[ ]and)?[ ][0-9]{{1,4}}[ ]{_UNIT})?)"
_IS = (
    r"\s*(?:=|,?\s*which\s+is|\b(?:is|are)\s+(?:equal|equivalent)\s+to|\b(?:is|are)\s+the\s+same\s+as|\bequals?|\bis|\bare"
    r"|\bequal)\s*(about\s+|approximately\s+|roughly\s+)?"
)
_STATES = re.compile(rf"(?<![\w.,$/])(?:\\\()?{_QUANTITY}{_IS}{_QUANTITY}", re.IGNORECASE)
_HOLDS = re.compile(
    rf"(?<![\w.,$/])((?:an?|one|1)\s{_UNIT})\s+(?:has|have|contains?)\s+(about\s+|approximately\s+|roughly\s+)?{_QUANTITY}",
    re.IGNORECASE,
)
_CONTAINS = re.compile(
    rf"\bthere(?:\s+are|['’]re)\s+(about\s+|approximately\s+|roughly\s+)?{_QUANTITY}\s+in\s+((?:an?|one|1)\s{_UNIT})",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"\$(?P<money>[0-9]+(?:\.[0-9]{{2}})?)|(?P<value>{_VALUE})(?:\s|-)?\s?(?P<unit>{_UNIT})", re.IGNORECASE
)
_JOINED_LEFT = re.compile(
    r"(?:[-+*/×÷·^]|\b(?:x|times|plus|minus|per|than|by|over|every|another|of|more|and|or|to|first|last|next|twice"
    r"|thrice|double|triple|half|quarter))\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"(?:^|[\n.,;:(]|\b(?:since|because|that|as|so|know|recall|and|in))\s*$", re.IGNORECASE)
_ENDS = re.compile(
    r"\s*(?:[.,;:)\n]|$|=|\\\)|(?:so|and|but|because|since|then|which|long|tall|in\s+total|total|for|he|she|we|it|they)\b)"
)
_GOES_ON = re.compile(r"\s*,?\s*(?:and\s+)?[0-9]+\s+[a-z]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Conversion(Claim):
    """Two quantities of one dimension said to be the same, each as a number of base units.

    ``step`` is one unit of the last digit shown on the right, in base units. ``exact`` says that
    the units convert exactly and by no convention; ``about`` that the text says *about*.
    """

    kind: ClassVar[str] = "conversion"

    left: Side
    right: Side
    units: tuple[str, str]
    step: Fraction
    exact: bool
    about: bool


def conversions(text: str) -> list[Conversion]:
    """The conversions that ``text`` states, in order."""
    found: list[Conversion] = []
    for pattern, groups in ((_STATES, (1, 3, 2)), (_HOLDS, (1, 3, 2)), (_CONTAINS, (3, 2, 1))):
        for match in pattern.finditer(text, 0, MAX_TEXT):
            if len(found) < MAX_CONVERSIONS and (claim := _conversion(text, match, *groups)) is not None:
                found.append(claim)
    return sorted(found, key=lambda claim: claim.start)


def _conversion(text: str, match: re.Match[str], left: int, right: int, about: int) -> Conversion | None:
    start, end = min(match.start(left), match.start(right)), max(match.end(left), match.end(right))
    if _JOINED_LEFT.search(text, max(0, start - 12), start) or not _ENDS.match(text, end) or _GOES_ON.match(text, end):
        return None
    article = start == match.start(left) and match[left][:2].lower() in ("a ", "an")
    if article and not _OPENS.search(text, max(0, start - 12), start):
        return None  # ``1 hour a day = ...``
    a, b = _quantity(match, left), _quantity(match, right)
    if a is None or b is None or a.unit == b.unit or a.unit.dimension != b.unit.dimension:
        return None
    exact = hard(a.unit, b.unit)
    return Conversion(start, end, a.side, b.side, (a.name, b.name), b.step, exact, bool(match[about]))


class _Quantity(NamedTuple):
    side: Side
    name: str
    unit: Unit
    step: Fraction


def _quantity(match: re.Match[str], group: int) -> _Quantity | None:
    """The quantity in ``group`` as a number of base units."""
    rpn: list[Item] = []
    numbers: list[tuple[int, int]] = []
    found: _Quantity | None = None
    for part in _PART.finditer(match.string, *match.span(group)):
        name = "dollar" if part["money"] else part["unit"].lower()
        unit = UNITS[name]
        value = _value(part["money"] or part["value"].lower())
        if value is None or (found is not None and found.unit.dimension != unit.dimension):
            return None
        rpn += (*value, (unit.factor.numerator, unit.factor.denominator), "*")
        numbers += [part.span()] * (sum(not isinstance(item, str) for item in value) + 1)
        if found is not None:
            rpn.append("+")
        side = Side(match.start(group), match.end(group), tuple(rpn), tuple(numbers))
        decimals = value[0][1] if isinstance(value[0], tuple) else 1
        found = _Quantity(side, name if found is None else found.name, unit if found is None else found.unit,
                          unit.factor / decimals)  # fmt: skip
    return found


def _value(text: str) -> Rpn | None:
    """``3``, ``2.5``, ``3/4``, ``an``, ``half an``, ``a quarter of an``."""
    if text[0].isdecimal():
        top, _, bottom = text.partition("/")
        number = literal(top)
        if number is None or not bottom:
            return None if number is None else (number,)
        return (number, int(bottom), "/") if int(bottom) else None
    if text.startswith("half"):
        return (1, 2, "/")
    return (1, 4, "/") if "quarter" in text else (1,)
