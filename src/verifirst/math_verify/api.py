"""The calls: ``parse``, ``verify`` and the three-valued ``judge``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from typing import Literal

from verifirst.core.budget import Budget
from verifirst.errors import InputError
from verifirst.math_verify.answers import Answer
from verifirst.math_verify.comparing import Terms, compare_answers
from verifirst.math_verify.configs import (
    ExprExtractionConfig,
    ExtractionTarget,
    LatexExtractionConfig,
    StringExtractionConfig,
)
from verifirst.math_verify.extraction import Candidate, candidates, tail, whole
from verifirst.math_verify.outcome import SAME, Outcome, some, unsure
from verifirst.math_verify.reading import UnreadableError, read

Found = Answer | str
Given = Found | float | Fraction | Decimal

WORK_PER_SECOND = 40_000
"""Units of budget for a second of a caller's time limit: a deadline in work, not on the clock."""

MAX_SECONDS = 60
MAX_PAIRS = 100
_NUMBER = re.compile(r"(\$?)-?[0-9]{1,40}(?:\.[0-9]{1,40})?\1")  # what most gold answers are
_DEFAULT: tuple[ExtractionTarget, ...] = (LatexExtractionConfig(), ExprExtractionConfig())


def parse(
    pred: str,
    extraction_config: Sequence[ExtractionTarget] = _DEFAULT,
    fallback_mode: Literal["no_fallback", "first_match"] = "first_match",
    extraction_mode: Literal["first_match", "any_match"] = "any_match",
    parsing_timeout: float | None = 5,  # noqa: ARG001  # the work is bounded by the length that is read
    raise_on_error: bool = False,
) -> list[Found]:
    """The final answer in ``pred``: what it was read as, then its source text; ``[]`` for none.

    An answer that is found and cannot be read leaves its source text alone, which equals the
    same text only. ``parsing_timeout`` is accepted and not needed. With ``raise_on_error`` a
    ``pred`` that is no text raises InputError.
    """
    if not isinstance(pred, str):
        if raise_on_error:
            raise InputError(f"parse expects a text, got {type(pred).__name__}")
        return []
    if extraction_config is _DEFAULT and _NUMBER.fullmatch(pred):
        number = pred.strip("$")
        return _found(Answer(number, read(number, typeset=False)), fallback_mode)
    first = ""
    for candidate in _candidates(tail(pred), extraction_config):
        if isinstance(candidate, str):
            return [candidate]
        first = first or ("" if not candidate.exact else candidate.source.strip())
        try:
            readings = read(candidate.source, typeset=candidate.typeset)
        except UnreadableError:
            if extraction_mode == "first_match" or candidate.exact:
                break
            continue
        return _found(Answer(candidate.source.strip(), readings), fallback_mode)
    return [first] if first and fallback_mode == "first_match" else []


def _found(answer: Answer, fallback_mode: str) -> list[Found]:
    return [answer, answer.source] if fallback_mode == "first_match" else [answer]


def verify(
    gold: Sequence[Given] | Given,
    target: Sequence[Given] | Given,
    float_rounding: int = 6,
    numeric_precision: int = 15,
    strict: bool = True,
    allow_set_relation_comp: bool = False,
    timeout_seconds: float | None = 5,
    raise_on_error: bool = False,
) -> bool:
    """Whether some answer of ``target`` is proved to be some answer of ``gold``.

    Takes what :func:`parse` returns. ``float_rounding`` is the number of decimals to which a
    number written with a point must agree. Not ``strict``: names do not matter, and points may
    stand for sets. ``timeout_seconds`` scales the budget of work. See :func:`judge`.
    """
    outcome = judge(
        gold, target, float_rounding=float_rounding, numeric_precision=numeric_precision, strict=strict,
        allow_set_relation_comp=allow_set_relation_comp, timeout_seconds=timeout_seconds, raise_on_error=raise_on_error,
    )  # fmt: skip
    return outcome.verified


