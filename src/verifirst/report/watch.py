"""Watch one request decode under verification: events in, a log to look at out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.decoding.events import Event, Finished, Generated, Refuted, RolledBack, Verified
from verifirst.report.console import DETAIL, Line, Mark, printable, report_lines, step_line
from verifirst.report.tally import counted

PENDING = Mark("◌", "?", "dim")
REOPENED = Mark("↺", "<", "yellow")
STOPPED = Mark("■", "#", "bold yellow")


class State(Enum):
    """Where a step of the log stands."""

    PENDING = "generated, not judged yet"
    JUDGED = "the verifier spoke: its report says what"
    REOPENED = "it stood, and a later jump back dropped it"


@dataclass(slots=True)
class Entry:
    """One step as it was written, kept in the log whatever became of it."""

    step: Step
    attempt: int
    state: State = State.PENDING
    report: Report | None = None
    refused: bool = False  # the verifier would not let it stand
    dropped: int = 0  # tokens that its refusal cost

    @property
    def standing(self) -> bool:
        """Whether it is part of the text now."""
        return self.state is not State.REOPENED and not self.refused


class Watch:
    """The log of one request. Mutated by :meth:`on`; print it at any time."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.reason = ""

    def on(self, event: Event) -> None:
        """Take one event of this request in; the caller filters by ``event.request``."""
        match event:
            case Generated(step=step, attempt=attempt):
                self.entries.append(Entry(step, attempt))
            case Verified(report=report):
                self._judge(report, refused=False)
            case Refuted(report=report):
                self._judge(report, refused=True)
            case RolledBack():
                self._roll_back(event)
            case Finished(reason=reason):
                self.reason = reason

    @property
    def refused(self) -> list[Entry]:
        """The steps that were struck out."""
        return [entry for entry in self.entries if entry.refused]

    def _judge(self, report: Report, *, refused: bool) -> None:
        for entry in reversed(self.entries):
            if entry.state is State.PENDING and entry.step.index == report.step.index:
                entry.state, entry.report, entry.refused = State.JUDGED, report, refused
                return

    def _roll_back(self, event: RolledBack) -> None:
        kept = []
        for entry in self.entries:
            if entry.standing and entry.step.index >= event.steps:
                if entry.state is State.PENDING:
                    continue  # it followed a step that fell: nobody judged it
                entry.state = State.REOPENED
            kept.append(entry)
        self.entries = kept
        if self.refused:
            self.refused[-1].dropped += event.dropped

    def __rich__(self) -> RenderableType:
        """The log, one line or more per entry."""
        lines: list[Line] = []
        for entry in self.entries:
            lines.extend(_entry_lines(entry))
        if self.reason in _ENDINGS:
            lines.append(Line(STOPPED, Text(_ENDINGS[self.reason], "yellow"), indent=2))
        return Group(*lines)


def watched(to: Console, run: Callable[[Callable[[Event], None]], object], *, pause: float = 0.0) -> Watch:
    """Call ``run(on_event)`` and show its one request: live on a terminal, else when it is over.

    ``pause``: seconds to wait on a terminal after a step is written or refused, so that a
    person can follow.
    """
    log = Watch()
    if not to.is_terminal:
        run(log.on)
        to.print(log)
        return log
    with Live(log, console=to, auto_refresh=False, vertical_overflow="visible") as live:

        def on(event: Event) -> None:
            log.on(event)
            live.refresh()
            time.sleep(pause if isinstance(event, Generated | Refuted) else 0)

        run(on)
    return log


_ENDINGS = {
    "exhausted": "no acceptable step within the budget: the answer ends here, unverified text is never shown",
    "refuted": "stopped at a refuted step, as the policy asks",
    "length": "the token limit is reached",
}


def _entry_lines(entry: Entry) -> list[Line]:
    if entry.state is State.REOPENED:
        return [step_line(REOPENED, entry.step.index, Text(printable(entry.step.text), "dim strike"))]
    if entry.report is None:
        return [step_line(PENDING, entry.step.index, Text(printable(entry.step.text), "dim"))]
    lines = list(report_lines(entry.report))
    if entry.refused and entry.dropped:
        lines.append(
            Line(DETAIL, Text(f"rolled back {counted(entry.dropped, 'token')}, trying again", "dim"), indent=7)
        )
    return lines
