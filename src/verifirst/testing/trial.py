"""How a law is tried: Hypothesis, reproducible, with one readable counterexample at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

Case = TypeVar("Case")
CASES = 60  # tried per law unless told otherwise


def try_cases(
    cases: st.SearchStrategy[Case],
    law: Callable[[Case], None],
    count: int = CASES,
    *,
    shrink: bool = True,
) -> None:
    """Run ``law`` on ``count`` cases; the AssertionError of the smallest failing one comes through.

    Reproducible (derandomised, no example database). ``shrink`` False keeps the first
    failing case: for laws whose failures are slow.
    """
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def run(case: Case) -> None:
        law(case)

    run()


def same(found: object, expected: object, what: str) -> None:
    """Raise AssertionError with both sides unless they are equal."""
    if found != expected:
        raise AssertionError(f"{what}\n  found:    {_brief(found)}\n  expected: {_brief(expected)}")


def _brief(value: object, limit: int = 1500) -> str:
    shown = ascii(value)
    return shown if len(shown) <= limit else f"{shown[:limit]}..."
