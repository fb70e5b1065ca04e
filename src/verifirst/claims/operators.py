"""Handlers where an operator is wanted: operators, what stands beside an operand, closing brackets."""

from __future__ import annotations

from verifirst.claims.operands import STARTS
from verifirst.claims.side import literal
from verifirst.claims.state import PRECEDENCE, State
from verifirst.claims.tokens import Tokens
from verifirst.claims.words import AFTER_UNIT, is_times, over_remark

_SUPERSCRIPT = {c: i + 2 for i, c in enumerate("²³⁴⁵⁶⁷⁸⁹")}


def binary(p: State) -> bool:
    """``+ - * / ^``, or markup that looks like one of them."""
    i = p.i
    op = p.kinds[i]
    following = p.kinds[i + 1]
    if following == "w":
        return before_words(p, op)
    if op in "*/^" and following == "+":
        p.opaque = True
    if op in "*^" and following not in STARTS:
        p.i += 1  # closing markup: **36**
        return p.kinds[p.i] != "="
    if op == "/" and p.style.tight_slash and p.tokens.glued(i) and p.tokens.glued(i + 1):
        p.push(3, "/")
    elif p.style.slash_last and op == "/":
        p.push(1.5, "/")
    else:
        p.push(PRECEDENCE[op], op)
    p.i = i + 1
    p.want = True
    return False


def before_words(p: State, op: str) -> bool:
    """``$15/student`` is a unit, ``8-hour`` too, ``36 - so`` a dash; else algebra in words."""
    i = p.i
    if op == "/" or (op == "-" and _hyphenated(p)):
        p.i = i + 2
        following = p.kinds[p.i]
        times = following == "i" and is_times(p.tokens, p.i)
        return not (times or following in AFTER_UNIT or (following == "(" and p.kinds[p.i + 1] == "w"))
    if op == "-" and not p.groups and dash(p):
        return True
    if op in "*^" and p.tokens.glued(i):
        p.i = i + 1  # closing markup
        return False
    p.opaque = True
    p.ops.append((1, "+"))
    p.i = i + 1
    p.want = True
    return False


def _hyphenated(p: State) -> bool:
    """``8-hour``: a number, a hyphen, a word in small letters, without spaces."""
    i, tokens = p.i, p.tokens
    small = tokens.text[tokens.starts[i + 1]].islower() and p.kinds[i + 2] not in "^("
    return p.kinds[i - 1] == "n" and small and tokens.glued(i) and tokens.glued(i + 1)


def dash(p: State) -> bool:
    """``= 36 - so he``: a dash before prose, not a minus before a name."""
    i, tokens = p.i, p.tokens
    run = tokens.text[tokens.starts[i + 1] : tokens.ends[i + 1]]
    name = run.isupper() or run[0] == "\\" or p.kinds[i + 2] in "=^+*/"
    return not name and not tokens.glued(i) and not tokens.glued(i + 1)


def percent(p: State) -> bool:
    """A percent sign."""
    p.out.append("%")
    p.i += 1
    return False


def superscript(p: State) -> bool:
    """A superscript exponent."""
    i, tokens = p.i, p.tokens
    if p.kinds[i + 1] == "s":
        p.opaque = True
    p.push(PRECEDENCE["^"], "^")
    p.out.append(_SUPERSCRIPT[tokens.text[tokens.starts[i]]])
    p.numbers.append((tokens.starts[i], tokens.ends[i]))
    p.i = i + 1
    return False


def close(p: State) -> bool:
    """A closing bracket: of a group, a numerator or a denominator."""
    if not p.groups:
        return True
    p.unwind()
    opener = p.groups.pop()
    kind = p.ops.pop()[1]
    brace = p.kinds[p.i] == "}"
    if brace != (kind in "{fg"):
        p.opaque = True
    p.i += 1
    if kind == "f":
        denominator(p, opener)
    elif kind == "g":
        p.out.append("/")
    elif p.style.accounting and p.i - opener == 3:  # noqa: PLR2004  # one number in brackets
        p.out.append("neg")
    return False


def denominator(p: State, opener: int) -> None:
    """Open the second group of a LaTeX fraction."""
    if p.kinds[p.i] != "{":
        p.opaque = True
        return
    p.groups.append(opener)
    p.ops.append((0, "g"))
    p.i += 1
    p.want = True


