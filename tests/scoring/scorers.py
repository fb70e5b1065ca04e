"""Small deterministic scorers: what a step gets follows from the text up to it, as the contract asks."""

import hashlib
from dataclasses import dataclass

from verifirst.consistency import Isotonic, refusal_threshold
from verifirst.scoring import Calibrated


@dataclass(frozen=True)
class Hashed:
    """A number in [0, 1) from a hash of the problem and the steps up to the one that is scored."""

    name: str = "hashed"
    digest: str = "sha256:0"

    def score(self, traces):
        return [
            [number(trace.problem, trace.steps[: at + 1]) for at in range(trace.since, len(trace.steps))]
            for trace in traces
        ]


def number(problem, steps):
    text = repr((problem, steps)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big") / 2**48


@dataclass(frozen=True)
class Answers:
    """Gives what it was made with, whatever it is asked."""

    answers: object
    name: str = "answers"
    digest: str = ""

    def score(self, traces):
        if isinstance(self.answers, BaseException):
            raise self.answers
        return self.answers


SCORES = [at / 400 for at in range(400)]
LABELS = [at % 10 < at // 40 for at in range(400)]  # right about as often as the score says


def hashed(alpha=0.1):
    """A calibrated scorer that refuses about ``alpha`` of the right ones; made here and in workers."""
    probability = Isotonic.fit(SCORES, LABELS)
    threshold = refusal_threshold([probability(score) for score in SCORES], LABELS, alpha, among="correct")
    return Calibrated(Hashed(), probability, threshold, bounds="of right steps")
