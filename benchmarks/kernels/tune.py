"""Attention under other tiles, warps, stages and splits: what the defaults should be on the GPU at hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from statistics import median
from typing import Any

import torch
from benchmarks.kernels.arms import Cache, calls_of
from benchmarks.kernels.roofline import Shape
from benchmarks.kernels.timing import by_turns, captured

from verifirst.kernels.device.attention import Tuning, Workspace, paged_attention

SHAPES = (Shape(1, 8192, 128, 4), Shape(32, 2048, 128, 4), Shape(64, 8192, 128, 4))
TUNINGS = tuple(Tuning(*each) for each in product((32, 64, 128), (2, 4), (2, 3, 5)))
SPLITS = (1, 2, 3, 4, 6, 8, 16, 32)
ROUNDS = 7


def measure(tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Microseconds of each shape under each tuning with the splits of the host, then with other splits."""
    found = []
    for shape in SHAPES:
        tell(f"tuning {shape}")
        cache = Cache.of(shape)
        names = {f"tile {t.tile}, warps {t.warps}, stages {t.stages}": {"tuning": t} for t in TUNINGS}
        names |= {f"splits {count}": {"splits": count} for count in SPLITS}
        found.append({"shape": [shape.batch, shape.context, shape.dim, shape.group]} | times(cache, names))
        torch.cuda.empty_cache()
    return found


def times(cache: Cache, settings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Medians by name, the fastest first."""
    calls = calls_of(cache)
    workspace = Workspace(cache.shape.batch, cache.shape.heads, cache.shape.dim, device="cuda")
    graphs = {name: captured(partial(attend, cache, workspace, calls, **each)) for name, each in settings.items()}
    medians = {name: round(median(each), 3) for name, each in by_turns(graphs, calls, ROUNDS).items()}
    return dict(sorted(medians.items(), key=lambda item: item[1]))


def attend(cache: Cache, workspace: Workspace, calls: int, **settings: Any) -> None:
    """All calls of one graph."""
    shape, output = cache.shape, torch.empty_like(cache.query)
    for call in range(calls):
        paged_attention(
            cache.query, *cache.part(call), cache.block_table, cache.lengths, shape.dim**-0.5,
            longest=shape.context, workspace=workspace, output=output, **settings,
        )  # fmt: skip
