"""How long the masks of a batch take on the device, by how many of its rows write a result."""

from __future__ import annotations

import random

import torch
from benchmarks.kernels.timing import Figure, by_turns, captured, figure

from verifirst.kernels.device.masking import Masks, Openings
from verifirst.kernels.device.program import Program
from verifirst.kernels.reference import advance
from verifirst.kernels.state import fresh

BATCH, VOCABULARY = 64, 151_936
PROSE, RESULT = b"Tom has apples and", b"So he has 3 * 12 = 3"
CALLS, ROUNDS = 8, 30


def measure() -> dict[str, object]:
    """Microseconds of one call on logits in bfloat16, by the rows that write a result."""
    table = vocabulary(random.Random(0))
    openings, program = Openings.load(table, [0], "cuda"), Program.load(table, "cuda")
    slots = torch.arange(BATCH, device="cuda", dtype=torch.int32)
    logits = torch.zeros(CALLS, BATCH, VOCABULARY, dtype=torch.bfloat16, device="cuda")
    graphs = {}
    for writing in (0, BATCH // 4, BATCH):
        states = torch.tensor([state(RESULT if i < writing else PROSE) for i in range(BATCH)], device="cuda")
        masks = Masks(openings, BATCH, VOCABULARY)

        def calls(masks: Masks = masks, states: torch.Tensor = states) -> None:
            for each in logits:
                masks.apply(each, states, slots, program)

        graphs[str(writing)] = captured(calls)
    times: dict[str, Figure] = {name: figure(all_) for name, all_ in by_turns(graphs, CALLS, ROUNDS).items()}
    return {"batch": BATCH, "vocabulary": VOCABULARY, "openings": openings.count, "us_by_writing_rows": times}


def state(text: bytes) -> list[int]:
    """The row behind ``text``."""
    row = fresh()
    advance(row, text)
    return row


def vocabulary(rng: random.Random) -> list[bytes]:
    """Made up, in the proportions of a byte-level one: bytes, numbers of up to three digits, signs, words."""
    table = [b"", *(bytes([byte]) for byte in range(256))]
    table += [f"{number:0{width}d}".encode() for width in (2, 3) for number in range(10**width)]
    table += [before + sign + after for before in (b"", b" ") for sign in b"+ - * / = ( ) $ % , .".split()
              for after in (b" ", b"\n", b")", b".")]  # fmt: skip
    letters = b"etaoinshrdlucmfwypvbgk"
    while len(table) < VOCABULARY:
        word = bytes(rng.choices(letters, k=rng.randrange(2, 9)))
        table.append(rng.choice((b" ", b"")) + word)
    return table
