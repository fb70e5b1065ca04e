"""Handlers where an operand is wanted: numbers, signs, brackets, fractions, roots."""

from __future__ import annotations

from verifirst.claims.side import literal
from verifirst.claims.state import MAX_DEPTH, PRECEDENCE, State

STARTS = frozenset("nv-+({frioew*^b")
"""Kinds of tokens that may stand where an operand is wanted."""

_VULGAR = {
    "½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8),
    "⅞": (7, 8), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6),
}  # fmt: skip


def number(p: State) -> bool:
    """A number in digits."""
    i, tokens = p.i, p.tokens
    start, end = tokens.starts[i], tokens.ends[i]
    text = tokens.text
    value = literal(text[start:end])
    after = text[end : end + 2]
    if value is None or (after[:1] == "," and after[1:].isdecimal()) or after in (".(", ".\\"):
        p.opaque = True
    else:
        p.out.append(value)
        p.numbers.append((start, end))
    p.i = i + 1
    p.want = False
    return False


def vulgar(p: State) -> bool:
    """A vulgar fraction character, alone or after a whole number."""
    i, tokens = p.i, p.tokens
    n, d = _VULGAR[tokens.text[tokens.starts[i]]]
    mixed = not p.want
    if mixed and p.kinds[i - 1] != "n":
        p.opaque = True
    p.out += (n, d, "/", "+") if mixed else (n, d, "/")
    p.numbers += [(tokens.starts[i], tokens.ends[i])] * 2
    p.i = i + 1
    p.want = False
    return False


def sign(p: State) -> bool:
    """A sign before an operand."""
    if p.kinds[p.i] == "-":
        if p.style.negative_base and p.kinds[p.i + 1] == "n":
            p.ops.append((6, "neg"))
        else:
            p.ops.append((PRECEDENCE["neg"], "neg"))
    p.i += 1
    return False


def opening(p: State) -> bool:
    """An opening bracket or brace."""
    if len(p.groups) >= MAX_DEPTH:
        p.opaque = True
        return p.skip_group()
    p.groups.append(p.i)
    p.ops.append((0, p.kinds[p.i]))
    p.i += 1
    return False


def fraction(p: State) -> bool:
    r"""A LaTeX fraction: ``\frac{..}{..}`` or ``\frac12``."""
    i, tokens = p.i, p.tokens
    if p.kinds[i + 1] == "{" and len(p.groups) < MAX_DEPTH:
        p.groups.append(i)
        p.ops.append((0, "f"))
        p.i = i + 2
        return False
    digits = tokens.text[tokens.starts[i + 1] : tokens.ends[i + 1]]
    if p.kinds[i + 1] == "n" and len(digits) == 2 and digits.isdecimal():  # noqa: PLR2004  # \frac12
        p.out += (int(digits[0]), int(digits[1]), "/")
        span = tokens.starts[i + 1]
        p.numbers += [(span, span + 1), (span + 1, span + 2)]
        p.i = i + 2
    else:
        p.opaque = True
        p.i = i + 1
    p.want = False
    return False


def root(p: State) -> bool:
    """A square root sign."""
    if p.kinds[p.i + 1] not in "{(n":
        p.opaque = True
    p.ops.append((PRECEDENCE["sqrt"], "sqrt"))
    p.i += 1
    return False


def line_end(p: State) -> bool:
    """An expression goes on after a line that ends with an operator."""
    if not p.ops or p.tokens.text[p.tokens.starts[p.i]] != "\n":
        return True
    p.i += 1
    return False


def words_operand(p: State) -> bool:
    """Words where an operand should stand: algebra in words, or the end."""
    if not p.groups and not p.ops:
        return True
    return p.make_opaque()


def bold(p: State) -> bool:
    """An asterisk before an operand is markup (bold, a bullet)."""
    if p.ops and p.ops[-1][1] == "*":
        p.opaque = True
    p.i += 1
    return p.kinds[p.i] not in STARTS
