"""What the benchmark of attention says without a GPU: its counts, its plan, and that it needs one."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.kernels.roofline import H200, MOST_BYTES, Shape, bound, grid

from verifirst.kernels import layout

ROOT = Path(__file__).parents[2]


def bench(*arguments):
    return subprocess.run(
        [sys.executable, "benchmarks/kernels/run.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_counts_of_a_shape_by_hand():
    shape = Shape(batch=2, context=3, dim=64, group=4, kv_heads=5)
    assert shape.kv_bytes == 2 * (2 * 3 * 5 * 64) * 2  # keys and values, two bytes each
    assert shape.operations == (2 + 2) * (2 * 3 * 20 * 64)  # a product and a sum, for scores and for values
    assert shape.executed == 4 * shape.operations  # 4 query heads fill a quarter of 16 rows
    assert shape.intensity == 4
    assert shape.verifier_bytes == 2 * (2 * layout.WIDTH * 8 + 8 + 8 + 4)


def test_attention_waits_for_memory_in_every_shape_of_the_grid():
    assert len(grid()) == 168
    for shape in grid():
        times = bound(shape)
        assert times["memory_us"] > times["compute_us"]
        assert times["memory_us"] == pytest.approx(shape.kv_bytes / 4.8e6)
        assert shape.intensity < H200.operations / H200.bandwidth


def test_the_plan_has_a_line_for_each_shape_and_names_what_is_skipped():
    done = bench("--plan")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0].startswith("Counted, not measured")
    assert len(lines) == 2 + len(grid())
    assert sum("skipped" in line for line in lines) == sum(shape.kv_bytes > MOST_BYTES for shape in grid()) > 0


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="the message is about the device, not triton")
def test_without_a_gpu_it_says_so():
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    done = bench("--quick")
    assert done.returncode == 1
    assert "no CUDA device" in done.stderr
