"""What the verifier said, added up: counts that merge in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from verifirst.bench.labels.judging import Place

KEPT_SLOWEST = 5
MIN_KIND = 20  # first-error steps of one kind; a share of fewer says little


@dataclass(slots=True)
class RuleTally:
    """Steps that one rule refutes. Every field counts steps."""

    flagged_good: int = 0
    adjudicated: int = 0  # of those: read, and found false as written
    caught: int = 0  # first-error steps, but for those read and found refuted for a wrong reason
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

    ``counts`` is keyed by what is counted (see :mod:`counting`); ``ns`` holds the CPU time of every
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


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of ``tallies``."""
    result = Tally()
    for tally in tallies:
        result += tally
    return result
