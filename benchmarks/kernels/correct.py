"""Whether the kernels are right on the GPU at hand: nothing is timed before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import torch
from tests.kernels.attention_check import Case, check, pieces
from tests.kernels.lines import line

from verifirst.kernels.device.advance import advance
from verifirst.kernels.device.program import Program, rows
from verifirst.kernels.reference import advance as reference
from verifirst.kernels.state import fresh

LONGEST, BATCH = 3000, 6
SEQUENCES = 128
Tell = Callable[[str], None]


def run(tell: Tell, *, quick: bool) -> dict[str, int]:
    """How many cases and tokens were compared; the first difference ends the program."""
    plain, fused = (8, 2) if quick else (32, 8)
    for seed in range(plain + fused):
        case = Case.draw(random.Random(seed), LONGEST, BATCH)
        if seed >= plain:  # the fused launch compiles for seconds: the shapes that are timed
            case = replace(case, dtype=torch.bfloat16, dim=(128, 64)[seed % 2], kv_heads=8, group=(4, 8)[seed // 2 % 2])
        tell(f"attention, case {seed + 1} of {plain + fused}: {case}")
        check(case, seed, "cuda", beside=seed >= plain)
    tell("advance")
    return {"attention_cases": plain, "fused_cases": fused, "advance_tokens": read(SEQUENCES)}


def read(sequences: int) -> int:
    """Whole lines through ``advance``, every register compared behind each token."""
    rng = random.Random(0)
    streams = [pieces((line(rng) + "\n").encode(), rng) for _ in range(sequences)]
    table = sorted({piece for stream in streams for piece in stream})
    program, expected = Program.load(table, "cuda"), [fresh() for _ in streams]
    device = rows(sequences, "cuda")
    for at in range(max(map(len, streams))):
        tokens = [table.index(stream[at]) if at < len(stream) else -1 for stream in streams]
        advance(device, torch.tensor(tokens, device="cuda"), program)
        for row, token in zip(expected, tokens, strict=True):
            reference(row, table[token] if token >= 0 else b"")
        if device.tolist() != expected:
            raise SystemExit(f"advance differs from the reference at token {at}")
    return sum(map(len, streams))
