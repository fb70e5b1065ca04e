"""Words that carry arithmetic: scales, operators, units, function names (data only)."""

from __future__ import annotations

import re

SCALES = {
    "hundred": 10**2, "thousand": 10**3, "thousands": 10**3, "million": 10**6, "millions": 10**6,
    "billion": 10**9, "billions": 10**9, "trillion": 10**12, "dozen": 12, "dozens": 12,
}  # fmt: skip

OPERATORS = {"times": "*", "multiplied by": "*", "plus": "+", "minus": "-", "divided by": "/"}

OF = re.compile(
    r"of(?: (?:the|his|her|their|its|all|this|that|these|those|a|an|remaining|other|total|first|original|initial))*"
)
"""What may stand between a share and what it is a share of."""

JOINS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "and",
        "or",
        "to",
        "by",
        "from",
        "between",
        "than",
        "with",
        "of",
        "at",
        "the",
        "as",
        "get",
        "gets",
        "gives",
        "so",
        "then",
        "that",
        "equals",
    ]
)
"""Words after which a sign belongs to what follows."""

CONNECTIVES = frozenset("and so then is are was were because but which while where that since".split())
"""Words that no unit contains: the sentence has gone on."""

GLUED_UNITS = frozenset(
    [
        "ft",
        "cm",
        "mm",
        "km",
        "kg",
        "mg",
        "lb",
        "lbs",
        "oz",
        "ml",
        "hr",
        "hrs",
        "yd",
        "mi",
        "gb",
        "mb",
        "tb",
        "kb",
        "hp",
        "kw",
        "mph",
        "kph",
        "dl",
        "min",
        "mins",
        "sec",
        "secs",
        "cents",
        "cent",
        "percent",
        "inches",
        "inch",
        "feet",
        "miles",
        "hours",
        "minutes",
        "seconds",
        "days",
        "pounds",
        "meters",
        "grams",
        "liters",
        "am",
        "pm",
        "dollars",
        "points",
        "sq",
        "cc",
    ]
)
"""Units that may touch their number; other letters that touch a number are variables."""

NOT_UNITS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "log",
        "ln",
        "exp",
        "mod",
        "modulo",
        "gcd",
        "lcm",
        "sqrt",
        "pi",
        "choose",
        "base",
        "factorial",
        "squared",
        "cubed",
    ]
)
"""Words that make an expression of their own: never a unit."""


def inner(command: str) -> str:
    r"""The words inside ``\\text{...}``; empty for a degree sign."""
    return command.partition("{")[2].rstrip("}").strip() if command[0] == "\\" else ""


BINDING = (
    frozenset(SCALES) | NOT_UNITS | {"percent", "percents", "of", "times", "plus", "minus", "multiplied", "divided"}
)
"""Words after a number that may make an expression of it and of what follows."""
