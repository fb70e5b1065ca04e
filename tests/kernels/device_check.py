"""The kernel under Triton's interpreter against the reference: run in a process of its own, `python -m` this.

Sequences of random lines are cut into tokens by three tokenizers and at random, also inside characters and
commands; advanced side by side, rolled back and forked.
"""

from __future__ import annotations

import random
import sys

import torch
from tests.kernels.lines import line
from tests.kernels.vocabularies import BUILD, vocabulary

from verifirst.kernels.device.advance import advance
from verifirst.kernels.device.program import Program, rows
from verifirst.kernels.reference import advance as reference
from verifirst.kernels.state import fresh

EDGES = (
    "1,234 + 5 = 1,239. So", "\\frac{3}{4}+\\frac{1}{4} = 1", "(1 + 2) * (3 - 5) = -6", "9 x 9 = 81", "25% * 80 = 20.",
    "Total = 3 × 4 = 13", "999999999 * 999", "0.1 + 0.2 = 0.3", "5 ÷ (2 − 2) = 1", "don't 3 + 4 = 8", "7 / 2 = 3.5",
    "25% of $90 = $22.5.", "5% offers", "25% often, 3 + 4 = 7", "3 + 4 = 7 < 9, 5", "2 <= 4 >= 3", "$5 - $7 = -$2",
    "1/2 = 0.5",
)  # fmt: skip


def ragged(text: bytes, rng: random.Random) -> list[bytes]:
    """Pieces of random length."""
    out, at = [], 0
    while at < len(text):
        size = rng.randrange(1, 8)
        out.append(text[at : at + size])
        at += size
    return out


def compare(found: torch.Tensor, expected: list[list[int]], why: str) -> None:
    if found.tolist() != expected:
        wrong = [(i, j) for i, row in enumerate(expected) for j, x in enumerate(row) if int(found[i, j]) != x]
        raise SystemExit(f"{why}: registers differ at (sequence, register) {wrong[:8]}")


def cut(name: str, texts: list[str], rng: random.Random) -> tuple[list[bytes], list[list[int]]]:
    """A vocabulary, and ``texts`` in its tokens."""
    if name == "ragged":
        pieces = [ragged(text.encode(), rng) for text in texts]
        table = sorted({piece for stream in pieces for piece in stream} | {b""})
        return table, [[table.index(piece) for piece in stream] for stream in pieces]
    table, split = vocabulary(name)
    return table, [split(text.encode()) for text in texts]


def check(name: str, seed: int, sequences: int = 4, lines: int = 2) -> int:
    """Advance ``sequences`` of ``lines`` each; the number of tokens read."""
    rng = random.Random(seed)
    texts = ["\n".join((line(rng), rng.choice(EDGES))[: rng.randrange(1, lines + 1)]) + "\n" for _ in range(sequences)]
    table, streams = cut(name, texts, rng)
    program = Program.load(table)
    device, expected = rows(sequences), [fresh() for _ in range(sequences)]
    turn = rng.randrange(min(map(len, streams)))
    for at in range(max(map(len, streams))):
        if at == turn:  # one sequence becomes a fork of another
            device[1], expected[1] = device[0], list(expected[0])
        if at == turn or rng.random() < 0.2:  # refused continuations, rolled back
            saved = device.clone()
            advance(device, torch.randint(len(table), (sequences,)), program)
            device = saved
        tokens = torch.tensor([stream[at] if at < len(stream) else -1 for stream in streams])
        advance(device, tokens, program)
        for row, stream in zip(expected, streams, strict=True):
            reference(row, table[stream[at]] if at < len(stream) else b"")
        compare(device, expected, f"{name}, seed {seed}, token {at}, {texts}")
    return sum(map(len, streams))


def main() -> None:
    read = 0
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        for name in (*BUILD, "ragged"):
            read += check(name, seed)
    sys.stdout.write(f"{read} tokens, every register equal\n")


if __name__ == "__main__":
    main()
