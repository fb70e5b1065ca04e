"""Rows of tokens: problems with their solutions or programs, and bare-equation drills.

A row is (tokens, weights): ``weights[i]`` is the weight of the loss on
predicting ``tokens[i]``. The problem's own words carry none.
"""

from __future__ import annotations

import random
import re
from array import array
from collections.abc import Iterator
from fractions import Fraction
from math import gcd

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from verifirst.bench.word_problems import Problem, generate, prompt_text
from verifirst.bench.word_problems.graph import show
from verifirst.bench.word_problems.moves import LARGEST
from verifirst.bench.word_problems.program import gold_program
from verifirst.formalising import program_prompt

Row = tuple["array[int]", bytes]

RESULT = re.compile(r"(?<== )\$?\d+(?:\.\d+)?")
RESULT_WEIGHT = 3
DRILLS_PER_ROW = 12


def problem_rows(tokenizer: PreTrainedTokenizerFast, n: int, seed: int, programs: float = 0.0) -> list[Row]:
    """``n`` training problems with their gold solutions, a share ``programs`` with their programs instead."""
    rng = random.Random(seed)
    return [
        (program_row if rng.random() < programs else solution_row)(tokenizer, problem)
        for problem in generate("train", n, seed)
    ]


def solution_row(tokenizer: PreTrainedTokenizerFast, problem: Problem) -> Row:
    """Prompt, solution, end token."""
    prompt = prompt_text(problem)
    tokens, weights = encode(tokenizer, prompt + problem.solution, learn_from=len(prompt))
    tokens.append(tokenizer.eos_token_id)
    return tokens, weights + b"\1"


def program_row(tokenizer: PreTrainedTokenizerFast, problem: Problem) -> Row:
    """Prompt, gold program, end token: every token of the program weighs the same."""
    prompt = program_prompt(problem.text)
    tokens, weights = encode(tokenizer, prompt + gold_program(problem), learn_from=len(prompt))
    return array("H", [*tokens, tokenizer.eos_token_id]), bytes(min(weight, 1) for weight in weights) + b"\1"


def encode(tokenizer: PreTrainedTokenizerFast, text: str, learn_from: int) -> tuple[array[int], bytes]:
    """Tokens of ``text`` with loss weights: 0 before ``learn_from`` (characters), 3 on results."""
    encoded = tokenizer(text, return_offsets_mapping=True)
    results = [m.span() for m in RESULT.finditer(text)]
    weights = bytearray()
    for start, _ in encoded["offset_mapping"]:
        if start < learn_from:
            weights.append(0)
        else:
            weights.append(RESULT_WEIGHT if any(a <= start < b for a, b in results) else 1)
    return array("H", encoded["input_ids"]), bytes(weights)


def drill_row(tokenizer: PreTrainedTokenizerFast, rng: random.Random) -> Row:
    """Bare equations, one a line; the loss sees their results only."""
    text = "\n".join(drill(rng) for _ in range(DRILLS_PER_ROW))
    tokens, weights = encode(tokenizer, text, learn_from=0)
    return tokens, bytes(w if w == RESULT_WEIGHT else 0 for w in weights)


def drill(rng: random.Random) -> str:
    """One equation of a form and size that the problems use."""
    kind = rng.choices(("+", "-", "*", "/", "% of", "price"), (30, 35, 25, 6, 6, 6))[0]
    dollar = chance(rng, 30)
    if kind == "+":
        a = rng.randint(5, 200)
        return equation(a, " + ", rng.randint(5, max(10, LARGEST - a)), dollar, dollar)
    if kind == "-":
        a = rng.randint(15, LARGEST + 80)
        return equation(a, " - ", rng.randint(5, a - 1), dollar, dollar)
    if kind == "*":
        a, b = rng.randint(3, 12), rng.randint(3, 20)
        if chance(rng, 20):
            a, b = rng.randint(3, 7), rng.randint(11, 30)
        return equation(*((a, " * ", b) if chance(rng, 70) else (b, " * ", a)), False, dollar)
    if kind == "/":
        n = rng.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20))
        exact = n in (2, 4, 5, 10, 20)
        a = rng.randint(15, LARGEST) if exact else n * rng.randint(3, LARGEST // n)
        return equation(a, " / ", n, False, False)
    if kind == "% of":
        p = rng.choice((10, 20, 25, 30, 40, 50, 60, 75))
        unit = 100 // gcd(p, 100)
        return equation(p, "% of ", unit * rng.randint(1, LARGEST // unit), False, dollar)
    price = Fraction(rng.randint(3, 30), 2)
    return equation(rng.randint(3, int(LARGEST / price)), " * ", price, False, True)


def chance(rng: random.Random, percent: int) -> bool:
    """True ``percent`` times in a hundred."""
    return rng.random() < percent / 100


def equation(a: int, sign: str, b: int | Fraction, dollar_a: bool, dollar_b: bool) -> str:
    """``a sign b = result``, exact."""
    x, y = Fraction(a), Fraction(b)
    value = {" + ": x + y, " - ": x - y, " * ": x * y, " / ": x / y, "% of ": x * y / 100}[sign]
    result = show(value, dollar_a or dollar_b)
    return f"{show(x, dollar_a)}{sign}{show(y, dollar_b)} = {result}"


def batches(
    problems: list[Row], drills: list[Row], share: float, rows: int, rng: random.Random
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless (tokens, weights) pairs of (rows, length), padded on the right with weight 0.

    A ``share`` of the batches is drills. Problems of like length go together,
    so that little is padding.
    """
    while True:
        order = sorted(rng.sample(problems, min(len(problems), 64 * rows)), key=lambda r: len(r[0]))
        groups = [order[i : i + rows] for i in range(0, len(order), rows)]
        groups += [rng.sample(drills, rows) for _ in range(round(len(groups) * share / (1 - share)))]
        rng.shuffle(groups)
        for group in groups:
            yield pad(group)


def pad(group: list[Row]) -> tuple[Tensor, Tensor]:
    """Rows of one length."""
    length = max(len(tokens) for tokens, _ in group)
    tokens = torch.zeros(len(group), length, dtype=torch.long)
    weights = torch.zeros(len(group), length)
    for i, (ids, w) in enumerate(group):
        tokens[i, : len(ids)] = torch.tensor(ids.tolist())
        weights[i, : len(w)] = torch.tensor(list(w), dtype=torch.float32)
    return tokens, weights
