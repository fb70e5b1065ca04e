"""Verification-first inference: every reasoning step is checked, refuted steps are rolled back.

The public names below load their modules on first use, so that ``import verifirst`` costs
nothing and needs no optional dependency.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifirst.core.claim import Claim
    from verifirst.core.report import Coverage, Report
    from verifirst.core.rule import Rule
    from verifirst.core.step import Step
    from verifirst.core.verdict import Reason, Status, Verdict
    from verifirst.engines.transformers import LocalEngine
    from verifirst.policy import Policy
    from verifirst.session import Session
    from verifirst.verifier import Verifier

__version__ = "0.1.0"

_HOMES = {
    "Claim": "verifirst.core.claim",
    "Coverage": "verifirst.core.report",
    "LocalEngine": "verifirst.engines.transformers",
    "Policy": "verifirst.policy",
    "Reason": "verifirst.core.verdict",
    "Report": "verifirst.core.report",
    "Rule": "verifirst.core.rule",
    "Session": "verifirst.session",
    "Status": "verifirst.core.verdict",
    "Step": "verifirst.core.step",
    "Verdict": "verifirst.core.verdict",
    "Verifier": "verifirst.verifier",
}

__all__ = [
    "Claim",
    "Coverage",
    "LocalEngine",
    "Policy",
    "Reason",
    "Report",
    "Rule",
    "Session",
    "Status",
    "Step",
    "Verdict",
    "Verifier",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, loaded or not."""
    return sorted({*globals(), *__all__})
