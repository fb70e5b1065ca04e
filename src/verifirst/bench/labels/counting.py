"""The counts of one solution.

``solutions``; ``unlabelled``; ``good``, ``good_decided``, ``good_flagged``, ``good_false``
(flagged, and nobody found it wrong); ``errors``, ``errors_decided``, ``caught`` (the first-error
step is refuted); ``first_before``, ``first_at``, ``first_after``, ``first_never`` (where the
solution's first refuted step stands, for solutions with an error); ``cause_named`` and
``cause_right`` (of ``first_after``); ``spurious``, ``spurious_caught``; ``misread`` (steps at or
past the first error, refuted for a reason that was read and found wrong); ``annotations``,
``annotations_found``, ``annotations_decided``.
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
    if first is Place.LATER:
        tally.counts["cause_named"] += refuted[0].cause is not None
        tally.counts["cause_right"] += refuted[0].cause == solution.first_error
