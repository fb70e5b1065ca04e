"""Steps that other forks do not support: refused by a calibrated threshold, and written again from where they begin.

A step can be proved and still be the wrong step. Here a step of the elected derivation whose probability of being right
is below the threshold is refused: another fork of the same answer without such a step is released in its place, or
else the derivation is continued anew behind the last step that stands; where that does not help, nothing is released.
Nor is it where the answer itself is less probable than was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from verifirst.agreement import Ballot, Calibration, answer_score, step_scores
from verifirst.consistency import Answering, Threshold
from verifirst.engines.base import Output, Request
from verifirst.engines.forks import Agreed, Engine, Read, apart
from verifirst.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Judged:
    """A request's forks with what they make probable.

    ``released`` is the place of the fork to release, None where nothing is; then ``why`` says in words why not.
    ``answer`` is the probability that its answer is right, of ``score``; None where nothing is calibrated. ``steps``
    are those of its steps, None also for a step that establishes nothing. ``redrawn`` counts forks that began inside
    another.
    """

    agreed: Agreed
    released: int | None
    score: float
    answer: float | None
    steps: tuple[float | None, ...]
    redrawn: int = 0
    why: str = ""

    @property
    def output(self) -> Output | None:
        """The fork to release, None to abstain."""
        return None if self.released is None else self.agreed.forks[self.released]


class Judge:
    """Reads agreement by a ``calibration``.

    With ``alpha`` it refuses steps, at most so many of an output's right ones; with ``wrong`` it refuses answers, so
    that at most so many of the others are wrong (:meth:`Calibration.threshold`, :meth:`Calibration.answering`). With
    neither it only says how probable all is; without a calibration not even that. Raises ConfigError for a bound
    without a calibration, and for a ``wrong`` that no labelled answers certify.
    """

    def __init__(self, calibration: Calibration | None, alpha: float | None = None, wrong: float | None = None) -> None:
        self._calibration = calibration
        self.threshold: Threshold | None = None
        self.answering: Answering | None = None
        if calibration is None:
            if alpha is not None or wrong is not None:
                raise ConfigError(
                    "refusing on likelihood needs a calibration of this model on labelled problems, found none; "
                    "make one (verifirst bench word-problems --consistency step --calibration FILE)"
                )
            return
        if alpha is not None:
            self.threshold = calibration.threshold(alpha)
        if wrong is not None:
            self.answering = calibration.answering(wrong)
            if self.answering.threshold is None:
                raise ConfigError(
                    f"at most {wrong:g} wrong cannot be promised from {self.answering.n} labelled answers "
                    f"({self.answering.reason}); ask for less, or calibrate on more (--labelled)"
                )

    def steps(self, agreed: Agreed, at: int) -> tuple[float | None, ...]:
        """The probability of each step of fork ``at``."""
        lines = sum(bool(line.strip()) for line in agreed.forks[at].text.splitlines())
        known = self._calibration
        if known is None:
            return (None,) * lines
        scores = step_scores(agreed.voters, agreed.derivations[at], lines)
        return tuple(None if score is None else known.steps(score) for score in scores)

    def refused(self, steps: Sequence[float | None]) -> int | None:
        """The first step that is too improbable."""
        if self.threshold is None:
            return None
        found = (at for at, p in enumerate(steps) if p is not None and self.threshold.refuses(p))
        return next(found, None)

    def judge(self, agreed: Agreed, redrawn: int = 0) -> Judged:
        """The elected fork, or the best supported one of its answer that has no refused step."""
        election = agreed.election
        score = answer_score(election)
        answer = None if self._calibration is None else self._calibration.answers(score)
        ballot = Ballot(agreed.voters)
        same = [
            at
            for at, one in enumerate(agreed.derivations)
            if one.answer == election.answer and not one.program and election.winner is not None
        ]
        for at in sorted(same, key=lambda at: (at != election.winner, -ballot.joint(agreed.derivations[at]))):
            steps = self.steps(agreed, at)
            if self.refused(steps) is None:
                why = self._too_unsure(answer)
                return Judged(agreed, None if why else at, score, answer, () if why else steps, redrawn, why)
        why = (
            "each fork with its answer has a step that is too improbable" if same else "no fork in steps has an answer"
        )
        return Judged(agreed, None, score, answer, (), redrawn, why)

    def _too_unsure(self, answer: float | None) -> str:
        """Why an answer so probable is not given, or "" where it is."""
        if self.answering is None or answer is None or self.answering.answers(answer):
            return ""
        return f"its answer is right with p = {answer:.2g}, and {self.answering.threshold:g} is asked for"


def reconsider(
    engine: Engine, requests: Sequence[Request], agreed: Sequence[Agreed], read: Read, judge: Judge, *, tries: int = 2
) -> list[Judged]:
    """Judge what was elected; where a step is refused, draw up to ``tries`` forks that begin before it.

    Requests share the batch of each try. A fork that began inside another may be released, and has no vote: it is not
    independent. ``agreed`` are those of ``requests``, from :func:`verifirst.engines.forks.agree`.
    """
    judged = [judge.judge(one) for one in agreed]
    for attempt in range(tries):
        again = [at for at, one in enumerate(judged) if one.released is None and _boundary(one, judge) is not None]
        if not again:
            break
        asked = [_inside(requests[at], judged[at], judge, attempt) for at in again]
        for at, (first, steps, _), rest in zip(
            again, asked, engine.generate([fork for *_, fork in asked]), strict=True
        ):
            whole = grafted(first, steps, rest)
            before = judged[at].agreed
            known = (*before.derivations, read(requests[at], whole))
            more = Agreed((*before.forks, whole), known, before.inside + 1)
            judged[at] = judge.judge(more, attempt + 1)
    return judged


def _boundary(judged: Judged, judge: Judge) -> int | None:
    """The elected fork's steps in front of its refused one; None where there is none, or its steps are not told."""
    winner = judged.agreed.election.winner
    if winner is None:
        return None
    refused = judge.refused(judge.steps(judged.agreed, winner))
    fork = judged.agreed.forks[winner]
    return refused if refused is not None and refused < min(len(fork.spans), len(fork.reports)) else None


