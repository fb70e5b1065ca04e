"""Times on a GPU: CUDA graphs of several calls, by turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median, quantiles

import torch

Figure = dict[str, float]


def captured(calls: Callable[[], None]) -> torch.cuda.CUDAGraph:
    """``calls`` as one graph: no launch waits for Python. They run twice before, so that all is compiled."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        calls()
        calls()
    torch.cuda.current_stream().wait_stream(side)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        calls()
    return graph


def by_turns(graphs: Mapping[str, torch.cuda.CUDAGraph], calls: int, rounds: int) -> dict[str, list[float]]:
    """Microseconds a call of each graph, one for each round: all graphs once, then all again."""
    events: dict[str, list[tuple[torch.cuda.Event, torch.cuda.Event]]] = {name: [] for name in graphs}
    for _ in range(rounds + 1):  # the first round warms up
        for name, graph in graphs.items():
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            graph.replay()
            end.record()
            events[name].append((begin, end))
    torch.cuda.synchronize()
    return {name: [b.elapsed_time(e) * 1e3 / calls for b, e in pairs[1:]] for name, pairs in events.items()}


def figure(times: list[float]) -> Figure:
    """Median and quartiles, in microseconds."""
    low, _, high = quantiles(times, n=4) if len(times) > 1 else (times[0],) * 3
    return {"median": round(median(times), 3), "low": round(low, 3), "high": round(high, 3)}


def copy_bandwidth(rounds: int = 20) -> float:
    """Bytes a second that a copy of 4 GB reads and writes: the ceiling that a kernel can reach here."""
    source = torch.empty(2**32, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)

    (times,) = by_turns({"copy": captured(copy)}, 1, rounds).values()
    return 2 * source.numel() / (median(times) * 1e-6)
