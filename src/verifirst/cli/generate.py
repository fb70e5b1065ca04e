"""``verifirst generate``: a model's answer, each step checked before it is released."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verifirst.cli import agreeing, deliberating, loading, malformed
from verifirst.cli.exits import Exit
from verifirst.cli.sampling import Sampling

if TYPE_CHECKING:
    from verifirst.decoding import Event
    from verifirst.engines.base import Output
    from verifirst.engines.transformers import LocalEngine
    from verifirst.report.traces import Problem

GROUP = 512  # problems held in memory at a time


def generate(
    prompt: Annotated[
        str | None, typer.Argument(metavar="PROMPT", help="The problem to solve.", show_default=False)
    ] = None,
    problems: Annotated[
        str | None,
        typer.Option(metavar="FILE", help='JSON Lines of {"id", "problem"} (.gz too), or - for standard input.'),
    ] = None,
    enforce: Annotated[
        bool,
        typer.Option(
            "--enforce-reasoning/--no-enforce-reasoning", help="Check each step, roll refuted ones back; or only write."
        ),
    ] = True,
    rules: Annotated[
        str, typer.Option("--enforce", metavar="CODES", help="Let these preview rules refute, as stable rules do: DG.")
    ] = "",
    model: Annotated[
        str, typer.Option(metavar="NAME", help="A shipped model, a directory, or a hub name.")
    ] = loading.DEFAULT_MODEL,
    temperature: Annotated[
        float | None,
        typer.Option(min=0.0, metavar="T", help="Sampling temperature; 0 is greedy, and the default without forks."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Seed of sampling; none draws a new one.", show_default=False)
    ] = None,
    max_new_tokens: Annotated[int, typer.Option(min=1, metavar="N", help="Released tokens at most.")] = 256,
    batch_size: Annotated[int, typer.Option(min=1, metavar="N", help="Requests decoded together.")] = 32,
    consistency: agreeing.Option = agreeing.Consistency.OFF,
    forks: agreeing.Forks = agreeing.FORKS,
    refused: agreeing.Refused = agreeing.REFUSED,
    wrong: agreeing.Wrong = None,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What labelled problems say of forks; a model may bring its own."),
    ] = None,
    key: agreeing.Key = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each problem.")] = False,
) -> None:
    """Solve a problem, or a file of problems, under verification.

    On a terminal one PROMPT is shown live: refuted steps are struck out with the reason.
    Piped, only released text is written.
    """
    if (prompt is None) == (problems is None):
        raise typer.BadParameter("give either a PROMPT or --problems FILE", param_hint="PROMPT")
    enforced = tuple(name.strip() for name in rules.split(",") if name.strip())
    if consistency is not agreeing.Consistency.OFF:
        asked = agreeing.Deliberation(consistency, refused, wrong, forks, calibration, key)
        sampling = Sampling(1.0 if temperature is None else temperature, seed, max_new_tokens, enforce)
        run = deliberating.Run(asked, sampling, model, enforced, batch_size, as_json)
        raise typer.Exit(run.solve_all(problems or "-") if prompt is None else run.solve(prompt))
    if wrong is not None:
        raise typer.BadParameter("needs forks: give --consistency answer or step", param_hint="--max-wrong")
    sampling = Sampling(temperature or 0.0, seed, max_new_tokens, enforce)
    with loading.local_engine(model, enforce=enforced, batch_size=batch_size) as engine:
        if prompt is not None:
            _solve(engine, prompt, sampling, as_json=as_json)
        else:
            raise typer.Exit(_solve_all(engine, problems or "-", sampling, as_json=as_json))


def _solve(engine: LocalEngine, problem: str, sampling: Sampling, *, as_json: bool) -> None:
    from verifirst.report import wire
    from verifirst.report.console import console
    from verifirst.report.watch import watched

    to = console()
    request = sampling.request(problem)
    if as_json:
        typer.echo(wire.dump(wire.encode_output(None, engine.generate([request])[0])))
    elif to.is_terminal and sampling.enforce:
        watched(to, lambda on: engine.generate([request], on))
    else:
        output = engine.generate([request], _write_released)[0]
        typer.echo("" if output.text.endswith("\n") else "\n", nl=False)
        _tell_unfinished(output)


def _write_released(event: Event) -> None:
    from verifirst.decoding import Committed

    if isinstance(event, Committed):
        typer.echo(event.text, nl=False)


def _tell_unfinished(output: Output) -> None:
    if output.finish_reason.value != "stop":
        typer.echo(f"verifirst: ended early: {output.finish_reason.value}", err=True)


def _solve_all(engine: LocalEngine, source: str, sampling: Sampling, *, as_json: bool) -> Exit:
    from verifirst.report.inputs import lines, require
    from verifirst.report.traces import Malformed, parse_problem

    require(source)
    code = Exit.OK
    place = 0
    found_all = map(parse_problem, lines(source))
    while group := list(islice(found_all, GROUP)):
        wanted = [found for found in group if not isinstance(found, Malformed)]
        requests = [sampling.request(found.problem, place + at) for at, found in enumerate(wanted)]
        outputs = iter(engine.generate(requests) if requests else ())
        place += len(wanted)
        for found in group:
            if isinstance(found, Malformed):
                code = Exit.USAGE
                malformed.tell(found, as_json=as_json)
            else:
                _print_output(found, next(outputs), as_json=as_json)
    return code


def _print_output(problem: Problem, output: Output, *, as_json: bool) -> None:
    from verifirst.report import wire
    from verifirst.report.console import console, printable, trace_view

    if as_json:
        typer.echo(wire.dump(wire.encode_output(problem.id, output)))
        return
    to = console()
    to.print(printable(problem.problem), style="bold")
    to.print(trace_view(problem.id, output.reports) if output.enforced else printable(output.text))
    to.print()
    _tell_unfinished(output)