def _inside(request: Request, judged: Judged, judge: Judge, attempt: int) -> tuple[Output, int, Request]:
    """The elected fork, how many of its steps stand, and the request that goes on behind them."""
    winner, steps = judged.agreed.election.winner, _boundary(judged, judge)
    assert winner is not None, "there is an elected fork"
    assert steps is not None, "one of its steps is refused"
    first = judged.agreed.forks[winner]
    fork = apart(request, len(judged.agreed.forks) + attempt)
    return first, steps, replace(fork, prefix=first.prefix(steps))


def grafted(first: Output, steps: int, rest: Output) -> Output:
    """One output: the first ``steps`` steps of ``first``, and behind them ``rest``, whose request had them as prefix.

    ``rejections`` and ``tally`` are those of ``rest``, at their places in the whole.
    """
    tokens = len(first.prefix(steps)) - first.prefix_tokens
    start = first.reports[0].step.start if first.prefix_tokens else 0
    text = first.text[: first.reports[steps - 1].step.boundary - start] if steps else ""
    return replace(
        rest,
        text=text + rest.text,
        token_ids=first.token_ids[:tokens] + rest.token_ids,
        logprobs=first.logprobs[:tokens] + rest.logprobs,
        constrained_logprobs=first.constrained_logprobs[:tokens] + rest.constrained_logprobs,
        prompt_token_ids=first.prompt_token_ids,
        reports=first.reports[:steps] + rest.reports,
        rejections=tuple(replace(one, boundary=one.boundary + tokens) for one in rest.rejections),
        spans=first.spans[:steps] + tuple((start + tokens, end + tokens) for start, end in rest.spans),
        tail=None if rest.tail is None else replace(rest.tail, boundary=rest.tail.boundary + tokens),
        prefix_tokens=first.prefix_tokens,
    )
