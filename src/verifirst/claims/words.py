"""Words inside an expression: units, scales, operators in words, or the end of it."""

from __future__ import annotations

import re

from verifirst.claims import lexicon
from verifirst.claims.state import PRECEDENCE, State
from verifirst.claims.tokens import Tokens

AFTER_UNIT = frozenset("+-*/)}=")
"""Kinds of tokens before which words are a unit of the operand they follow."""

MAX_REMARK = 12  # tokens of a remark in brackets
MEANING = (lexicon.BINDING - {"of"}) | {"half", "twice", "double", "triple", "negative", "loss"}
"""Words in brackets that may change the number before them."""

_STARTS_OPERAND = frozenset("n({fr-v")
_INVERSE = re.compile(r"-[1-3](?![0-9.])(?=[\s,.;$]|\Z)")  # cm-1


def is_times(tokens: Tokens, i: int) -> bool:
    """Whether the letter at token ``i`` is the multiplication sign ``x``."""
    start = tokens.starts[i]
    if tokens.text[start] not in "xX":
        return False
    following = tokens.kinds[i + 1]
    if following in "nv":
        return True
    return following in "(f{" and tokens.text[start - 1] == " " and tokens.starts[i + 1] > start + 1


def words(p: State) -> bool:
    """Words after an operand: a unit, a scale, an operator in words, or the end."""
    i, tokens = p.i, p.tokens
    run = tokens.text[tokens.starts[i] : tokens.ends[i]]
    if run[0] in "\\^":
        run = lexicon.inner(run)
    first, _, rest = run.partition(" ")
    first = first.lower()
    following = p.kinds[i + 1]
    if _not_a_unit(p, run, first, following):
        return p.make_opaque()
    if first in lexicon.SCALES and not p.style.scale_unit:
        p.out += (lexicon.SCALES[first], "*")
        p.numbers.append((tokens.starts[i], tokens.ends[i]))
        first, _, rest = rest.partition(" ")
    elif first in ("percent", "percents"):
        p.out.append("%")
        first, _, rest = rest.partition(" ")
    p.i = i + 1
    if following == "i" and is_times(tokens, i + 1):
        return False
    if first in lexicon.GLUED_UNITS and _unit_power(p, following):
        return False
    if following in AFTER_UNIT:
        return _unit_then_sign(p, i, run, following)
    if following in _STARTS_OPERAND and (operator_in_words(p, first, rest) or over_remark(p)):
        return False
    p.i = i
    return not p.groups or p.skip_from(i)


def over_remark(p: State) -> bool:
    """Step over words in brackets that an operator follows: ``36 (blue ones) + 4``."""
    tokens, kinds, i = p.tokens, p.kinds, p.i + 1
    if kinds[p.i] != "(":
        return False
    words: list[str] = []
    while kinds[i] in "w," and i < p.i + MAX_REMARK:
        words += tokens.text[tokens.starts[i] : tokens.ends[i]].lower().split(" ")
        i += 1
    goes_on = (
        bool(words)
        and kinds[i] == ")"
        and (kinds[i + 1] in "+-*/=" or (kinds[i + 1] == "i" and is_times(tokens, i + 1)))
    )
    if goes_on and not tokens.glued(p.i) and MEANING.isdisjoint(words):
        p.i = i + 1
        return True
    return False


def _not_a_unit(p: State, run: str, first: str, following: str) -> bool:
    """Whether the words make something bigger of the operand: a function, a variable, a share."""
    if p.tokens.glued(p.i) and first not in lexicon.GLUED_UNITS:
        return True
    if first in lexicon.NOT_UNITS or run.rpartition(" ")[2] in lexicon.NOT_UNITS:
        return True
    return (following == "(" and first in ("min", "max")) or (first == "of" and following in AFTER_UNIT)


def _unit_power(p: State, following: str) -> bool:
    """Step over the power of a unit: ``cm^2``, ``cm²``, ``cm-1``."""
    if following == "s":
        p.i += 1
        return True
    power = following == "^" and p.kinds[p.i + 1] == "n"
    if power or (following == "-" and _INVERSE.match(p.tokens.text, p.tokens.ends[p.i - 1]) is not None):
        p.i += 2
        return True
    return False


def _unit_then_sign(p: State, i: int, run: str, following: str) -> bool:
    """A unit before an operator, a closing bracket or a relation."""
    if following in "+-*/" and sentence_goes_on(p, run):
        p.i = i
        return not p.groups or p.skip_from(i)
    if following == ")" and not p.groups:
        p.i = i
        return True
    return False


def sentence_goes_on(p: State, run: str) -> bool:
    """``6 and -4 + 11``: words that join two things, then a sign that belongs to the next."""
    tokens, sign = p.tokens, p.i
    if tokens.text[tokens.starts[sign] - 1] in "$(" or run.rpartition(" ")[2].lower() in lexicon.JOINS:
        return True
    if not lexicon.CONNECTIVES.isdisjoint(run.lower().split(" ")):
        return True
    unary = tokens.glued(sign + 1) and not tokens.glued(sign)
    return unary and " " in run


def operator_in_words(p: State, first: str, rest: str) -> bool:
    """``times``, ``plus``, ...; ``of`` after a percentage or a fraction."""
    phrase = f"{first} {rest}".strip().lower()
    op = lexicon.OPERATORS.get(phrase)
    if op is None and lexicon.OF.fullmatch(phrase) and _is_share(p):
        op = "of"
    if op is None:
        return False
    p.push(0.5 if op == "of" and p.style.of_last else PRECEDENCE[op], op)
    p.want = True
    return True


def _is_share(p: State) -> bool:
    """Whether what stands before is a percentage or a fraction."""
    return bool(p.out) and (p.out[-1] in ("%", "/") or (bool(p.ops) and p.ops[-1][1] == "/"))
