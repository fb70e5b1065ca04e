"""What the verifier said, added up: counts that merge in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.judging import Judged, Place, Solution

KEPT_SLOWEST = 5
ANNOTATIONS = ("annotations", "annotations_found", "annotations_decided")
MIN_KIND = 20  # first-error steps of one kind; a share of fewer says little


@dataclass(slots=True)
class RuleTally:
    """Steps that one rule refutes. Every field counts steps."""

    flagged_good: int = 0
    adjudicated: int = 0  # of those: read, and found false as written
    caught: int = 0  # first-error steps
    caught_spurious: int = 0  # of those: in solutions with the right answer

    def __iadd__(self, other: Self) -> Self:
        self.flagged_good += other.flagged_good
        self.adjudicated += other.adjudicated
        self.caught += other.caught
        self.caught_spurious += other.caught_spurious
        return self

    @property
    def false(self) -> int:
        """Good steps that it refutes and that nobody found wrong."""
        return self.flagged_good - self.adjudicated


@dataclass(slots=True)
class Tally:
    """Counts over any number of solutions. Adding is commutative and associative.

    ``counts`` is keyed by what is counted (see :func:`of`); ``ns`` holds the CPU time of every
    good and first-error step; ``reasons`` counts UNKNOWN verdicts by (place, reason).
    ``kinds`` counts (first-error steps, caught) by the labeller's word for the error.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rules: dict[str, RuleTally] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: Counter[tuple[str, bool]] = field(default_factory=Counter)
    ns: list[int] = field(default_factory=list)
    slowest: list[tuple[int, str, str, int]] = field(default_factory=list)  # ns, set, id, step

    def __iadd__(self, other: Self) -> Self:
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)
        self.kinds.update(other.kinds)
        self.ns += other.ns
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:KEPT_SLOWEST]
        for code, tally in other.rules.items():
            self.rules.setdefault(code, RuleTally()).__iadd__(tally)
        return self

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def share(self, part: str, whole: str) -> float | None:
        """One count over another, None when there is nothing to divide by."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None

    def quantile(self, share: float) -> int | None:
        """CPU time in nanoseconds that this share of steps stays within."""
        ordered = sorted(self.ns)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

    @property
    def mean_ns(self) -> int | None:
        """Mean CPU time of a step in nanoseconds."""
        return sum(self.ns) // len(self.ns) if self.ns else None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: counts, rules, reasons, kinds of error, and times in microseconds."""
        times = {"p50": self.quantile(0.5), "p99": self.quantile(0.99), "mean": self.mean_ns, "max": self.quantile(1)}
        return {
            "counts": dict(sorted(self.counts.items())),
            "rules": {code: _rule_dict(tally) for code, tally in sorted(self.rules.items())},
            "reasons": {
                place: {reason: n for (where, reason), n in self.reasons.most_common() if where == place}
                for place in (Place.GOOD.value, Place.ERROR.value)
            },
            "error_kinds": {kind: {"errors": n, "caught": self.kinds[kind, True]} for kind, n in self.by_kind()},
            "us_per_step": {name: None if ns is None else round(ns / 1000, 1) for name, ns in times.items()},
        }

    def by_kind(self) -> list[tuple[str, int]]:
        """First-error steps by the labeller's word for the error, where there are enough; most first."""
        sizes = Counter[str]()
        for (kind, _), count in self.kinds.items():
            sizes[kind] += count
        large = [(kind, n) for kind, n in sizes.items() if kind and n >= MIN_KIND]
        return sorted(large, key=lambda pair: (-pair[1], pair[0]))


def _rule_dict(tally: RuleTally) -> dict[str, int]:
    return {
        "flagged_good": tally.flagged_good,
        "adjudicated": tally.adjudicated,
        "false": tally.false,
        "caught": tally.caught,
        "caught_spurious": tally.caught_spurious,
    }


def of(solution: Solution, adjudications: Adjudications) -> Tally:
    """The counts of one solution.

    ``solutions``, ``good``, ``good_decided``, ``good_flagged``, ``good_false`` (flagged and not
    adjudicated), ``errors``, ``errors_decided``, ``caught`` (the first-error step is refuted),
    ``first_before`` / ``first_at`` / ``first_after`` / ``first_never`` (where the solution's first
    refuted step stands, for solutions with an error), ``cause_named`` and ``cause_right`` (of
    ``first_after``), ``spurious`` and ``spurious_caught``, ``annotations``,
    ``annotations_found`` and ``annotations_decided``, ``unlabelled``.
    """
    tally = Tally()
    tally.counts.update(dict(zip(ANNOTATIONS, solution.annotations, strict=True)))
    if solution.first_error is None:
        tally.counts["unlabelled"] += 1
        return tally
    tally.counts["solutions"] += 1
    for step in solution.steps:
        if step.place is not Place.LATER:
            _count_step(tally, solution, step, adjudications)
    if any(step.place is Place.ERROR for step in solution.steps):  # a label on an empty step is none
        _count_error(tally, solution)
    return tally


def _count_step(tally: Tally, solution: Solution, step: Judged, adjudications: Adjudications) -> None:
    good = step.place is Place.GOOD
    kind = "good" if good else "errors"
    tally.counts[kind] += 1
    tally.counts[f"{kind}_decided"] += step.decided
    tally.reasons.update((step.place.value, reason) for reason in step.reasons)
    tally.ns.append(step.ns)
    tally.slowest = [(step.ns, solution.set, solution.id, step.index), *tally.slowest]
    excused = {code: is_excused(adjudications, solution, step, code) for code in flagging(step)}
    for code, fine in excused.items():
        rule = tally.rules.setdefault(code, RuleTally())
        rule += RuleTally(good, good and fine, not good, not good and solution.spurious)
    if good and step.refuted:
        tally.counts["good_flagged"] += 1
        tally.counts["good_false"] += not all(excused[r.rule] for r in step.refutations if r.enforced)


def flagging(step: Judged) -> set[str]:
    """The codes of the rules that refute a claim of ``step``."""
    return {refutation.rule for refutation in step.refutations}


def is_excused(adjudications: Adjudications, solution: Solution, step: Judged, code: str) -> bool:
    """Whether a flag of the rule ``code`` on ``step`` was read and found right."""
    entry = adjudications.of(solution.set, solution.id, step.index, code)
    return entry is not None and entry.excuses


def _count_error(tally: Tally, solution: Solution) -> None:
    refuted = [step for step in solution.steps if step.refuted]
    first = refuted[0].place if refuted else None
    caught = any(step.place is Place.ERROR for step in refuted)
    where = {Place.GOOD: "first_before", Place.ERROR: "first_at", Place.LATER: "first_after", None: "first_never"}
    tally.counts[where[first]] += 1
    tally.counts["caught"] += caught
    tally.counts["spurious"] += solution.spurious
    tally.counts["spurious_caught"] += solution.spurious and caught
    tally.kinds[solution.error_kind, caught] += 1
    if first is Place.LATER:
        tally.counts["cause_named"] += refuted[0].cause is not None
        tally.counts["cause_right"] += refuted[0].cause == solution.first_error


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of ``tallies``."""
    result = Tally()
    for tally in tallies:
        result += tally
    return result
