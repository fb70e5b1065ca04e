"""Verifier streams whose verdicts a test decides."""

import hashlib
from collections import Counter

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.verdict import Reason, Status, Verdict


class PlannedStream:
    """Judges by ``plan(step, times this step index was judged in this trace) -> offending offset or None``."""

    def __init__(self, plan, delay=0):
        self.plan, self.delay = plan, delay
        self.seen, self.ready, self.clock = {}, [], 0
        self.failures, self.restarts = Counter(), 0

    @property
    def queue_depth(self):
        return len(self.ready)

    def submit(self, trace_id, problem, before, step, ticket):
        key = (trace_id, step.index)
        self.seen[key] = self.seen.get(key, 0) + 1
        offending = self.plan(step, self.seen[key])
        if offending is None:
            verdict = Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM)
        else:
            verdict = Verdict(Status.REFUTED, Claim(0, len(step.text)), "T001", offending=offending)
        self.ready.append((self.clock + self.delay, trace_id, ticket, Report(step, (verdict,))))

    def flush(self):
        pass

    def drain(self):
        self.clock += 1
        due = [entry for entry in self.ready if entry[0] < self.clock]
        self.ready = [entry for entry in self.ready if entry[0] >= self.clock]
        return [(trace_id, ticket, report) for _, trace_id, ticket, report in due]

    def wait(self, timeout_s):
        self.clock += 1

    def forget(self, trace_id):
        pass

    def close(self):
        pass


def coin(*key):
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=6).digest(), "big") / 2**48


def random_refuser(salt, rate):
    """Refutes a share ``rate`` of step texts, always the same ones for one ``salt``."""

    def plan(step, _times):
        return 1 + int(coin(salt, step.text, "at") * len(step.text)) if coin(salt, step.text) < rate else None

    return plan


def accept_all(_step, _times):
    return None
