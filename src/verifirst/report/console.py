"""Steps and verdicts for people: struck out where refuted, plain where there is no terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from verifirst.core.report import Coverage, Report
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.report.tally import counted
from verifirst.report.traces import Id
from verifirst.report.wire import trace_status

MAX_SHOWN = 1200  # characters of a step that people get to see
MAX_QUOTED = 72  # characters of a claim quoted beside its verdict
_PIPE_WIDTH = 1_000_000  # a pipe has no width: one line stays one line
_MIN_BODY = 24  # columns left for text however deep it is indented
_CLAIM_STYLES = {Status.VERIFIED: "green", Status.REFUTED: "bold red underline strike", Status.UNKNOWN: "yellow"}

# Control characters but tab and newline, bidirectional overrides, line separators, lone surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign in front of a line: a character, what stands for it in ASCII, and a style."""

    symbol: str
    ascii: str
    style: str

    def text(self, options: ConsoleOptions) -> Text:
        """The sign in the output's own encoding."""
        return Text(self.ascii if options.ascii_only else self.symbol, style=self.style)


MARKS = {
    Status.VERIFIED: Mark("✓", "+", "bold green"),
    Status.REFUTED: Mark("✗", "x", "bold red"),
    Status.UNKNOWN: Mark("·", ".", "dim"),
}
DETAIL = Mark("↳", ">", "dim")


@dataclass(frozen=True, slots=True)
class Line:
    """A sign, a label, and a text that hangs behind them; ``indent`` counts columns in front."""

    mark: Mark
    body: Text
    indent: int = 0
    label: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Wrap the body to the width there is."""
        prefix = Text(" " * self.indent) + self.mark.text(options) + Text(" ") + Text(self.label, "dim")
        room = max(options.max_width - prefix.cell_len, _MIN_BODY)
        for line in self.body.wrap(console, room, overflow="fold") or [Text()]:
            line.rstrip()
            yield prefix + line
            prefix = Text(" " * prefix.cell_len)


def console(file: IO[str] | None = None, *, stderr: bool = False) -> Console:
    """A console that writes colour to a terminal and plain, unwrapped text to anything else."""
    probe = Console(file=file, stderr=stderr)
    width = None if probe.is_terminal else _PIPE_WIDTH
    return Console(file=file, stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False, width=width)


def printable(text: str, *, limit: int = MAX_SHOWN) -> str:
    """``text`` with whatever could drive a terminal spelled out, cut at ``limit`` characters."""
    shown = _spelled(text[:limit])
    return shown if len(text) <= limit else f"{shown}... ({len(text):,} characters)"


def _spelled(text: str) -> str:
    return _UNSAFE.sub(lambda found: ascii(found[0])[1:-1], text)


def step_text(report: Report) -> Text:
    """A step's own text: its claims coloured by verdict, all of it struck out when refuted."""
    text = report.step.text[:MAX_SHOWN]
    shown = Text(_spelled(text), style="red strike" if report.status is Status.REFUTED else "")
    for verdict in report.verdicts:
        if verdict.claim is not None:
            start, end = (len(_spelled(text[:at])) for at in (verdict.claim.start, verdict.claim.end))
            shown.stylize(_CLAIM_STYLES[verdict.status], start, end)
    left_out = printable(report.step.text)[len(shown) :]
    return shown + Text(left_out, "dim not strike") if left_out else shown


def step_line(mark: Mark, index: int, body: Text) -> Line:
    """A step behind its mark and its number."""
    return Line(mark, body, indent=2, label=f"{index:>2} ")


def verdict_text(verdict: Verdict, step: str) -> Text:
    """One verdict: the rule, the claim quoted, why."""
    line = Text()
    if verdict.rule:
        line.append(f"{verdict.rule} ", "cyan")
    if verdict.claim is not None:
        quoted = " ".join(step[verdict.claim.start : verdict.claim.end].split())
        line.append(f"{printable(quoted, limit=MAX_QUOTED)}: ", "bold")
    style = {Status.REFUTED: "red", Status.VERIFIED: "green"}.get(verdict.status, "dim")
    line.append(printable(verdict.message or verdict.status.value), style)
    if verdict.reason:
        line.append(f" ({verdict.reason.value})", "dim")
    return line


def report_lines(report: Report, *, notes: bool = False) -> Iterator[Line]:
    """One step behind its mark, and a line below for each verdict that needs words."""
    yield step_line(MARKS[report.status], report.step.index, step_text(report))
    for verdict in report.verdicts:
        if _needs_words(verdict):
            yield _detail(verdict_text(verdict, report.step.text))
    if report.cause is not None and report.cause != report.step.index:
        yield _detail(Text(f"the cause is step {report.cause}", "dim"))
    for verdict in report.notes if notes else ():
        if verdict.status is not Status.VERIFIED:
            yield _detail(Text("note: ", "dim") + verdict_text(verdict, report.step.text))


def _detail(body: Text) -> Line:
    return Line(DETAIL, body, indent=7)


def _needs_words(verdict: Verdict) -> bool:
    """Refutations, and unknowns that say more than that there is nothing to check."""
    if verdict.status is Status.UNKNOWN:
        return verdict.reason not in (Reason.NO_CLAIM, Reason.NO_RULE)
    return verdict.status is Status.REFUTED


def trace_view(trace_id: Id, reports: Sequence[Report], *, notes: bool = False) -> RenderableType:
    """A whole trace: its id, status and coverage, then its steps."""
    status = trace_status(reports)
    coverage = Coverage.of(reports)
    head = Text()
    if trace_id is not None:
        head.append(f"{printable(str(trace_id), limit=200)} ", "bold")
    head.append(f"{status.value}", MARKS[status].style)
    head.append(f"  {coverage.decided} of {counted(coverage.claims, 'claim')} decided", "dim")
    lines: list[Line] = [Line(MARKS[status], head)]
    for report in reports:
        lines.extend(report_lines(report, notes=notes))
    return Group(*lines)
