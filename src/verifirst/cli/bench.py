"""``verifirst bench``: the benchmarks that ship with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifirst.cli import agreeing, loading
from verifirst.cli.bench_labels import labels

bench = typer.Typer(help="Run a benchmark that ships with the package.", no_args_is_help=True)
bench.command("labels")(labels)


@bench.command("word-problems")
def word_problems(
    n: Annotated[int, typer.Option("--n", min=1, metavar="N", help="Held-out problems.")] = 200,
    temperature: Annotated[float, typer.Option(min=0.0, metavar="T", help="Sampling temperature; 0 is greedy.")] = 1.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the problems and of sampling.")] = 0,
    model: Annotated[str, typer.Option(help="A shipped model's name, or a directory.")] = loading.DEFAULT_MODEL,
    batch_size: Annotated[int, typer.Option(min=1, metavar="N", help="Requests decoded together.")] = 64,
    consistency: agreeing.Option = agreeing.Consistency.OFF,
    refused: agreeing.Refused = agreeing.REFUSED,
    labelled: Annotated[
        int, typer.Option(min=50, metavar="N", help="Problems that calibrate what forks say.")
    ] = agreeing.LABELLED,
    calibration: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the calibration of the forks there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Word problems with verification off and on.

    A third arm rejects whole solutions, at equal tokens. Answers and steps are judged by
    the problem generator's own oracle.
    """
    import json

    from verifirst.bench.benchmark import arms_of
    from verifirst.bench.benchmark import word_problems as run
    from verifirst.cli.progress import counting
    from verifirst.report.comparison import comparison
    from verifirst.report.console import console

    forks = agreeing.settings(consistency, refused, labelled=labelled, keep=calibration)
    arms = arms_of(forks)
    with counting(console(stderr=True), f"word problems, {n:,} in {arms} arms", arms * n) as advance:
        done = 0

        def progress(now: int, _: int) -> None:
            nonlocal done
            advance(now - done)
            done = now

        result = run(
            n=n,
            temperature=temperature,
            seed=seed,
            model=model,
            batch_size=batch_size,
            consistency=forks,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(result))
        return
    to = console()
    to.print(
        comparison({name: found for name, found in result.items() if isinstance(found, dict) and "tokens" in found})
    )
    for name, change in (("right answers", result["change"]["accuracy"]), ("spurious", result["change"]["spurious"])):
        if change is not None:
            to.print(f"{name}, off to on: {change:+.0%} relative")
