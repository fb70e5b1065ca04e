"""What may be said of a step in one word, with proof and likelihood kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifirst.core.report import Report
from verifirst.core.verdict import Status, Verdict
from verifirst.scoring.calibrated import KIND

MORE_LIKELY_THAN_NOT = 0.5


class Word(StrEnum):
    """``PROVED`` and ``REFUTED`` come from rules alone, ``SUPPORTED`` and ``IMPROBABLE`` from a likelihood alone."""

    PROVED = "proved"
    SUPPORTED = "supported"
    UNKNOWN = "unknown"
    REFUTED = "refuted"
    IMPROBABLE = "improbable"


@dataclass(frozen=True, slots=True)
class Standing:
    """A word, and the probability where the word rests on one or nothing else is known."""

    word: Word
    p: float | None = None

    def __str__(self) -> str:
        return str(self.word) if self.p is None else f"{self.word} (p = {self.p:.2g})"


def standing(report: Report) -> Standing:
    """The word for a step, from its report alone.

    *Refuted* where a rule refuted it. *Improbable* where a likelihood refused it. *Proved* where every
    claim was verified; a likelihood that only annotates neither adds to a proof nor takes from it. Of
    the rest: *improbable* below the threshold, *supported* where the step is more likely right than not.
    """
    if any(verdict.status is Status.REFUTED and not _likelihood(verdict) for verdict in report.verdicts):
        return Standing(Word.REFUTED)
    said = next((verdict for verdict in (*report.verdicts, *report.notes) if _likelihood(verdict)), None)
    if report.status is Status.VERIFIED:
        return Standing(Word.PROVED)
    if said is None or said.evidence is None:
        return Standing(Word.UNKNOWN)
    p = float(said.evidence.data["p"])
    if said.status is Status.REFUTED:
        return Standing(Word.IMPROBABLE, p)
    return Standing(Word.SUPPORTED if p > MORE_LIKELY_THAN_NOT else Word.UNKNOWN, p)


def _likelihood(verdict: Verdict) -> bool:
    return verdict.evidence is not None and verdict.evidence.kind == KIND
