"""The counts of one solution.

``solutions``; ``unlabelled``; ``good``, ``good_decided``, ``good_flagged``, ``good_false``
(flagged, and nobody found it wrong); ``errors``, ``errors_decided``, ``caught`` (the first-error
step is refuted); ``first_before``, ``first_at``, ``first_after``, ``first_never`` (where the
solution's first refuted step stands, for solutions with an error); ``after_alone`` (of
``first_after``: what is false in the step was said by nobody before, so that no cause is to be
named); ``cause_named``, ``cause_right`` and ``cause_past`` (of ``first_after``: a cause is named,
it is the labelled step, it lies before the labelled step); ``cause_moved`` (of the others: a cause
is named, so that the trace is cut before its first error); ``spurious``, ``spurious_caught``;
``misread`` (steps at or past the first error, refuted for a reason that was read and found wrong);
``annotations``, ``annotations_found``, ``annotations_decided``.
"""

from __future__ import annotations

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.judging import Judged, Place, Solution
from verifirst.bench.labels.tally import RuleTally, Tally

ANNOTATIONS = ("annotations", "annotations_found", "annotations_decided")
_FIRST = {Place.GOOD: "first_before", Place.ERROR: "first_at", Place.LATER: "first_after", None: "first_never"}


def count(solution: Solution, adjudications: Adjudications) -> Tally:
    """What the verifier said of ``solution``, held against its label and what was read of its flags."""
    tally = Tally()
    tally.counts.update(dict(zip(ANNOTATIONS, solution.annotations, strict=True)))
    if solution.first_error is None:
        tally.counts["unlabelled"] += 1
        return tally
    tally.counts["solutions"] += 1
    for step in solution.steps:
        right = {code: _right(adjudications, solution, step, code) for code in flagging(step)}
        if step.place is not Place.LATER:
            _count_step(tally, solution, step, right)
        if step.place is Place.GOOD:
            tally.counts["good_flagged"] += step.refuted
            tally.counts["good_false"] += _wrongly(step, right)
        else:
            tally.counts["misread"] += _wrongly(step, right)
        if step.place is Place.ERROR:  # a label on an empty step has none
            caught = any(right[refutation.rule] for refutation in step.refutations if refutation.enforced)
            _count_error(tally, solution, caught)
    return tally


def flagging(step: Judged) -> set[str]:
    """The codes of the rules that refute a claim of ``step``."""
    return {refutation.rule for refutation in step.refutations}


def _right(adjudications: Adjudications, solution: Solution, step: Judged, code: str) -> bool:
    """Whether a flag counts as right: on a good step when it was read and found so, elsewhere unless found wrong."""
    entry = adjudications.of(solution.set, solution.id, step.index, code)
    return entry.excuses if entry is not None else step.place is not Place.GOOD


def _wrongly(step: Judged, right: dict[str, bool]) -> bool:
    """Whether a rule that may roll back refutes the step and is not right."""
    return any(not right[refutation.rule] for refutation in step.refutations if refutation.enforced)


def _count_step(tally: Tally, solution: Solution, step: Judged, right: dict[str, bool]) -> None:
    good = step.place is Place.GOOD
    kind = "good" if good else "errors"
    tally.counts[kind] += 1
    tally.counts[f"{kind}_decided"] += step.decided
    tally.reasons.update((step.place.value, reason) for reason in step.reasons)
    tally.ns.append(step.ns)
    tally.slowest = [(step.ns, solution.set, solution.id, step.index), *tally.slowest]
    for code, fine in right.items():
        rule = tally.rules.setdefault(code, RuleTally())
        caught = fine and not good
        rule += RuleTally(good, good and fine, caught, caught and solution.spurious)


def _count_error(tally: Tally, solution: Solution, caught: bool) -> None:
    refuted = [step for step in solution.steps if step.refuted]
    first = refuted[0].place if refuted else None
    tally.counts[_FIRST[first]] += 1
    tally.counts["caught"] += caught
    tally.counts["spurious"] += solution.spurious
    tally.counts["spurious_caught"] += solution.spurious and caught
    tally.kinds[solution.error_kind, caught] += 1
    if refuted:
        _count_cause(tally, solution, refuted[0])


def _count_cause(tally: Tally, solution: Solution, step: Judged) -> None:
    cause, marked = step.cause, solution.first_error
    assert marked is not None, "solutions without a label are not counted"
    if step.place is Place.LATER:
        tally.counts["after_alone"] += step.alone
        tally.counts["cause_named"] += cause is not None
        tally.counts["cause_right"] += cause == marked
        tally.counts["cause_past"] += cause is not None and cause < marked
    else:
        tally.counts["cause_moved"] += cause is not None
