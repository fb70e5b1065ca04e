"""``verifirst check``: text or JSONL of solutions to verdicts per step."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from verifirst.cli.exits import Exit

if TYPE_CHECKING:  # report loads rules and rich; the commands load it when they run
    from verifirst.report.checking import Outcome, Settings
    from verifirst.report.tally import Tally

RATE_FROM = 1000  # steps; a rate over fewer says nothing


class Convention(StrEnum):
    """How a solution is cut into steps."""

    AUTO = "auto"
    NEWLINE = "newline"
    SENTENCE = "sentence"
    NUMBERED = "numbered"
    THINK = "think"


def _print_schema(wanted: bool) -> None:
    if wanted:
        from verifirst.report import wire

        typer.echo(wire.schema(), nl=False)
        raise typer.Exit


def check(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines of traces, a solution in plain text (.txt, .md), or - for standard input; .gz too.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Read each FILE as one solution in plain text.")] = False,
    problem: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The problem that the text solves; implies --text.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each input line (see --schema).")] = False,
    segment: Annotated[
        Convention,
        typer.Option(help="How a `solution` is cut into steps.", metavar="auto|newline|sentence|numbered|think"),
    ] = Convention.AUTO,
    rules: Annotated[str, typer.Option(metavar="CODES", help="Use these rules or families only: AR001,DG.")] = "",
    enforce: Annotated[
        str, typer.Option(metavar="CODES", help="Let these preview rules refute, as stable rules do: DG.")
    ] = "",
    notes: Annotated[bool, typer.Option("--notes", help="Show what preview rules say (not with --json).")] = False,
    only_refuted: Annotated[
        bool, typer.Option("--only-refuted", help="Show only traces with a refuted step (not with --json).")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Judge in this many processes.")] = 1,
    _: Annotated[
        bool,
        typer.Option("--schema", callback=_print_schema, is_eager=True, help="Print the JSON Schema and exit."),
    ] = False,
) -> None:
    """Check the steps of solutions that someone else wrote.

    Input lines are {"id", "problem", "steps": [...]} or {"id", "problem", "solution"}.

    Exit code: 0 nothing is refuted, 1 something is, 2 wrong usage or a malformed line.
    """
    from verifirst.report.checking import Settings
    from verifirst.report.inputs import require

    sources = _sources(files)
    for source in sources:
        require(source)
    settings = Settings(
        rules=_codes(rules),
        enforce=_codes(enforce),
        segment=segment.value,
        as_json=as_json,
        name_source=len(sources) > 1,
    )
    outcomes = _outcomes(settings, sources, text=text or problem is not None, problem=problem or "", jobs=jobs)
    began = time.perf_counter()
    try:
        tally = _print_json(outcomes, live="-" in sources) if as_json else _print(outcomes, notes, only_refuted)
        _print_summary(tally, time.perf_counter() - began, as_json=as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(Exit.BROKEN_PIPE) from None
    raise typer.Exit(_exit_code(tally))


def _sources(files: list[str] | None) -> list[str]:
    if files:
        return files
    if sys.stdin.isatty():
        raise typer.BadParameter("name a file, or - to read standard input", param_hint="FILE")
    return ["-"]


def _codes(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def _outcomes(settings: Settings, sources: Sequence[str], *, text: bool, problem: str, jobs: int) -> Iterator[Outcome]:
    from verifirst.cli.progress import reading
    from verifirst.report.checking import by_form, check_texts
    from verifirst.report.parallel import check_lines

    with reading(sources) as lines:
        for is_text, group in by_form(sources, text=text):
            if is_text:
                yield from check_texts(settings, group, problem)
            else:
                yield from check_lines(settings, lines(group), jobs=jobs)


def _print_json(outcomes: Iterator[Outcome], *, live: bool) -> Tally:
    from verifirst.report.tally import Tally

    tally = Tally()
    for outcome in outcomes:
        tally += outcome.tally
        sys.stdout.write(outcome.line + "\n")
        if live:
            sys.stdout.flush()
    sys.stdout.flush()
    return tally


def _print(outcomes: Iterator[Outcome], notes: bool, only_refuted: bool) -> Tally:
    from verifirst.report.console import console, trace_view
    from verifirst.report.tally import Tally

    tally = Tally()
    to = console()
    for outcome in outcomes:
        tally += outcome.tally
        if outcome.malformed is not None:
            sys.stderr.write(f"verifirst: {outcome.malformed.error}\n")
        elif outcome.trace is not None and (outcome.tally.refuted or not only_refuted):
            to.print(trace_view(outcome.trace.id, outcome.reports, notes=notes))
            to.print()
    return tally


def _print_summary(tally: Tally, seconds: float, *, as_json: bool) -> None:
    summary = tally.summary(seconds if tally.steps >= RATE_FROM else None)
    (sys.stderr if as_json else sys.stdout).write(summary + "\n")


def _exit_code(tally: Tally) -> Exit:
    if tally.malformed:
        return Exit.USAGE
    return Exit.REFUTED if tally.refuted else Exit.OK
