"""``verifirst bench labels``: precision and recall of rules on steps that people labelled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # the command loads rules and rich when it runs
    from verifirst.bench.labels.adjudications import Adjudications
    from verifirst.bench.labels.baselines.checkers import Baseline
    from verifirst.bench.labels.baselines.running import Score
    from verifirst.bench.labels.data import Labelled
    from verifirst.bench.labels.diff import Difference
    from verifirst.bench.labels.flags import Flag
    from verifirst.bench.labels.judging import Settings
    from verifirst.bench.labels.outcome import Outcome
    from verifirst.bench.labels.results import Result

RESULTS = Path("benchmarks/results/labels.json")
ADJUDICATIONS = Path("benchmarks/adjudications")
MISSED = 100  # missed first errors on the HTML page when nobody asks for another number
PER_PREVIEW_RULE = 40  # flags of each preview rule, of each kind, on the HTML page


def labels(
    data: Annotated[
        list[str],
        typer.Argument(metavar="DATA", help="Labelled solutions: *.jsonl or *.jsonl.gz files, or folders of them."),
    ],
    sets: Annotated[str, typer.Option(metavar="NAMES", help="Only these sets: processbench_*,gsm8k_gold.")] = "",
    packs: Annotated[str, typer.Option("--pack", metavar="NAMES", help="Rules of these packs only.")] = "",
    rules: Annotated[str, typer.Option(metavar="CODES", help="Use these rules or families only: AR001,DG.")] = "",
    enforce: Annotated[
        str, typer.Option(metavar="CODES", help="Let these preview rules refute, as stable rules do: DG.")
    ] = "",
    adjudications: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help=f"Flags that people read.  [default: {ADJUDICATIONS}, where there is one]"),
    ] = None,
    flags: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every flagged step, one JSON line each.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page to read flagged steps on.")] = None,
    missed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Read N first errors that were missed, a seeded sample.")
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the samples.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most N solutions of each set.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Judge in this many processes.")] = 1,
    baselines: Annotated[
        str, typer.Option(metavar="NAMES", help="Other checkers on the same steps: regex,sympy,math-verify or all.")
    ] = "",
    diff: Annotated[bool, typer.Option("--diff", help="Show what changed since the committed result.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the result, and the figures on the rule pages.")
    ] = False,
    results: Annotated[Path, typer.Option(metavar="FILE", help="The committed result.")] = RESULTS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Precision and recall of rules on steps that people labelled.

    A good step stands before the first error, or anywhere in a solution without one. A line of
    data is {"id", "problem", "steps": [...], "first_error_step": index, -1 none, null unknown}.
    """
    from verifirst.bench.labels.judging import Settings
    from verifirst.bench.labels.outcome import measure
    from verifirst.cli.progress import counting
    from verifirst.report.console import console

    if limit and (diff or write):
        raise typer.BadParameter(
            "a committed result covers whole sets: leave out --limit", param_hint="--diff, --write"
        )
    settings = Settings(_names(packs), _names(rules), _names(enforce))
    settings.verifier()  # unknown rules are said before the data is read
    rivals = _baselines(_names(baselines))
    before = _committed(results) if diff else None
    known = _adjudications(adjudications)
    solutions = _read(data, _names(sets), limit)
    with counting(console(stderr=True), f"judging {len(solutions):,} solutions", len(solutions)) as advance:
        outcome = measure(settings, solutions, known, jobs=jobs, progress=advance)
    chosen = _missed(outcome, missed or (MISSED if html else 0), seed)
    by_key = {(solution.set, solution.id): solution for solution in solutions}
    if flags is not None:
        shown = [flag.as_dict(by_key[flag.set, flag.id]) for flag in [*outcome.flags, *(chosen if missed else [])]]
        flags.write_text("".join(json.dumps(flag, ensure_ascii=False) + "\n" for flag in shown), encoding="utf-8")
    if html is not None:
        _write_page(html, settings, [*_for_page(outcome, seed), *chosen], by_key)
    scores = _scores(rivals, solutions, known, outcome, jobs)
    change = _difference(before, outcome, settings)
    if write:
        _write_results(results, outcome, settings)
    if as_json:
        more = {"diff": change.as_dict()} if change else {}
        more |= {"checkers": {score.name: score.as_dict() for score in scores}} if scores else {}
        typer.echo(json.dumps(_as_dict(outcome) | more))
        return
    _print(outcome, settings, scores, change)
    if missed and not (flags or html):
        _print_missed(chosen, by_key)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _adjudications(folder: Path | None) -> Adjudications:
    from verifirst.bench.labels.adjudications import Adjudications

    if folder is None and not ADJUDICATIONS.is_dir():
        return Adjudications()
    return Adjudications.load(folder or ADJUDICATIONS)


