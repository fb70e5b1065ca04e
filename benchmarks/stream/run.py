"""What handing steps to worker processes costs the thread that decodes.

    python benchmarks/stream/run.py [--batch 64] [--steps 48] [--burst 4] [--out FILE.json]

``--batch`` traces write ``--steps`` steps each. As in an engine, a few of them (``--burst``)
close with each forward pass: they are submitted, the pass takes a while, and what has come is drained.
Prints microseconds a step of the calling thread (CPU time, so a busy machine blurs it less;
and wall time, median over passes), early and late in the traces, which shows whether the
cost grows; the same for reading tokens in bulk; and the memory of the worker.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any

from verifirst.core.before import Before
from verifirst.core.step import Step
from verifirst.decoding import DualStream, Settings
from verifirst.decoding.text import ByteDetokenizer
from verifirst.policy import Policy
from verifirst.segment import segmenter
from verifirst.stream import ProcessStream, VerifierSpec

PROBLEM = "Tom has 3 apples and 12 pears."
TEXTS = (
    "Tom has 3 + 12 = 15 apples and pears.",
    "Then he buys twice as many, so 15 * 2 = 30.",
    "He eats 4 of them: 30 - 4 = 26.",
    "They cost $2 each, so 26 * 2 = $52.",
)
PASS_S = 0.005  # how long a forward pass takes


class Clock:
    """Adds up the wall and CPU time of what runs inside it."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.wall_s: list[float] = []

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.thread_time()

    def __exit__(self, *_: object) -> None:
        self.cpu_s += time.thread_time() - self._cpu
        self.wall_s.append(time.perf_counter() - self._wall)

    def told(self, steps: int, per_pass: float) -> dict[str, float]:
        """Microseconds a step."""
        return {"cpu_us": round(1e6 * self.cpu_s / steps, 2), "wall_us": round(1e6 * median(self.wall_s) / per_pass, 2)}


def stream_costs(batch: int, steps: int, burst: int) -> dict[str, Any]:
    """Submit and drain, in the first and in the last third of the traces."""
    stream = ProcessStream(VerifierSpec())
    befores: list[Before | None] = [None] * batch
    thirds = [(Clock(), Clock()) for _ in range(3)]
    for index in range(-3, steps):  # the first few warm up
        submitting, draining = thirds[max(index, 0) * 3 // steps] if index >= 0 else (Clock(), Clock())
        for first in range(0, batch, burst):
            with submitting:
                for trace in range(first, min(first + burst, batch)):
                    text, before = TEXTS[index % 4], befores[trace]
                    step = Step(before.length if before else 0, 0, len(text), len(text), text)
                    stream.submit(str(trace), PROBLEM, before, step, index)
                    befores[trace] = Before(text, before)
            time.sleep(PASS_S)
            with draining:
                stream.drain()
    while stream.queue_depth:
        stream.wait(1)
        stream.drain()
    idle = Clock()
    with idle:
        for _ in range(10_000):
            stream.drain()
    status = Path(f"/proc/{stream.pool.pids[0]}/status")
    memory = int(status.read_text().split("VmRSS:")[1].split()[0]) if status.exists() else None
    stream.close()
    each = batch * steps // 3
    told = [{"submit": s.told(each, burst), "drain": d.told(each, burst)} for s, d in thirds]
    return {
        "early": told[0],
        "late": told[2],
        "idle_drain_us": round(100 * idle.cpu_s, 3),
        "worker_rss_mib": memory and round(memory / 1024, 1),
    }


def reading_costs(tokens: int) -> dict[str, float]:
    """Microseconds a token of a dual stream fed as an engine feeds it, early and late."""
    table = [bytes([code]) for code in range(32, 127)] + [b" word", b" 12", b" the", b" ="] * 20 + [b".\n"]
    stream = DualStream(0, tokens * 2, ByteDetokenizer(table), segmenter("think"), Policy(), Settings())
    pattern = [95, 96, 97, 98, 96, 95, 97, 100, 101, 98, 96, 95, 97, 103, len(table) - 1]
    clocks, fresh = [Clock() for _ in range(3)], []
    for clock in clocks:
        with clock:
            for at in range(tokens // 3):
                token = pattern[at % len(pattern)]
                fresh.append(token)
                if stream.loudness[token] or len(fresh) >= 64:  # noqa: PLR2004  # what the engine does
                    stream.extend(fresh)
                    fresh = []
    return {name: round(1e6 * clocks[at].cpu_s / (tokens // 3), 3) for name, at in (("early", 0), ("late", 2))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=48)
    parser.add_argument("--burst", type=int, default=4)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result = {
        "stream_us_per_step": stream_costs(options.batch, options.steps, options.burst),
        "reading_us_per_token": reading_costs(30_000),
        "settings": {"batch": options.batch, "steps": options.steps, "burst": options.burst, "pass_s": PASS_S},
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
