"""The figures of a run, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from verifirst.bench.labels.baselines.running import Score
from verifirst.bench.labels.judging import Place
from verifirst.bench.labels.outcome import Outcome
from verifirst.bench.labels.tally import RuleTally, Tally
from verifirst.core.rule import Rule
from verifirst.report.console import printable

MIN_ANNOTATED = 20  # annotated equations; a share of fewer says little
MAX_NAME = 40  # characters of a set's name or an error kind
ALL = "all"


def tables(outcome: Outcome, rules: Sequence[Rule], enforced: frozenset[str]) -> Iterator[RenderableType]:
    """Good steps by set, first errors by set, rules that may roll back, preview rules, and what was undecided."""
    total = outcome.total
    rows = dict(outcome.sets)
    if len(rows) > 1:
        rows[ALL] = total
    yield good_steps({name: tally for name, tally in rows.items() if tally["good"]})
    errors = {name: tally for name, tally in rows.items() if tally["errors"]}
    if errors:
        yield first_errors(errors)
    for title, chosen in (("rules that may roll back", True), ("preview rules, which only note", False)):
        of_kind = [rule for rule in rules if (rule.code in enforced) is chosen]
        if of_kind:
            yield by_rule(title, of_kind, total)
    if total.by_kind():
        yield by_kind(total)
    yield from _lines(outcome, total)


def good_steps(rows: Mapping[str, Tally]) -> Table:
    """How many good steps are decided, how many are refuted, and how long a step takes."""
    table = _table(
        "good steps", "steps", "decided", "refuted", "adjudicated", "false", "false", "p50 us", "p99", "mean"
    )
    for name, tally in rows.items():
        flagged, false = tally["good_flagged"], tally["good_false"]
        _row(
            table,
            name,
            _count(tally["good"]),
            _percent(tally["good_decided"], tally["good"]),
            _count(flagged),
            _count(flagged - false),
            _count(false),
            _percent(false, tally["good"], digits=3),
            _us(tally.quantile(0.5)),
            _us(tally.quantile(0.99)),
            _us(tally.mean_ns),
        )
    return table


_CAUSES = ("after_alone", "cause_named", "cause_right")


def first_errors(rows: Mapping[str, Tally]) -> Table:
    """How many first-error steps are decided and caught, and where the first refuted step stands."""
    titles = ("steps", "decided", "caught", "", "first: before", "at", "after", "by itself", "cause named", "right")
    table = _table("first errors", *titles, "spurious", "caught", "")
    for name, tally in rows.items():
        _row(
            table,
            name,
            _count(tally["errors"]),
            _percent(tally["errors_decided"], tally["errors"]),
            _count(tally["caught"]),
            _percent(tally["caught"], tally["errors"]),
            _count(tally["first_before"]),
            _count(tally["first_at"]),
            _count(tally["first_after"]),
            *(_count(tally[name]) if tally["first_after"] else "" for name in _CAUSES),
            _count(tally["spurious"]),
            _count(tally["spurious_caught"]) if tally["spurious"] else "",
            _percent(tally["spurious_caught"], tally["spurious"]),
        )
    return table


def by_rule(title: str, rules: Sequence[Rule], total: Tally) -> Table:
    """What each rule refutes."""
    titles = ("", "good refuted", "adjudicated", "false", "false", "first errors caught", "of them spurious")
    table = _table(title, *titles)
    for rule in rules:
        own = total.rules.get(rule.code, RuleTally())
        _row(
            table,
            rule.code,
            rule.name,
            _count(own.flagged_good),
            _count(own.adjudicated),
            _count(own.false),
            _percent(own.false, total["good"], digits=3),
            _count(own.caught),
            _count(own.caught_spurious),
        )
    table.columns[1].justify = "left"
    return table


def checkers(scores: Sequence[Score]) -> Table:
    """Ours and other people's checkers on the same steps."""
    titles = (
        "decided",
        "good refuted",
        "false",
        "first errors caught",
        "precision",
        "recall",
        "p50 us",
        "mean",
        "killed",
    )
    table = _table("checker", *titles)
    for score in scores:
        times = score.as_dict()["us_per_step"]
        _row(
            table,
            score.name,
            _percent(score.decided, score.good + score.errors),
            _count(score.flagged_good),
            _count(score.false),
            _count(score.caught),
            "" if score.precision is None else f"{score.precision:.1%}",
            "" if score.recall is None else f"{score.recall:.1%}",
            "" if times["p50"] is None else f"{times['p50']:,.0f}",
            "" if times["mean"] is None else f"{times['mean']:,.0f}",
            _count(score.killed),
        )
    return table


def by_kind(total: Tally) -> Table:
    """First errors by the labeller's word for them."""
    table = _table("kind of error", "steps", "caught", "")
    for kind, errors in total.by_kind():
        caught = total.kinds[kind, True]
        _row(table, kind, _count(errors), _count(caught), _percent(caught, errors))
    return table


def _lines(outcome: Outcome, total: Tally) -> Iterator[Text]:
    """Annotations found, why the undecided is undecided, the slowest step, solutions left out."""
    for name, tally in outcome.sets.items():
        if (found := tally["annotations"]) >= MIN_ANNOTATED:
            shares = [_percent(tally[f"annotations_{what}"], found, digits=2) for what in ("found", "decided")]
            yield Text(f"{found:,} annotated equations in {printable(name)}: {shares[0]} found, {shares[1]} decided")
    for place, name in ((Place.GOOD, "good steps"), (Place.ERROR, "first-error steps")):
        if reasons := [f"{reason} {n:,}" for (where, reason), n in total.reasons.most_common() if where == place]:
            yield Text(f"unknown in {name}: {', '.join(reasons)}")
    if total.slowest:
        ns, name, solution, step = total.slowest[0]
        yield Text(f"slowest step: {ns / 1e6:.1f} ms, {printable(f'{name} {solution}', limit=100)} step {step}")
    if total["misread"]:
        yield Text(f"steps at or past the first error, refuted for a wrong reason (read): {total['misread']:,}")
    if total["unlabelled"]:
        yield Text(f"solutions without a label, left out: {total['unlabelled']:,}")
    for labelled, why in outcome.lost:
        yield Text(f"lost: {printable(f'{labelled.set} {labelled.id}', limit=100)}: {printable(why)}", "red")


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _row(table: Table, name: str, *cells: str) -> None:
    style = "bold" if name == ALL else ""
    table.add_row(Text(printable(name, limit=MAX_NAME)), *map(Text, cells), style=style)


def _count(count: int) -> str:
    return f"{count:,}"


def _percent(part: int, whole: int, *, digits: int = 1) -> str:
    return f"{part / whole:.{digits}%}" if whole else ""


def _us(ns: int | None) -> str:
    return "" if ns is None else f"{ns / 1000:,.0f}"