def beside_number(p: State) -> bool:
    """A number right after an operand: a mixed number, or spaced thousands."""
    i, tokens, kinds = p.i, p.tokens, p.kinds
    if kinds[i - 1] != "n" or tokens.starts[i] - tokens.ends[i - 1] != 1 or p.opaque:
        return p.juxtaposed()
    previous = p.out[-1]
    digits = tokens.text[tokens.starts[i] : tokens.ends[i]]
    value = literal(digits)
    if not isinstance(previous, int) or not isinstance(value, int):
        return p.juxtaposed()
    if kinds[i + 1] == "/" and kinds[i + 2] == "n" and digits[0] != "0":
        return mixed(p, value)
    if len(digits) == 3 and previous < 1000 and not p.style.apart:  # noqa: PLR2004  # a group of thousands
        p.out[-1] = previous * 1000 + value
        p.numbers[-1] = (p.numbers[-1][0], tokens.ends[i])
        p.i = i + 1
        return False
    return p.juxtaposed()


def mixed(p: State, top: int) -> bool:
    """``3 1/2``: a whole number, then a proper fraction."""
    i, tokens = p.i, p.tokens
    bottom = literal(tokens.text[tokens.starts[i + 2] : tokens.ends[i + 2]])
    if not isinstance(bottom, int) or top >= bottom:
        return p.juxtaposed()
    p.out += (top, bottom, "/", "*" if p.style.mixed_product else "+")
    p.numbers += [(tokens.starts[i], tokens.ends[i]), (tokens.starts[i + 2], tokens.ends[i + 2])]
    p.i = i + 3
    return False


def beside_group(p: State) -> bool:
    """``2(3+4)``, ``(2)(3)``: a product; ``36 (a remark)``: the end, unless a relation follows."""
    i, tokens = p.i, p.tokens
    if p.kinds[i + 1] == "w" and p.kinds[i] == "(":
        return False if over_remark(p) else (not p.groups or p.skip_from(i))
    spaced = tokens.text[tokens.starts[i] - 1] == " "
    if spaced and p.kinds[i] == "(" and not p.groups and p.saved is None:
        p.saved = (i, p.out.copy(), p.ops.copy(), len(p.numbers))
    p.implied_product()
    return False


def beside_fraction(p: State) -> bool:
    r"""``3\frac{4}{5}`` is a mixed number, ``(3)\frac{4}{5}`` a product."""
    if p.kinds[p.i - 1] == "n":
        p.push(6, "mix")
        p.want = True
    else:
        p.implied_product()
    return False


def beside_root(p: State) -> bool:
    """``2 sqrt(9)`` is a product."""
    p.implied_product()
    return False


def letter(p: State) -> bool:
    """``x`` between operands is a multiplication sign; any other letter is a variable."""
    i, tokens = p.i, p.tokens
    start = tokens.starts[i]
    if is_times(tokens, i):
        p.push(2, "*")
        p.i = i + 1
        p.want = True
        return False
    if unit_letter(p, tokens.text[start]):
        p.i = i + 1
        return False
    return p.make_opaque()


def unit_letter(p: State, letter: str) -> bool:
    """``180 L of water``, ``6 * 0.3 L = 1.9 L``: a spaced letter after a number that ends a side.

    Before an equals sign the other side must end in the same letter: then it cancels, whatever it is.
    """
    i, tokens = p.i, p.tokens
    if not is_unit_letter(tokens, i) or tokens.glued(i) or p.kinds[i - 1] != "n":
        return False
    if p.kinds[i + 1] == "=":
        return p.kinds[i + 2] == "n" and p.kinds[i + 3] == "i" and tokens.text[tokens.starts[i + 3]] == letter
    return p.kinds[i + 1] in "bE,w" and (len(p.out) == 1 or "/" not in p.out)


def is_unit_letter(tokens: Tokens, i: int) -> bool:
    """Whether the letter at token ``i`` is that of a common unit."""
    return tokens.text[tokens.starts[i]] in "LlmghsCFWV"


def punctuation(p: State) -> bool:
    """Inside a bracket, a comma makes a tuple; outside, punctuation ends the side."""
    if not p.groups:
        return True
    return p.skip_from(p.i)
