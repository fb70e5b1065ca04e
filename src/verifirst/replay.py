"""Replay: the status of a verdict, from its evidence alone.

One function a kind of evidence, written apart from the rules that make it: plain
:class:`fractions.Fraction` arithmetic, one pass over each postfix string, no tables shared
with the rules. Evidence that does not prove what it says, is malformed or is too large
gives UNKNOWN: a replay never raises and never trusts.

Kinds: ``relation-holds``, ``relation-fails`` (arithmetic); ``grounded``, ``ungrounded``,
``answer``, ``number-fact``, ``impossible-count``, ``time-span``, ``unknown-name``, ``unknown-thing``,
``wrong-owner`` (dependency); ``likelihood`` (step reward models: replays a comparison, proves nothing
about the step). What the strings mean is written in
``verifirst.rules.numbers.evidence``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

from verifirst.core.verdict import Evidence, Status
from verifirst.replay_integers import impossible_count, number_fact, time_span
from verifirst.replay_terms import terms_fail, terms_hold

MAX_CHARACTERS = 200_000
MAX_DIGITS = 400
MAX_BITS = 65_536


class _NoProofError(Exception):
    """The evidence does not say what it should."""


def replay(evidence: Evidence) -> Status:
    """Re-derive the status: VERIFIED or REFUTED when ``evidence`` proves it, else UNKNOWN."""
    kind = _KINDS.get(evidence.kind)
    if kind is None:
        return Status.UNKNOWN
    try:
        return kind(evidence.data)
    except (_NoProofError, ArithmeticError, LookupError, TypeError, ValueError):
        return Status.UNKNOWN


def _relation_holds(data: Mapping[str, Any]) -> Status:
    a, b = _percent(data.get("percent", [100, 100]))
    difference = _value(data["left"], a) - _value(data["right"], b)
    if "within" in data:
        low, high = (_number(bound) for bound in data["within"])
        holds = data["relation"] == "=" and low <= difference <= high
    else:
        holds = _compare(data["relation"], difference)
    return Status.VERIFIED if holds else Status.UNKNOWN


def _relation_fails(data: Mapping[str, Any]) -> Status:
    relation, beyond = data["relation"], _number(data["beyond"])
    tried = 0
    for percents in data["percent"]:
        a, b = _percent(percents)
        for left in _some(data["left"], a):
            for right in _some(data["right"], b):
                tried += 1
                close = relation == "=" and abs(left - right) < beyond
                if close or _compare(relation, left - right):
                    return Status.UNKNOWN
    return Status.REFUTED if tried else Status.UNKNOWN


def _grounded(data: Mapping[str, Any]) -> Status:
    pairs = list(zip(data["values"], data["sources"], strict=True))
    good = all(_one_move(_number(value), _number(source)) for value, source in pairs)
    return Status.VERIFIED if pairs and good else Status.UNKNOWN


def _ungrounded(data: Mapping[str, Any]) -> Status:
    value = _number(data["value"])
    if value in _COMMON or any(value == _number(known) for known in data["stated"]):
        return Status.UNKNOWN
    return Status.REFUTED


def _unknown_name(data: Mapping[str, Any]) -> Status:
    return Status.UNKNOWN if str(data["name"]).lower() in _spoken(data["problem"]) else Status.REFUTED


def _unknown_thing(data: Mapping[str, Any]) -> Status:
    """Unknown as soon as a word of the problem shares all but its ending with the thing."""
    stem = str(data["thing"]).removesuffix("s").removesuffix("ie").removesuffix("ve").removesuffix("e")
    return (
        Status.UNKNOWN
        if not stem or any(_inflects(stem, word) for word in _spoken(data["problem"]))
        else Status.REFUTED
    )


def _wrong_owner(data: Mapping[str, Any]) -> Status:
    """The quoted comparison ends in the name, or no quoted sentence speaks of the name."""
    name = str(data["name"])
    if "compared" in data:
        return Status.REFUTED if str(data["compared"]).endswith((f" as {name}", f" than {name}")) else Status.UNKNOWN
    absent = all(name.lower() not in _spoken(sentence) for sentence in data["sentences"])
    return Status.REFUTED if data["sentences"] and absent else Status.UNKNOWN


def _inflects(stem: str, word: str) -> bool:
    return word.startswith(stem) and word[len(stem) :] in ("", "s", "e", "es", "y", "ies", "f", "fe", "ve", "ves")


def _spoken(text: Any) -> list[str]:
    return "".join(char if char.isalpha() else " " for char in str(text).lower()).split()


def _answer(data: Mapping[str, Any]) -> Status:
    value = _number(data["value"])
    known = [_number(item) for item in data["stated"]]
    if value in known or -value in known:
        return Status.VERIFIED
    near = any(abs(value - other) < 1 for other in known)
    return Status.UNKNOWN if near or not known else Status.REFUTED


def _likelihood(data: Mapping[str, Any]) -> Status:
    """Refused where the probability is below a threshold that so many labels can support; never VERIFIED."""
    p, threshold, alpha = (_number(data[name]) for name in ("p", "threshold", "alpha"))
    labelled = data["labelled"]
    if not (0 <= p <= 1 and 0 <= threshold <= 1 and 0 < alpha < 1) or not isinstance(labelled, int):
        raise _NoProofError("probabilities lie between 0 and 1, labels are counted")
    return Status.REFUTED if p < threshold and alpha * (labelled + 1) >= 1 else Status.UNKNOWN


_KINDS: dict[str, Callable[[Mapping[str, Any]], Status]] = {
    "relation-holds": _relation_holds,
    "relation-fails": _relation_fails,
    "terms-hold": terms_hold,
    "terms-fail": terms_fail,
    "number-fact": number_fact,
    "impossible-count": impossible_count,
    "time-span": time_span,
    "grounded": _grounded,
    "ungrounded": _ungrounded,
    "answer": _answer,
    "unknown-name": _unknown_name,
    "unknown-thing": _unknown_thing,
    "wrong-owner": _wrong_owner,
    "likelihood": _likelihood,
}
_COMMON = frozenset({Fraction(0), Fraction(1), Fraction(2), Fraction(100)})
_FACTORS = (2, 3, 4, 5, 7, 8, 10, 12, 16, 24, 25, 30, 36, 52, 60, 100, 365, 1000, 2000, 3600, 5280, 1_000_000)


def _one_move(value: Fraction, source: Fraction) -> bool:
    """Whether ``value`` is ``source``, or a sign, reciprocal, conversion or percentage of it."""
    if abs(value) == abs(source) or (source and value == 1 / source):
        return True
    if any(value in (source * factor, source / factor) for factor in _FACTORS):
        return True
    return value in (100 - source, 100 + source, 1 - source / 100, 1 + source / 100)


def _compare(relation: str, difference: Fraction) -> bool:
    return _COMPARE[relation](difference, 0)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def _percent(pair: Any) -> tuple[int, int]:
    a, b = pair
    if a not in (1, 100) or b not in (1, 100):
        raise _NoProofError("a percent sign divides by 100 or by 1")
    return a, b


def _number(text: Any) -> Fraction:
    if not isinstance(text, str) or len(text) > MAX_DIGITS * 2 or not _NUMBER.fullmatch(text):
        raise _NoProofError("a number is a string of digits, perhaps with a sign and one '/' or '.'")
    return Fraction(text)


_NUMBER = re.compile(r"-?[0-9]+(?:[/.][0-9]+)?")  # no exponents: 1e99999999 is short to write and endless to build


def _some(texts: list[str], percent: int) -> list[Fraction]:
    """The values of those readings that have one; the first must."""
    found = [_value(texts[0], percent)]
    for text in texts[1:]:
        try:
            found.append(_value(text, percent))
        except (_NoProofError, ArithmeticError):
            continue
    return found


def _value(text: Any, percent: int) -> Fraction:
    """The value of a postfix string."""
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise _NoProofError("a postfix form is a string")
    stack: list[Fraction] = []
    for word in text.split():
        if word in _BINARY:
            right, left = stack.pop(), stack.pop()
            stack.append(_bounded(_BINARY[word](left, right)))
        elif word == "neg":
            stack.append(-stack.pop())
        elif word == "%":
            stack.append(stack.pop() / percent)
        elif word == "sqrt":
            stack.append(_root(stack.pop()))
        else:
            stack.append(_number(word))
    if len(stack) != 1:
        raise _NoProofError("a postfix form leaves one value")
    return stack[0]


def _bounded(value: Fraction) -> Fraction:
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise _NoProofError("too large")
    return value


def _root(value: Fraction) -> Fraction:
    if value < 0:
        raise _NoProofError("root of a negative number")
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    if root * root != value:
        raise _NoProofError("irrational root")
    return root


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2:  # noqa: PLR2004  # a square root
        base, exponent = _root(base), exponent * 2
    bits = base.numerator.bit_length() + base.denominator.bit_length()
    if exponent.denominator != 1 or abs(exponent) * bits > MAX_BITS:
        raise _NoProofError("no exact power")
    return base**exponent.numerator


_BINARY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": _power,
    "+%": lambda a, b: a * (1 + b),
    "-%": lambda a, b: a * (1 - b),
}
