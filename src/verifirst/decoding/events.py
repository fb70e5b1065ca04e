"""What happens to a request, for anyone who wants to watch.

``request`` is the caller's request index. Only :class:`Committed` and :class:`Finished`
carry released text; the text of the other events is unverified and must not be shown as
the model's output.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifirst.core.report import Report
from verifirst.core.step import Step


@dataclass(frozen=True, slots=True)
class Generated:
    """A step closed and was handed to the verifier; ``attempt`` counts tries at its boundary from 1."""

    request: int
    step: Step
    attempt: int


@dataclass(frozen=True, slots=True)
class Verified:
    """The verifier let a step stand: its status is VERIFIED, or UNKNOWN where the policy passes it."""

    request: int
    report: Report


@dataclass(frozen=True, slots=True)
class Refuted:
    """The verifier refused a step."""

    request: int
    report: Report


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The request was cut to ``steps`` steps and ``tokens`` output tokens; ``dropped`` tokens are lost."""

    request: int
    steps: int
    tokens: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Committed:
    """Verified text was released: the output grew by ``text``."""

    request: int
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The request is over; ``text`` is its whole released output."""

    request: int
    text: str
    reason: str


Event = Generated | Verified | Refuted | RolledBack | Committed | Finished
