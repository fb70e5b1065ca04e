"""What forks agreed on, for people and as JSON: what was proved stands apart from what is likely."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from verifirst.core.verdict import Status
from verifirst.engines.reconsider import Judged
from verifirst.report.console import printable
from verifirst.report.tally import counted
from verifirst.report.traces import Id, Problem
from verifirst.report.wire import encode_output
from verifirst.scoring.standing import MORE_LIKELY_THAN_NOT

SURE = 0.995  # two digits would show it as 1
PROVED = {Status.VERIFIED: "proved", Status.UNKNOWN: "unknown", Status.REFUTED: "refuted"}


def encode_agreed(problem: Id, judged: Judged) -> dict[str, Any]:
    """The output object of what is released, with ``consistency``; without a text where nothing is."""
    election, output = judged.agreed.election, judged.output
    said = {
        "answer": None if output is None else election.answer,
        "p": _rounded(judged.answer),
        "steps": [_rounded(p) for p in judged.steps],
        "votes": dict(election.votes),
        "forks": len(judged.agreed.forks),
        "redrawn": judged.redrawn,
        "tokens_sampled": judged.agreed.tokens,
        "abstained": output is None,
    }
    record = {"id": problem, "text": ""} if output is None else encode_output(problem, output)
    return record | {"consistency": said}


def agreed_view(problem: Problem, judged: Judged) -> RenderableType:
    """The problem, its steps with what was proved and how likely each is, and how the forks voted."""
    head = Text(printable(problem.problem), "bold")
    return Group(head, _steps(judged), _foot(judged), Text())


def _steps(judged: Judged) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    reports = () if judged.output is None else judged.output.reports
    for at, report in enumerate(reports):
        p = judged.steps[at] if at < len(judged.steps) else None
        table.add_row(Text(PROVED[report.status]), Text(_likely(p), "dim"), Text(printable(report.step.text)))
    return table


def _likely(p: float | None) -> str:
    if p is None:
        return ""
    return f"{'supported' if p > MORE_LIKELY_THAN_NOT else 'unknown'} ({_shown(p)})"


def _shown(p: float) -> str:
    """Never as a certainty."""
    return f"p = {p:.2g}" if p < SURE else f"p > {SURE - 0.005:.2g}"


def _foot(judged: Judged) -> Text:
    election = judged.agreed.election
    votes = election.votes[election.answer]
    forks = counted(election.drawn, "fork")
    if judged.output is None:
        return Text(f"no answer from {forks}: {judged.why}", "yellow")
    likely = "" if judged.answer is None else f", right with {_shown(judged.answer)}"
    return Text(f"{votes} of {forks} answer {election.answer}{likely}; {judged.agreed.tokens:,} tokens", "dim")


def _rounded(p: float | None) -> float | None:
    return None if p is None else round(p, 4)
