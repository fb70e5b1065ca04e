"""A verifier that does what the problem text says, so that one engine plays any verifier.

The problem (``verifirst_problem`` of a request) is words with blanks between them:
``accept``; ``refute=0.4 salt=3`` refutes that share of step texts, always the same ones,
at a place inside the text; ``sleep=0.02`` is slow; ``hang`` never answers; ``raise``
raises; ``die`` kills its process. ``hang``, ``raise`` and ``die`` may name a share: ``die=0.1``.
"""

import hashlib
import os
import signal
import time

from verifirst.core.claim import Claim
from verifirst.core.facts import FactGraph
from verifirst.core.report import Report
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.verifier import Verifier


def coin(*key):
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=6).digest(), "big") / 2**48


def offending(problem, text):
    """Where a step text is refuted (an offset into it), or None: what every engine and oracle agrees on."""
    orders = orders_of(problem)
    salt = orders.get("salt", "")
    if coin(salt, text) < float(orders.get("refute", 0)):
        return 1 + int(coin(salt, text, "at") * len(text))
    return None


def orders_of(problem):
    return {name: value or "1" for name, _, value in (word.partition("=") for word in problem.split())}


class Judged(Verifier):
    """Refutes by ``offending``; misbehaves where it is told to."""

    def begin(self, problem):
        return FactGraph()

    def check(self, step, problem, facts):
        orders = orders_of(problem)
        misbehave(orders, step.text)
        at = offending(problem, step.text)
        if at is None:
            return Report(step, (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM),))
        return Report(step, (Verdict(Status.REFUTED, Claim(0, len(step.text)), "T001", offending=at),))


def misbehave(orders, text):
    time.sleep(float(orders.get("sleep", 0)))
    for name in ("hang", "raise", "die"):
        if name in orders and coin(name, text) < float(orders[name]):
            {"hang": lambda: time.sleep(3600), "raise": _raise, "die": _die}[name]()


def _raise():
    raise ZeroDivisionError("a rule that raises")


def _die():
    os.kill(os.getpid(), signal.SIGKILL)
