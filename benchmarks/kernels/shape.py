"""One row of the results: every arm of one shape, by turns."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from benchmarks.kernels.arms import Cache, Verified, calls_of, ours, theirs
from benchmarks.kernels.roofline import Shape
from benchmarks.kernels.timing import by_turns, captured, figure


def row(shape: Shape, ceiling: float, rounds: int) -> dict[str, Any]:
    """Medians in microseconds, shares, and all spreads; ``ceiling`` is the bandwidth of a copy in bytes a second."""
    cache = Cache.of(shape)
    calls = calls_of(cache)
    verified = Verified.of(calls, shape.batch)
    graphs = {name: captured(run) for name, run in ours(cache, verified, calls).items()}
    others, refused = capturable(theirs(cache, verified, calls))
    times = by_turns(graphs | others, calls, rounds)
    medians = {name: median(each) for name, each in times.items()}
    best = min(others, key=medians.__getitem__, default=None)
    return {
        "batch": shape.batch, "context": shape.context, "dim": shape.dim, "group": shape.group, "dtype": "bfloat16",
        **{f"{name}_us": round(medians[name], 3) for name in graphs},
        "stock_us": round(medians[best], 3) if best else None,
        "stock": best,
        "bandwidth_share": round(shape.kv_bytes / (medians["attention"] * 1e-6) / ceiling, 4),
        "added_share": round(added(times["fused"], times["attention"]), 4),
        "serial_added_share": round(added(times["serial"], times["attention"]), 4),
        "calls": calls,
        "spreads": {name: figure(each) for name, each in times.items()},
        "refused": refused,
    }  # fmt: skip


def added(with_: list[float], without: list[float]) -> float:
    """The median over rounds of what one takes more than the other in the same round."""
    return median(a / b for a, b in zip(with_, without, strict=True)) - 1


def capturable(runs: dict[str, Callable[[], None]]) -> tuple[dict[str, torch.cuda.CUDAGraph], dict[str, str]]:
    """Graphs of what runs here, and why the rest does not."""
    graphs, refused = {}, {}
    for name, run in runs.items():
        try:
            run()
            torch.cuda.synchronize()
            graphs[name] = captured(run)
        except Exception as error:  # noqa: BLE001 -- other people's kernels; the reason is kept
            refused[name] = f"{type(error).__name__}: {error}"[:300]
    return graphs, refused
