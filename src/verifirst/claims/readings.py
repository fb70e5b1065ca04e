"""Readings: the other ways in which people write the same line.

A relation that fails under the textbook reading is refuted only when it fails under every
plausible one. Parsing again under other styles is slow and happens to failing claims only.
"""

from __future__ import annotations

import re

from verifirst.claims.expression import parse
from verifirst.claims.side import TEXTBOOK, Side, Style
from verifirst.claims.tokens import tokenize
from verifirst.core.budget import Budget
from verifirst.solvers.rational import Rpn

_CONVENTIONS = (Style(tight_slash=True), Style(scale_unit=True))
_STYLES = (  # with the text that must occur for the style to make a difference
    (TEXTBOOK, ""),
    (Style(tight_slash=True), "/"),
    (Style(scale_unit=True), "n"),
    (Style(apart=True), " "),
    (Style(slash_last=True), "/"),
    (Style(slash_last=True), "÷"),
    (Style(slash_last=True), "div"),
    (Style(times_first=True), "/"),
    (Style(mixed_product=True), "/"),
    (Style(mixed_product=True), "frac"),
    (Style(of_last=True), "of"),
    (Style(note_paren=False), "("),
    (Style(relative_percent=True), "%"),
    (Style(relative_percent=True), "percent"),
    (Style(negative_base=True), "^"),
    (Style(negative_base=True), "²"),
    (Style(accounting=True), "("),
)
_DASH = re.compile(r"(?:^[-–−*•]|(?<=[A-Za-z]\s)[-–−])\s*")
_TOP_OPERATOR = re.compile(  # or a bracket
    r"[][(){}]|"
    r"\s(?:[-+*/x×÷·−]|\\(?:times|cdot|div)\b)|[-+*×·−]|\\(?:times|cdot|div)\b|\b(?:divided|times|plus|minus|multiplied)\b"
)
_HYPHEN_MIXED = re.compile(r"(?<![0-9.])([0-9]+)-([0-9]+/[0-9]+)(?![0-9])")
_PERCENT_SIGN = re.compile(r"\\?%")
_BULLET = re.compile(r"[-−–]\s?\Z")
MAX_CUTS = 4


def readings(text: str, side: Side, budget: Budget, *, result: bool) -> list[Rpn]:
    """Every plausible postfix form of ``side``, the textbook one first.

    ``result`` says that the side stands right of the relation, where a running total
    (``5 + 3 = 8 * 2 = 16``) means its first number only.
    """
    found: dict[Rpn, None] = {side.rpn: None}
    fragment = text[side.start : side.end]
    variants = _variants(fragment)
    if _BULLET.search(text[max(0, side.start - 3) : side.start]):
        variants.append("-" + fragment)
    for variant in variants:
        tokens = tokenize(variant, budget)
        for style, needle in _STYLES:
            if needle not in variant:
                continue
            parsed, following, _ = parse(tokens, 0, style)
            budget.spend(following + 1)
            if parsed.rpn and tokens.kinds[following] in "E(n":
                found.setdefault(parsed.rpn)
    if result and (running := _running(fragment, budget)):
        found.setdefault(running)
    return list(found)


def conventional(text: str, side: Side, budget: Budget) -> list[Rpn]:
    """Other postfix forms that are as good as the textbook's.

    ``25 / 1/3`` with an inline fraction written tight, ``8 dozen`` counting dozens.
    """
    tokens = tokenize(text[side.start : side.end], budget)
    found = []
    for style in _CONVENTIONS:
        parsed, following, _ = parse(tokens, 0, style)
        budget.spend(following + 1)
        if parsed.rpn not in ((), side.rpn) and tokens.kinds[following] == "E":
            found.append(parsed.rpn)
    return found


def _variants(fragment: str) -> list[str]:
    """The text itself, what follows a dash or bullet, and hyphenated mixed numbers."""
    cuts = [match.end() for match in _DASH.finditer(fragment)][:MAX_CUTS]
    found = [fragment, *(fragment[cut:] for cut in cuts if cut < len(fragment))]
    if _HYPHEN_MIXED.search(fragment):
        found.append(_HYPHEN_MIXED.sub(r"\1 \2", fragment))
    return found


def _running(fragment: str, budget: Budget) -> Rpn:
    """The part before the first operator outside brackets, or ``()``."""
    depth = 0
    for match in _TOP_OPERATOR.finditer(fragment):
        mark = match.group()
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif not depth and match.start():
            tokens = tokenize(fragment[: match.start()], budget)
            parsed, following, _ = parse(tokens, 0)
            return parsed.rpn if tokens.kinds[following] == "E" else ()
    return ()
