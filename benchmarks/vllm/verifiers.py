"""Verifiers for the benchmark, importable by name in engine and workers.

``Choosing`` lets one engine play both arms of a comparison: a request whose problem is
``accept`` has every step accepted unread, ``refute=0.3 salt=1 sleep=0.01`` refutes that share
of step texts (always the same ones) after a pause, and any other problem gets the rules.
"""

from __future__ import annotations

import hashlib
import time

from verifirst.core.claim import Claim
from verifirst.core.facts import FactGraph
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.verifier import Verifier

ACCEPT = "accept"
_ACCEPTED = (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM),)


class Choosing(Verifier):
    """The built-in rules, unless the problem says otherwise."""

    def begin(self, problem: str) -> FactGraph:
        """No facts, where the problem is an order."""
        return FactGraph() if _is_order(problem) else super().begin(problem)

    def check(self, step: Step, problem: str, facts: FactGraph) -> Report:
        """Obey the problem."""
        if problem == ACCEPT:
            return Report(step, _ACCEPTED)
        if _is_order(problem):
            return _judge(step, dict(word.split("=") for word in problem.split()))
        return super().check(step, problem, facts)


def _is_order(problem: str) -> bool:
    return problem == ACCEPT or problem.startswith("refute=")


def _judge(step: Step, orders: dict[str, str]) -> Report:
    time.sleep(float(orders.get("sleep", 0)))
    if _coin(orders.get("salt", ""), step.text) >= float(orders["refute"]):
        return Report(step, _ACCEPTED)
    claim = Claim(0, len(step.text))
    return Report(step, (Verdict(Status.REFUTED, claim, "T001", offending=len(step.text)),))


def _coin(*key: str) -> float:
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=6).digest(), "big") / 2**48