def _read(data: Sequence[str], sets: Sequence[str], limit: int | None) -> list[Labelled]:
    from verifirst.bench.labels.data import Skipped, read, sources
    from verifirst.errors import InputError

    found: list[Labelled] = []
    skipped: list[str] = []
    for path, named in sources(data, sets):
        solutions = read(path, strict=named, limit=limit)
        if isinstance(solutions, Skipped):
            skipped.append(solutions.name)
        else:
            found += solutions
    if skipped:
        typer.echo(f"left out, no labelled steps: {', '.join(skipped)}", err=True)
    if not any(solution.first_error is not None for solution in found):
        raise InputError("expected solutions whose first_error_step is known, found none")
    return found


def _missed(outcome: Outcome, count: int, seed: int) -> list[Flag]:
    from verifirst.bench.labels.flags import sample

    return sample(outcome.missed, count, seed=seed)


def _for_page(outcome: Outcome, seed: int) -> list[Flag]:
    """Every flag of the rules that may roll back, up to the first error; a sample of each preview rule's."""
    from verifirst.bench.labels.flags import Kind, sample

    told = [flag for flag in outcome.flags if flag.kind is not Kind.LATER]
    found = [flag for flag in told if flag.enforced]
    noted = [flag for flag in told if not flag.enforced]
    for rule, kind in sorted({(flag.rule, flag.kind) for flag in noted}):
        found += sample([f for f in noted if (f.rule, f.kind) == (rule, kind)], PER_PREVIEW_RULE, seed=seed)
    return found


def _write_page(
    path: Path, settings: Settings, flags: Sequence[Flag], solutions: dict[tuple[str, str], Labelled]
) -> None:
    from verifirst.bench.labels.page import page

    path.write_text(page(settings, flags, solutions), encoding="utf-8", errors="backslashreplace")


def _as_dict(outcome: Outcome) -> dict[str, object]:
    return {
        "total": outcome.total.as_dict(),
        "sets": {name: tally.as_dict() for name, tally in outcome.sets.items()},
        "lost": [f"{labelled.set} {labelled.id}: {why}" for labelled, why in outcome.lost],
    }


def _baselines(names: Sequence[str]) -> list[Baseline]:
    """The checkers that can run; the others are named on standard error."""
    from verifirst.bench.labels.baselines.running import chosen

    found = chosen(names)
    for baseline in found:
        if baseline.missing:
            typer.echo(baseline.missing, err=True)
    return [baseline for baseline in found if not baseline.missing]


def _scores(
    baselines: Sequence[Baseline], solutions: Sequence[Labelled], known: Adjudications, outcome: Outcome, jobs: int
) -> list[Score]:
    """Our score and theirs; nothing where no baseline was asked for."""
    from verifirst.bench.labels.baselines.running import Score, score, steps
    from verifirst.cli.progress import counting
    from verifirst.report.console import console

    found = [Score.ours(outcome.total)] if baselines else []
    count = sum(1 for _ in steps(solutions)) if baselines else 0
    for baseline in baselines:
        with counting(console(stderr=True), f"{baseline.name} on {count:,} steps", count) as advance:
            found.append(score(baseline, solutions, known, jobs=jobs, progress=advance))
    return found


def _committed(path: Path) -> Result:
    from verifirst.bench.labels.results import Result

    return Result.load(path)


def _difference(before: Result | None, outcome: Outcome, settings: Settings) -> Difference | None:
    from verifirst.bench.labels.diff import difference
    from verifirst.bench.labels.results import Result

    return None if before is None else difference(before, Result.of(outcome, settings.verifier().enforced))


def _write_results(path: Path, outcome: Outcome, settings: Settings) -> None:
    from verifirst.bench.labels import results

    results.write(path, outcome, settings.verifier().enforced)
    typer.echo(f"written: {path}", err=True)
    if path == RESULTS:
        typer.echo(f"written: {results.write_measured(outcome, settings.chosen())}", err=True)


def _print(outcome: Outcome, settings: Settings, scores: Sequence[Score], change: Difference | None) -> None:
    from verifirst.bench.labels.table import checkers, tables
    from verifirst.report.console import console

    to = console()
    for part in tables(outcome, settings.chosen(), settings.verifier().enforced):
        to.print(part)
    if scores:
        to.print(checkers(scores))
    for line in change.lines() if change else ():
        to.print(line)


def _print_missed(flags: Sequence[Flag], solutions: dict[tuple[str, str], Labelled]) -> None:
    from verifirst.report.console import console, printable

    to = console()
    for flag in flags:
        labelled = solutions[flag.set, flag.id]
        to.print(f"\nmissed: {printable(f'{flag.set} {flag.id}')} step {flag.step} {printable(labelled.error_kind)}")
        to.print(f"problem: {printable(labelled.problem)}")
        for index in range(flag.step + 1):
            to.print(f"{index:>3} {printable(labelled.text(index))}")
