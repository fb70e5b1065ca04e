"""What the plugin adds to the engine's thread, a pass, against the length generated so far.

*Own* is the time spent in the plugin's code. *Added* is what a pass of the scheduler takes more
than stock's pass on the same requests, played right before or after: it is less than the
plugin's own time, because stock makes an output of each token and the plugin only of those
that leave. Both are CPU time of the thread.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.vllm.engines import Engine, longer_model, plugin, requests
from benchmarks.vllm.figures import figure, line, shown, spread, table
from benchmarks.vllm.verifiers import ACCEPT

Tell = Callable[[str], None]
WINDOW = 25  # passes on either side of a length
COLUMNS = ("extra_us", "stock_us", "steps", "pass_us")


def measure(*, quick: bool, tell: Tell) -> dict[str, Any]:
    """By workers, batch and clock: microseconds a pass at several lengths, and what they depend on."""
    lengths = (50, 200) if quick else (50, 200, 400, 800)
    rounds = {1: 4, 16: 4, 64: 4} if quick else {1: 8, 16: 8, 64: 8}
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, longer_model(Path(folder)) as model, ExitStack() as open_:
        settings: dict[str, Any] = {"timed": True, "model": model, "max_model_len": 2048}
        stock = open_.enter_context(Engine(None, **settings))
        for workers in (1,) if quick else (1, 0):
            with Engine(plugin(workers), **settings) as engine:
                result[f"workers={workers}"] = {
                    str(batch): _of_batch(stock, engine, batch, lengths, count, tell) for batch, count in rounds.items()
                }
    return result


def _of_batch(
    stock: Engine, engine: Engine, batch: int, lengths: tuple[int, ...], rounds: int, tell: Tell
) -> dict[str, Any]:
    batch_of = requests(batch, max(lengths) + WINDOW + 5, ACCEPT)
    for player in (stock, engine):
        player.ask("passes", clock="wall", requests=requests(batch, 32, ACCEPT))  # warms up
    plays: dict[str, list[dict[str, Any]]] = {"stock": [], "plugin": []}
    for index in range(rounds):
        pair = [("stock", stock), ("plugin", engine)]
        for name, player in pair if index % 2 else reversed(pair):
            plays[name].append(player.ask("passes", clock="cpu", requests=batch_of)["passes"])
    wall = [engine.ask("passes", clock="wall", requests=batch_of)["passes"]]
    result: dict[str, Any] = {"cpu": summarize(plays["plugin"], lengths), "wall": summarize(wall, lengths)}
    result["added_cpu_us"] = {str(length): _added(plays, length) for length in lengths}
    result["no_step_closes_cpu_us"] = _where_nothing_closes(engine, batch)
    added = [at["median"] for at in result["added_cpu_us"].values()]
    own = [at["extra_us"]["median"] for at in result["cpu"]["at"].values()]
    tell(f"batch {batch:2}: {added} us a pass added to stock's, {own} us in the plugin")
    return result


def _added(plays: dict[str, list[dict[str, Any]]], length: int) -> dict[str, float]:
    """The median pass around a length, over stock's: round by round."""
    window = slice(length - WINDOW, length + WINDOW)
    ours, theirs = ([median(play["all_us"][window]) for play in plays[name]] for name in ("plugin", "stock"))
    return figure([a - b for a, b in zip(ours, theirs, strict=True)], 1) | {"stock": round(median(theirs), 1)}


def _where_nothing_closes(engine: Engine, batch: int) -> dict[str, float]:
    silent = engine.ask("passes", clock="cpu", requests=_silent(batch))["passes"]
    rows = [us for us, verdicts in zip(silent["extra_us"], silent["verdicts"], strict=True) if not verdicts]
    return spread(rows[5:-5])


def _silent(batch: int) -> list[dict[str, Any]]:
    """Requests whose text holds no line end: no step closes before the text does."""
    silent = requests(batch, 120, ACCEPT)
    for request in silent:
        request["without"] = "\n"
    return silent


def summarize(plays: list[dict[str, Any]], lengths: tuple[int, ...]) -> dict[str, Any]:
    """Costs at each length, and over all passes as (a pass) + (a step) x steps closed.

    ``against_fit``: the mean at a length over what that line says for its steps: 1 at every
    length means that the length costs nothing. ``share_of_stock``: over the stock
    scheduler's own time in the same passes, which a slow machine slows alike.
    """
    steady = _rows(plays, min(lengths) - WINDOW, max(lengths) + WINDOW)
    a_pass, a_step = line([row["steps"] for row in steady], [row["extra_us"] for row in steady])
    found: dict[str, Any] = {}
    for length in lengths:
        rows = _rows(plays, length - WINDOW, length + WINDOW)
        expected = mean(a_pass + a_step * row["steps"] for row in rows)
        found[str(length)] = {
            "extra_us": spread([row["extra_us"] for row in rows]),
            "stock_us": spread([row["stock_us"] for row in rows]),
            "steps": round(mean(row["steps"] for row in rows), 2),
            "share_of_stock": round(sum(row["extra_us"] for row in rows) / sum(row["stock_us"] for row in rows), 3),
            "share_of_pass": round(median(row["extra_us"] for row in rows) / median(row["pass_us"] for row in rows), 4),
            "against_fit": round(mean(row["extra_us"] for row in rows) / expected, 3),
        }
    return {"at": found, "us_per_pass": round(a_pass, 1), "us_per_step": round(a_step, 1)}


def _rows(plays: list[dict[str, Any]], first: int, last: int) -> list[dict[str, float]]:
    rows = []
    for play in plays:
        came = play["verdicts"]  # a step closes a pass before its verdict comes, or in the same one
        ended = play["ended_s"]
        took = [0.0] + [1e6 * (b - a) for a, b in pairwise(ended)]
        columns = play | {"pass_us": took, "steps": [(a + b) / 2 for a, b in zip(came, [*came[1:], 0], strict=True)]}
        cut = (columns[name][first:last] for name in COLUMNS)
        rows += [dict(zip(COLUMNS, values, strict=True)) for values in zip(*cut, strict=True)]
    return rows


def report(result: dict[str, Any]) -> list[str]:
    """Markdown."""
    rows = [
        (
            workers,
            batch,
            length,
            *(clocks["cpu"]["at"][length]["extra_us"][name] for name in ("median", "mean", "p90")),
            clocks["wall"]["at"][length]["extra_us"]["median"],
            shown(clocks["added_cpu_us"][length], digits=0),
            at["steps"],
            at["against_fit"],
            at["stock_us"]["median"],
            at["share_of_stock"],
            f"{at['share_of_pass']:.1%}",
        )
        for workers, batches in result.items()
        for batch, clocks in batches.items()
        for length, at in clocks["cpu"]["at"].items()
    ]
    fits = [
        (
            workers,
            batch,
            *(clocks["no_step_closes_cpu_us"][name] for name in ("median", "p90")),
            clocks["cpu"]["us_per_pass"],
            clocks["cpu"]["us_per_step"],
        )
        for workers, batches in result.items()
        for batch, clocks in batches.items()
    ]
    head = ("", "batch", "at length", "own CPU us a pass: median", "mean", "p90", "wall: median")
    head = (*head, "added to stock, CPU us", "steps closed a pass")
    closed = ("CPU us a pass where no step closes: median", "p90", "fitted: us a pass", "us more for each step")
    return [
        *table((*head, "against the fit", "stock scheduler, us", "share of it", "share of the pass"), rows),
        "",
        *table(("", "batch", *closed), fits),
    ]
