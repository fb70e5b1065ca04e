"""Styles: the ways in which the same formula may be read; the default is the textbook's."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """How to read what mathematicians write in more than one way."""

    slash_last: bool = False  # 1/2x is 1/(2x)
    mixed_product: bool = False  # 3 \frac{1}{2} is 3 * (1/2)
    letters: bool = False  # AB is A * B
    calls: bool = False  # the other of product and call for h(x), p(x)
    natural_log: bool = False  # log is ln
    binary_log: bool = False
    degrees: bool = False  # sin 30 is half
    imaginary: bool = False  # i is the imaginary unit
    napier: bool = False  # e is 2.718...
    letter_e: bool = False  # e^2 is a variable's square
    plain_degrees: bool = False  # 100° is 100, outside of functions
    slash_sum: bool = False  # 28-y/y is (28-y)/y
    plain_percent: bool = False  # 0.1 * 100 = 10%
    wide: bool = False  # sin xy + z: the argument takes the following factors in


TEXTBOOK = Style()

CONVENTIONS = (
    Style(imaginary=True),
    Style(napier=True),
    Style(letters=True),
    Style(natural_log=True),
    Style(imaginary=True, napier=True),
    Style(plain_degrees=True),
)
"""Readings as good as the textbook's: what they verify is verified."""

STYLES = (
    TEXTBOOK,
    *CONVENTIONS,
    Style(slash_last=True),
    Style(mixed_product=True),
    Style(calls=True),
    Style(binary_log=True),
    Style(letter_e=True),
    Style(slash_sum=True),
    Style(plain_percent=True),
    Style(degrees=True),
    Style(wide=True),
)
"""Every reading: what is refuted is false in each of them."""