def judge(
    gold: Sequence[Given] | Given,
    target: Sequence[Given] | Given,
    float_rounding: int = 6,
    numeric_precision: int = 15,  # noqa: ARG001  # values are compared exactly
    strict: bool = True,
    allow_set_relation_comp: bool = False,
    timeout_seconds: float | None = 5,
    raise_on_error: bool = False,
) -> Outcome:
    """VERIFIED, REFUTED or UNKNOWN, with a reason.

    A text that stands alone is parsed; texts in a list are taken as :func:`parse` left them.
    """
    try:
        golds, targets = _given(gold), _given(target)
    except InputError:
        if raise_on_error:
            raise
        return unsure("neither a text, a number nor an answer")
    if not golds or not targets:
        return unsure("no answer was found")
    terms = Terms(float_rounding, strict, allow_set_relation_comp)
    seconds = 5 if timeout_seconds is None or timeout_seconds <= 0 else min(timeout_seconds, MAX_SECONDS)
    budget = Budget(int(seconds * WORK_PER_SECOND))
    return some(_one(a, b, terms, budget) for a, b in islice(_pairs(golds, targets), MAX_PAIRS))


def _pairs(golds: list[Found], targets: list[Found]) -> Iterator[tuple[Found, Found]]:
    """Answers with answers; where one side has none, whatever there is."""
    read = any(isinstance(one, Answer) for one in golds) and any(isinstance(one, Answer) for one in targets)
    for a, b in product(golds, targets):
        if not read or (isinstance(a, Answer) and isinstance(b, Answer)):
            yield a, b


def _one(gold: Found, target: Found, terms: Terms, budget: Budget) -> Outcome:
    if isinstance(gold, Answer) and isinstance(target, Answer):
        return compare_answers(gold, target, terms, budget)
    if isinstance(gold, str) and isinstance(target, str):
        alike = gold.strip() and _spaceless(gold) == _spaceless(target)
        return SAME if alike else unsure("texts that are not read")
    return unsure("one of the answers is not read")


def _spaceless(text: str) -> str:
    return " ".join(text.split())


def _given(value: Sequence[Given] | Given) -> list[Found]:
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, list | tuple):
        return [item if isinstance(item, str) else _answer(item) for item in value]
    return [_answer(value)]  # type: ignore[arg-type]  # told apart there


def _answer(value: Given) -> Answer:
    if isinstance(value, Answer):
        return value
    known = type(value).__module__.partition(".")[0] == "sympy"
    if not known and (isinstance(value, bool) or not isinstance(value, int | float | Fraction | Decimal)):
        raise InputError(f"expected an answer, a text or a number, got {type(value).__name__}")
    source = str(value)
    try:
        return Answer(source, read(source, typeset=False))
    except UnreadableError:
        raise InputError(f"cannot read {source[:40]!r} as an answer") from None


def _candidates(text: str, configs: Sequence[ExtractionTarget]) -> Iterator[Candidate | str]:
    latex = next((config for config in configs if isinstance(config, LatexExtractionConfig)), None)
    plain = next((config for config in configs if isinstance(config, ExprExtractionConfig)), None)
    strings = next((config for config in configs if isinstance(config, StringExtractionConfig)), None)
    if strings and (found := _string(text, strings)):
        yield found
    if latex is None and plain is None:
        return
    free = any(config.try_extract_without_anchor for config in (latex, plain) if config)
    if free:
        yield from whole(text, latex=latex is not None)
    boxes = latex.normalization_config.boxed if latex else "none"
    yield from candidates(
        text,
        latex=latex is not None,
        plain=plain is not None,
        anchored_only=not free,
        boxed=latex.boxed_match_priority if latex and boxes != "none" else -1,
        neighbours=boxes == "all",
    )


def _string(text: str, config: StringExtractionConfig) -> str:
    """The last string that is announced as the answer, else the last that stands alone."""
    announced, alone = _string_patterns(config.strings)
    found = announced.findall(text)
    if not found and config.try_extract_without_anchor:
        found = alone.findall(text)
    if not found:
        return ""
    return str(found[-1].lower() if config.lowercase else found[-1])


@lru_cache(maxsize=16)
def _string_patterns(strings: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    one = "|".join(re.escape(string) for string in sorted(strings, key=len, reverse=True))
    alone = rf"(?<![^\s(*{{\"'])({one})(?=[\s.,:;)*}}\"']|\Z)"
    return re.compile(rf"(?i:answer)[^\n]{{0,50}}?(?:is|:)?[\s(*\"']*{alone}"), re.compile(alone)
