"""Sides: one side of a relation in postfix form, and the styles in which it may be read."""

from __future__ import annotations

import re
from typing import NamedTuple

from verifirst.solvers.rational import Item, Rpn

MAX_DIGITS = 60


class Side(NamedTuple):
    """One side of a relation.

    ``start`` and ``end`` are character offsets of the expression without trailing unit
    words. ``rpn`` is empty when the side is opaque. ``numbers`` are the spans of the literals, in the order
    in which they stand in ``rpn``.
    """

    start: int
    end: int
    rpn: Rpn
    numbers: tuple[tuple[int, int], ...]

    @property
    def bare(self) -> bool:
        """Whether the side is one literal (perhaps signed or a percentage)."""
        return len(self.numbers) == 1


class Style(NamedTuple):
    """How to read what people write in more than one way; the default is the textbook."""

    tight_slash: bool = False  # 25 / 1/3 is 25 / (1/3)
    slash_last: bool = False  # a / b * c is a / (b * c)
    times_first: bool = False  # a / b(c) is a / (b(c))
    mixed_product: bool = False  # 3 1/2 is 3 * (1/2)
    of_last: bool = False  # 20% of 50 + 30 is 20% of (50 + 30)
    note_paren: bool = True  # 7 (3 + 4): a remark unless a relation follows
    relative_percent: bool = False  # 80 - 25% is 80 * (1 - 25%)
    negative_base: bool = False  # -2^2 is (-2)^2
    apart: bool = False  # 12 200-page books: 12 is not 12 200
    accounting: bool = False  # 3 + (7) is 3 - 7
    scale_unit: bool = False  # 8 dozen counts dozens


TEXTBOOK = Style()

_SEPARATOR = re.compile(r"[^0-9.]+")


def literal(text: str) -> Item | None:
    """The number that ``text`` spells (digits, separators, one point), or None."""
    whole, point, decimals = text.partition(".")
    if not whole.isdecimal() and whole:
        head, *groups = _SEPARATOR.split(whole)
        if len(head) > 3 or not groups:  # noqa: PLR2004  # thousands
            return None
        whole = head + "".join(groups)
    if len(whole) + len(decimals) > MAX_DIGITS:
        return None
    if not point:
        return int(whole)
    return int(whole + decimals), 10 ** len(decimals)
