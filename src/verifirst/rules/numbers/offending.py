"""Where a wrong result goes wrong: the first character that no right result begins with.

A decoder bans the tokens up to there, so one ban rules out every result that starts as
wrongly, and the digits before it may be kept.
"""

from __future__ import annotations

from fractions import Fraction

from verifirst.claims.equation import Equation

DIGITS = 30  # decimals that are compared


def first_wrong(text: str, claim: Equation, value: Fraction) -> int:
    """Offset just past the first character of the stated result that ``value`` does not spell.

    Where the stated digits are all right but too few, that is the character after them. A point behind a whole number
    may end the sentence, and zeros behind it change nothing: of ``15.50`` for 15 the ``5`` is wrong.
    """
    if not claim.right.bare:
        return claim.right.end
    start, end = claim.right.numbers[0]
    expected = _spelled(abs(value))
    at = 0
    for offset in range(start, end):
        if text[offset] not in "0123456789.":
            continue
        if at >= len(expected) or text[offset] != expected[at]:
            return offset + 1
        at += 1
    return min(end + 1, len(text))


def _spelled(value: Fraction) -> str:
    """``value >= 0`` in plain decimal digits, with ``DIGITS`` decimals."""
    whole, rest = divmod(value, 1)
    return f"{whole}.{int(rest * 10**DIGITS):0{DIGITS}d}"
