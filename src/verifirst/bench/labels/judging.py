"""Judge one labelled solution: every step, also past the first error."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from verifirst.bench.labels.annotations import found_in
from verifirst.bench.labels.data import Labelled
from verifirst.claims.causes import is_new
from verifirst.core.report import Report
from verifirst.core.rule import Rule
from verifirst.core.step import Step
from verifirst.core.verdict import Status, Verdict
from verifirst.errors import ConfigError
from verifirst.rules import default_rules
from verifirst.rules.registry import installed_packs, load_pack
from verifirst.verifier import Ledger, Verifier


@dataclass(frozen=True, slots=True)
class Settings:
    """Which rules judge; a plain value, so that it travels to worker processes.

    ``packs`` names installed packs or importable packages (none: the built-in packs),
    ``rules`` keeps these codes or families only, ``enforce`` lets preview rules decide.
    """

    packs: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    enforce: tuple[str, ...] = ()

    def chosen(self) -> tuple[Rule, ...]:
        """The rules; raises :class:`ConfigError` where a name fits none."""
        installed = installed_packs()
        known = [rule for pack in self.packs for rule in load_pack(installed.get(pack, pack))]
        known = known or list(default_rules())
        codes = sorted({rule.code for rule in known})
        if missing := [name for name in self.rules if not any(code.startswith(name) for code in codes)]:
            raise ConfigError(f"--rules names no rule: {', '.join(missing)}; rules: {', '.join(codes)}")
        return tuple(rule for rule in known if not self.rules or rule.code.startswith(self.rules))

    def verifier(self) -> Verifier:
        """The verifier that these settings describe; raises :class:`ConfigError`."""
        return Verifier(self.chosen(), enforce=self.enforce)


class Place(StrEnum):
    """Where a step stands: before any error, the first error itself, or past it."""

    GOOD = "good"
    ERROR = "error"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Refutation:
    """One rule's refutation of one claim; ``start`` and ``end`` are the claim's place in the step."""

    rule: str
    enforced: bool
    start: int
    end: int
    message: str

    @classmethod
    def of(cls, verdict: Verdict, *, enforced: bool) -> Refutation:
        """What is kept of a refuting verdict."""
        claim = verdict.claim
        start, end = (claim.start, claim.end) if claim is not None else (0, 0)
        return cls(verdict.rule, enforced, start, end, verdict.message)


@dataclass(frozen=True, slots=True)
class Judged:
    """One step as the verifier left it. ``ns`` is thread CPU time. ``reasons``: of each UNKNOWN verdict.

    ``alone`` says of the first refuted step that what is false in it was said by nobody before.
    """

    index: int
    place: Place
    status: Status
    decided: bool
    ns: int
    refutations: tuple[Refutation, ...]
    reasons: tuple[str, ...]
    cause: int | None
    alone: bool = False

    @property
    def refuted(self) -> bool:
        """Whether a rule that may roll back refutes the step."""
        return self.status is Status.REFUTED


@dataclass(frozen=True, slots=True)
class Solution:
    """One solution after judging; ``steps`` is empty where it has no label.

    ``annotations`` is how many annotated equations it carries, for how many of them a claim
    was read, and for how many a claim that is decided.
    """

    set: str
    id: str
    error_kind: str
    first_error: int | None
    spurious: bool
    steps: tuple[Judged, ...]
    annotations: tuple[int, int, int]


def judge(verifier: Verifier, labelled: Labelled) -> Solution:
    """What ``verifier`` says of each step that holds any text."""
    steps = tuple(_judged(verifier, labelled)) if labelled.first_error is not None else ()
    return Solution(
        labelled.set,
        labelled.id,
        labelled.error_kind,
        labelled.first_error,
        labelled.spurious,
        steps,
        found_in(verifier, labelled.problem, labelled.solution),
    )


def reports(verifier: Verifier, labelled: Labelled) -> Iterator[tuple[int, Report, int]]:
    """Each step's index, its report, and the CPU time that it took, in nanoseconds.

    Empty steps are left out: the verifier numbers those that it sees, so a report's own
    indices are positions among them.
    """
    ledger = Ledger.open(verifier, labelled.problem)
    for position, index in enumerate(full(labelled)):
        text = labelled.text(index)
        step = Step(position, 0, len(text), len(text), text)
        began = time.thread_time_ns()
        report = ledger.push(step)
        yield index, report, time.thread_time_ns() - began


def full(labelled: Labelled) -> list[int]:
    """The indices of the steps that hold any text."""
    return [index for index in range(len(labelled.steps)) if labelled.text(index)]


def _judged(verifier: Verifier, labelled: Labelled) -> Iterator[Judged]:
    indices = full(labelled)
    earlier: list[Report] = []
    for index, report, ns in reports(verifier, labelled):
        verdicts = report.verdicts
        refutations = [Refutation.of(v, enforced=True) for v in verdicts if v.status is Status.REFUTED]
        refutations += [Refutation.of(v, enforced=False) for v in report.notes if v.status is Status.REFUTED]
        yield Judged(
            index,
            place(labelled, index),
            report.status,
            any(verdict.status is not Status.UNKNOWN for verdict in verdicts),
            ns,
            tuple(refutations),
            tuple(verdict.reason.value for verdict in verdicts if verdict.reason is not None),
            None if report.cause is None else indices[report.cause],
            alone=_alone(verifier, labelled.problem, earlier, report),
        )
        earlier.append(report)


def _alone(verifier: Verifier, problem: str, earlier: Sequence[Report], report: Report) -> bool:
    """Whether ``report`` is the first to refute, and the number that its equation ends in is its own."""
    if report.refutation is None or any(before.refutation is not None for before in earlier):
        return False
    facts = verifier.begin(problem)
    for fact in (fact for before in earlier for fact in before.facts):
        facts.add(fact)
    return is_new(report.refutation, problem, earlier, facts)


def place(labelled: Labelled, index: int) -> Place:
    """Where step ``index`` stands in a solution that has a label."""
    first = labelled.first_error
    if first is None or first < 0 or index < first:
        return Place.GOOD
    return Place.ERROR if index == first else Place.LATER
