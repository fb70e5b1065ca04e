"""The masks of the device under Triton's interpreter against those of the host: run in a process of its own."""

from __future__ import annotations

import random
import sys

import torch
from tests.kernels.lines import line
from tests.kernels.vocabularies import BUILD, vocabulary

from verifirst.kernels.device.masking import Masks, Openings
from verifirst.kernels.device.program import Program
from verifirst.kernels.masking import Masker
from verifirst.kernels.reference import advance
from verifirst.kernels.state import Row, fresh

BEGUN = (
    "He has 3 * 12 =", "So 3 * 12 = ", "So 3 * 12 = 3", "977 * 4 = 3,", "977 * 4 = 3,9", "5 - 9 = -", "5 - 9 =",
    "2 + 2 = 4", "7 / 2 = 3.", "1 + 2 * 3 = 7", "0.5 * 3 = 1.", "(1 + 2) * 3 =", "3 * 12 = $", "400 + 377 = 777.",
    "6 * 2 = 12 = 3 +", "7 - 7 = 0", "3 * 12 = \\", "3 * 12 =\\$", "3 * 12 = 36\\ti",
    "62 / 20 = 3", "62 / 20 = 3.", "7 / 3 = 2.3", "7 / 3 = 7", "7 / 3 = 7/", "25 * $1.50 =", "25 * $1.50 = $37.5",
    "25% of $90 = ", "25% of $90 = $22.5", "25% o", "31 > ", "31 > 3", "31 < 3", "57 < 4", "$0 > ", "7 - 9 = -2 <",
    "5 / 20 = 2", "5 / 20 = 25", "5 / 20 = 0.25 =", "2 * (3 + 4) = 15 ", "2 * (3 + 4) = 2 * 7", "$3 - $5",
    "3 * 12 = 36*", "8 / 3 = 2.66666666", "800 < 1", "1/2 + 1/4 = 3/", "36 - 36 = 0 x",
)  # fmt: skip
SIGNS = (
    b"(",
    b".",
    b",",
    b"\n",
    b" ",
    b"-",
    b"$",
    b"%",
    b" a",
    b"=",
    b"+",
    b"\xc3",
    b". ",
    b".5",
    b"36",
    b"4,",
    b" 3",
    b"\\",
    b"\\$",
    b"\\frac",
    b"\xe2",
    b"\x88",
    b"\x92",
    b"\xe2\x88\x92",
    b"\\times",
    b"%",
    b"/",
    b"* ",
    b"< ",
    b" = $",
    b" > 4",
    b"/3",
    b"\xb2",  # a digit to str, when taken for a character
    b"0",
    b"5",
    b"o",
    b"f",
)
PADDING = 5
"""Columns of the logits that no token has."""


def states(rng: random.Random, count: int) -> list[Row]:
    """Some where a result is being written, and some cut anywhere."""
    texts = [rng.choice(BEGUN) if rng.random() < 0.7 else line(rng) for _ in range(count)]
    rows = []
    for text in texts:
        row = fresh()
        advance(row, text.encode() if text in BEGUN else text.encode()[: rng.randrange(1, len(text.encode()) + 1)])
        rows.append(row)
    return rows


def thinned(table: list[bytes], rng: random.Random, keep: int) -> list[bytes]:
    """Most tokens spell nothing: the interpreter is slow. Those with digits or signs are likelier to stay."""
    telling = [token for token, text in enumerate(table) if text[:1].isdigit() or text in SIGNS]
    kept = {*rng.sample(telling, min(len(telling), keep)), *rng.sample(range(len(table)), keep // 3)}
    return [text if token in kept else b"" for token, text in enumerate(table)]


def check(name: str, seed: int, count: int = 5, keep: int = 12) -> int:
    """Compare ``count`` rows of a batch, in any order, some without a state; the tokens that were forbidden."""
    rng = random.Random(seed)
    table = thinned([*vocabulary(name)[0], *SIGNS], rng, keep)
    ends = (rng.randrange(len(table)),)
    masker, rows = Masker(table, ends), states(rng, count)
    slots = [*rng.sample(range(count), count), -1]
    logits = torch.randn(count + 1, len(table) + PADDING, dtype=rng.choice((torch.float32, torch.bfloat16)))
    expected = logits.clone()
    for at, slot in enumerate(slots):
        banned = sorted(masker.forbidden(rows[slot])) if slot >= 0 else []
        expected[at, banned] = -torch.inf
    masks = Masks(Openings.load(table, ends), count + 3, logits.shape[1])
    masks.apply(logits, torch.tensor(rows), torch.tensor(slots, dtype=torch.int32), Program.load(table))
    if not torch.equal(logits, expected):
        wrong = (logits != expected).nonzero().tolist()[:8]
        raise SystemExit(f"{name}, seed {seed}: masks differ at (row, token) {wrong}")
    places = torch.arange(logits.shape[1])
    allowed = (masks.packed[: count + 1, places // 32] >> (places % 32)) & 1
    if not torch.equal(allowed == 0, expected == -torch.inf):
        raise SystemExit(f"{name}, seed {seed}: the packed mask is another")
    return int((expected == -torch.inf).sum())


def main() -> None:
    forbidden = sum(check(name, seed) for seed in range(int(sys.argv[1]), int(sys.argv[2])) for name in BUILD)
    sys.stdout.write(f"{forbidden} tokens forbidden, every mask equal\n")


if __name__ == "__main__":
    main()
