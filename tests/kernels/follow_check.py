"""States that follow an engine's token histories, under Triton's interpreter: run in a process of its own.

Slots begin, grow by any number of tokens, are cut and continued, change hands or are never followed.
"""

from __future__ import annotations

import random
import sys
from itertools import islice

import torch
from tests.kernels.lines import line
from tests.kernels.vocabularies import BUILD, vocabulary

from verifirst.kernels.device.follow import UNFOLLOWED, Followers
from verifirst.kernels.device.program import Program
from verifirst.kernels.reference import advance
from verifirst.kernels.state import fresh

SLOTS, LONGEST, ROUNDS = 4, 96, 5


def expected(table: list[bytes], output: list[int]) -> list[int]:
    row = fresh()
    for token in output:
        advance(row, table[token] if token < len(table) else b"")
    return row


class Slot:
    """A request: its prompt, its output so far, and the tokens that it will go on with."""

    def __init__(self, rng: random.Random, split, padding: int) -> None:
        self.prompt = split(line(rng).encode())[:8]
        text = "\n".join(line(rng) for _ in range(3)).encode()
        self.stream = iter([*split(text), padding])
        self.output: list[int] = []

    def grow(self, count: int) -> None:
        self.output += islice(self.stream, count)


def check(name: str, seed: int) -> int:
    """Compare every slot after each round; the number of tokens read."""
    rng = random.Random(seed)
    table, split = vocabulary(name)
    followers = Followers(Program.load(table), SLOTS)
    slots = [Slot(rng, split, len(table) + 3) for _ in range(SLOTS)]
    followed = [True, True, False, True]
    followers.reset(torch.arange(SLOTS), torch.tensor(followed))
    for _ in range(ROUNDS):
        for slot in slots:
            slot.grow(rng.randrange(5))
        turn = rng.randrange(SLOTS)
        if rng.random() < 0.5:  # a rollback: the runner takes the request in again
            del slots[turn].output[rng.randrange(len(slots[turn].output) + 1) :]
            followers.reset(torch.tensor([turn]), torch.tensor([followed[turn]]))
        histories = torch.full((SLOTS, LONGEST), 7, dtype=torch.int32)
        for at, slot in enumerate(slots):
            known = torch.tensor(slot.prompt + slot.output, dtype=torch.int32)
            histories[at, : len(known)] = known
        prompts = torch.tensor([len(slot.prompt) for slot in slots], dtype=torch.int32)
        totals = prompts + torch.tensor([len(slot.output) for slot in slots], dtype=torch.int32)
        batch = torch.tensor([*rng.sample(range(SLOTS), SLOTS), -1], dtype=torch.int32)
        followers.follow(batch, histories, prompts, totals)
        for at, slot in enumerate(slots):
            wanted = expected(table, slot.output) if followed[at] else fresh()
            seen = len(slot.output) if followed[at] else UNFOLLOWED
            if followers.rows[at].tolist() != wanted or int(followers.seen[at]) != seen:
                raise SystemExit(f"{name}, seed {seed}: slot {at} differs")
    return sum(len(slot.output) for slot in slots)


def main() -> None:
    read = sum(check(name, seed) for seed in range(int(sys.argv[1]), int(sys.argv[2])) for name in BUILD)
    sys.stdout.write(f"{read} tokens, every state keeps up\n")


if __name__ == "__main__":
    main()
