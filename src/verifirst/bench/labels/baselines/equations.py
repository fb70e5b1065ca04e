"""``left = right`` by pattern, the way a first script does it: no idea of what is asserted."""

from __future__ import annotations

import re
from itertools import pairwise

Sides = tuple[str, str]
MAX_SIDE = 200  # characters
MAX_EQUATIONS = 50  # of one step

_PLAIN = re.compile(rf"([0-9(.+*/^)\- ×÷]{{1,{MAX_SIDE}}}+)=([0-9(.+*/^)\- ×÷]{{1,{MAX_SIDE}}}+)")
_MATHEMATICS = re.compile(
    r"\$\$(.{1,2000}?)\$\$|\$([^$]{1,1000})\$|\\\((.{1,2000}?)\\\)|\\\[(.{1,2000}?)\\\]", re.DOTALL
)
_EQUALS = re.compile(r"(?<![<>!:\\])=(?!=)")


def plain(text: str) -> list[Sides]:
    """Sides made of digits and operators only."""
    return [(left.strip(), right.strip()) for left, right in _PLAIN.findall(text)][:MAX_EQUATIONS]


def displayed(text: str) -> list[Sides]:
    """Neighbouring sides of each formula in dollars or LaTeX brackets; the plain ones where there is no formula."""
    found: list[Sides] = []
    for groups in _MATHEMATICS.findall(text):
        sides = [side.strip() for side in _EQUALS.split("".join(groups))]
        found += [(left, right) for left, right in pairwise(sides) if left and right]
    short = [(left, right) for left, right in found if max(len(left), len(right)) <= MAX_SIDE]
    return short[:MAX_EQUATIONS] or plain(text)
