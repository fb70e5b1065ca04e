"""What a decode step must read and compute, counted from its shapes, and the time that follows on a device."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from verifirst.kernels import layout

HALF = 2
"""Bytes of a bfloat16."""
REGISTER = 8
"""Bytes of a register of the verifier's row."""
PADDED = 16
"""Rows of a product on tensor cores: query heads are padded to it."""
TOKEN = 4
"""Bytes of a token's text, about."""
OFFSET = 4
"""Bytes of an entry of ``Program.offsets``."""
OPERATIONS_A_BYTE, READS_A_BYTE = 264, 6.2
"""Of the verifier, counted under the interpreter on the 275 bytes of ``arms.TEXTS``: Triton's operations, each
an instruction or a few, and register reads, which wait for shared memory. The most of one byte were 729 and 31."""
CYCLES_TO_BEGIN, CYCLES_A_BYTE = 3_000, 2_500
"""Estimates, to a factor of 3: five loads that wait for each other; 5 cycles an operation, 100 a register read, and
the tables."""


@dataclass(frozen=True, slots=True)
class Device:
    """Bytes a second from memory, operations a second on tensor cores (bfloat16), cycles a second."""

    name: str
    bandwidth: float
    operations: float
    clock: float


H200 = Device("H200", 4.8e12, 989e12, 1.7e9)


@dataclass(frozen=True, slots=True)
class Shape:
    """One decode step of one layer: ``group`` query heads for each of ``kv_heads``."""

    batch: int
    context: int
    dim: int
    group: int
    kv_heads: int = 8

    @property
    def heads(self) -> int:
        """Query heads."""
        return self.kv_heads * self.group

    @property
    def kv_bytes(self) -> int:
        """Keys and values, each read once."""
        return 2 * self.batch * self.context * self.kv_heads * self.dim * HALF

    @property
    def operations(self) -> int:
        """Multiplications and additions that the result needs."""
        return 4 * self.batch * self.context * self.heads * self.dim

    @property
    def executed(self) -> int:
        """Those that tensor cores run, padding included."""
        return self.operations // self.group * max(self.group, PADDED)

    @property
    def intensity(self) -> float:
        """Operations a byte."""
        return self.operations / self.kv_bytes

    @property
    def verifier_bytes(self) -> int:
        """What the verifier moves to or from memory: rows in and out, tokens, texts. Tables stay in the cache."""
        return self.batch * (2 * layout.WIDTH * REGISTER + REGISTER + 2 * OFFSET + TOKEN)


def bound(shape: Shape, device: Device = H200) -> dict[str, float]:
    """Lower bounds in microseconds: memory, tensor cores, the verifier alone (its longest program)."""
    return {
        "memory_us": shape.kv_bytes / device.bandwidth * 1e6,
        "compute_us": shape.executed / device.operations * 1e6,
        "verifier_us": (CYCLES_TO_BEGIN + TOKEN * CYCLES_A_BYTE) / device.clock * 1e6,
        "verifier_memory_us": shape.verifier_bytes / device.bandwidth * 1e6,
    }


BATCHES = (1, 8, 32, 64, 128, 256, 512)
CONTEXTS = (512, 2048, 8192, 32768)
DIMS = (128, 64)
GROUPS = (4, 8, 1)
QUICK = (
    Shape(1, 8192, 128, 4), Shape(32, 2048, 128, 4), Shape(64, 2048, 128, 4), Shape(64, 8192, 128, 4),
    Shape(128, 2048, 128, 4), Shape(512, 2048, 128, 4), Shape(64, 2048, 64, 8),
)  # fmt: skip
MOST_BYTES = 60e9
"""Of keys and values at once; larger shapes are left out, and named in the results."""


def grid() -> list[Shape]:
    """All shapes, the commonest heads first."""
    return [Shape(b, c, d, g) for d, g, b, c in product(DIMS, GROUPS, BATCHES, CONTEXTS)]


def plan(shapes: list[Shape], device: Device = H200) -> str:
    """A table of the counts; nothing is measured."""
    balance = device.operations / device.bandwidth
    units = f"{device.bandwidth / 1e12:.1f} TB/s, {device.operations / 1e12:.0f} TFLOP/s, {balance:.0f} a byte"
    names = ("batch", "context", "dim", "group", "KV MB", "GFLOP", "op/byte", "memory us", "compute us", "verifier us")
    lines = [
        f"Counted, not measured, for one {device.name}: {units}",
        " ".join(f"{name:>11}" for name in (*names, "its KB")),
    ]
    for shape in shapes:
        time = bound(shape, device)
        over = " (more than the cap: skipped)" if shape.kv_bytes > MOST_BYTES else ""
        figures = (
            shape.kv_bytes / 1e6, shape.operations / 1e9, shape.intensity, time["memory_us"], time["compute_us"],
            time["verifier_us"], shape.verifier_bytes / 1e3,
        )  # fmt: skip
        sizes = (shape.batch, shape.context, shape.dim, shape.group)
        row = [*(f"{size:>11}" for size in sizes), *(f"{value:>11.1f}" for value in figures)]
        lines.append(" ".join(row) + over)
    return "\n".join(lines)
