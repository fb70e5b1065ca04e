"""A verdict: one rule's judgement of one claim, with the evidence that replays it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from verifirst.core.claim import Claim


class Status(StrEnum):
    """The three-valued outcome. UNKNOWN is never false, and never true."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a verdict is UNKNOWN."""

    NO_CLAIM = "NO_CLAIM"  # the step holds nothing that we can check
    NO_RULE = "NO_RULE"  # a claim was found, but no active rule judges its kind
    AMBIGUOUS = "AMBIGUOUS"  # readings of the text disagree
    UNSUPPORTED = "UNSUPPORTED"  # parsed, but outside what the rule decides
    ROUNDING = "ROUNDING"  # off by what unstated rounding could explain
    TOO_LARGE = "TOO_LARGE"  # beyond the stated width of exact arithmetic
    BUDGET = "BUDGET"  # the deterministic work budget is spent
    TIMEOUT = "TIMEOUT"  # a worker was killed by its wall-clock guard
    RULE_ERROR = "RULE_ERROR"  # the rule raised: a bug, never a refutation
    UNAVAILABLE = "UNAVAILABLE"  # an optional solver is not installed
    WORKER_LOST = "WORKER_LOST"  # the verifier process died
    OVERLOADED = "OVERLOADED"  # the verifier was overloaded: this step was shed


@dataclass(frozen=True, slots=True)
class Evidence:
    """The replayable ground of a verdict.

    ``data`` is JSON-ready (strings, ints, lists, dicts) and complete: ``verifirst.replay``
    re-derives the status from it without the rule and without the model.
    """

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule on one claim.

    ``offending`` is the character offset, in the step's own text, of the end of the first
    token of text that makes the claim false (a decoder bans up to there). ``cause`` is the
    index of an earlier step to blame, when the dependency graph knows one.
    ``rule`` is empty when no rule spoke (NO_CLAIM, NO_RULE, TIMEOUT, WORKER_LOST, OVERLOADED).
    """

    status: Status
    claim: Claim | None
    rule: str = ""
    reason: Reason | None = None
    message: str = ""
    evidence: Evidence | None = None
    offending: int | None = None
    cause: int | None = None

    def __post_init__(self) -> None:
        if (self.status is Status.UNKNOWN) != (self.reason is not None):
            raise ValueError("an UNKNOWN verdict has a reason, a decided one has none")
