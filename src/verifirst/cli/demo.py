"""``verifirst demo``: watch a small model reason under verification, then compare with it off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from verifirst.cli import loading
from verifirst.cli.progress import counting

if TYPE_CHECKING:
    from rich.console import Console

    from verifirst.bench.word_problems import Problem
    from verifirst.engines.transformers import LocalEngine
    from verifirst.report.watch import Watch

MAX_WATCHED = 20  # problems; the first ones end with a refuted step long before
MAX_TOKENS = 192
CHUNK = 30  # problems decoded together; the two arms take turns
PAUSE = 0.15  # seconds between events on a terminal, so that a person can follow


def demo(
    problems: Annotated[
        int, typer.Option(min=0, metavar="N", help="Problems in the comparison at the end; 0 leaves it out.")
    ] = 60,
    watch: Annotated[
        int, typer.Option(min=1, metavar="N", help="Problems to watch at least (more until a step is refuted).")
    ] = 3,
    temperature: Annotated[float, typer.Option(min=0.0, metavar="T", help="Sampling temperature; 0 is greedy.")] = 1.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the problems and of sampling.")] = 7,
) -> None:
    """Watch a small model solve word problems under verification.

    Everything runs on this machine's CPU; the model ships with the package.
    """
    from dataclasses import replace

    from verifirst.bench.benchmark import ENFORCE, POLICY, SETTINGS
    from verifirst.decoding import Release
    from verifirst.report.console import console

    to = console()
    to.print("Loading the shipped model (a few seconds)")
    settings = replace(SETTINGS, release=Release.STEP)
    with loading.local_engine(enforce=ENFORCE, policy=POLICY, settings=settings) as engine:
        _watch_some(to, engine, at_least=watch, temperature=temperature, seed=seed)
        if problems:
            _compare(to, engine, problems, temperature, seed)


def _watch_some(to: Console, engine: LocalEngine, *, at_least: int, temperature: float, seed: int) -> None:
    refused = 0
    for shown, problem in enumerate(_problems(MAX_WATCHED, seed)):
        if shown >= at_least and refused:
            break
        refused += len(_watch(to, engine, problem, temperature, seed + shown).refused)


def _problems(count: int, seed: int) -> Iterator[Problem]:
    from verifirst.bench.word_problems import generate

    return generate("heldout-numbers", count, seed)


def _watch(to: Console, engine: LocalEngine, problem: Problem, temperature: float, seed: int) -> Watch:
    from rich.text import Text

    from verifirst.bench.word_problems import prompt_text
    from verifirst.engines.base import Request
    from verifirst.report.watch import watched

    request = Request(
        prompt_text(problem), problem=problem.text, max_tokens=MAX_TOKENS, temperature=temperature, seed=seed
    )
    to.print()
    to.print(Text(problem.text, "bold"))
    return watched(to, lambda on: engine.generate([request], on), pause=PAUSE)


def _compare(to: Console, engine: LocalEngine, count: int, temperature: float, seed: int) -> None:
    from verifirst.bench.arms import Sampling, run
    from verifirst.bench.benchmark import held_out
    from verifirst.bench.outcome import Outcome, summary
    from verifirst.report.comparison import comparison

    problems = held_out(count, seed)
    sampling = Sampling(temperature, seed, MAX_TOKENS)
    outcomes: dict[str, list[Outcome]] = {"off": [], "on": []}
    to.print()
    with counting(to, "the same model, verification off and on", 2 * count) as advance:
        for first in range(0, count, CHUNK):
            chunk = problems[first : first + CHUNK]
            for name in outcomes:
                outcomes[name] += run(engine, chunk, first, sampling, enforce=name == "on")
                advance(len(chunk))
    to.print(comparison({name: summary(rows, ()) for name, rows in outcomes.items()}))
    to.print()
    to.print("Judged by the generator's own oracle, not by the verifier. Full benchmark: make bench")
