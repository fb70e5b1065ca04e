"""The automaton's reference against exact rationals, on millions of random equations.

    python benchmarks/kernels/fuzz_reference.py --n 10000000 --jobs 2 --out benchmarks/results/automaton_fuzz.json

Literals with and without decimals, commas, dollar and percent signs; ``P% of X``; ``+ - * /`` in several
spellings; brackets; results that are right, off by one, by a digit, by a factor, or rounded. The
oracle is ``fractions.Fraction`` over the tree that was written, which shares nothing with the automaton.
A wrong verdict is VERIFIED on a false equation, or REFUTED on a true one; there must be none.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

from verifirst.core.verdict import Status
from verifirst.kernels.layout import At
from verifirst.kernels.reference import advance
from verifirst.kernels.state import fresh

SIGNS = {
    "+": (" + ", "+"),
    "-": (" - ", " − ", "-"),
    "*": (" * ", " x ", " × ", " \\times ", "*"),
    "/": (" / ", " ÷ ", "/"),
}
KINDS = ("plain",) * 23 + ("decimal",) * 4 + ("grouped",) * 2 + ("money", "percent", "share")
CHUNK = 20_000
BRACKETS = 0.08
WRONG = 0.5
COMMAS = 0.2
DEPTH = 2


def literal(rng: random.Random) -> tuple[str, Fraction]:
    """A literal and its value."""
    whole = rng.randrange(rng.choice((10, 100, 1000, 100_000)))
    kind = rng.choice(KINDS)
    if kind == "share":
        text, value = literal(rng)
        return f"{whole}% of {text}", Fraction(whole, 100) * value
    if kind == "decimal":
        places = rng.randrange(1, 4)
        text = f"{whole}.{rng.randrange(10**places):0{places}d}"
        return text, Fraction(text)
    text = {"plain": f"{whole}", "grouped": f"{whole:,}", "money": f"${whole}", "percent": f"{whole}%"}[kind]
    return text, Fraction(whole, 100 if kind == "percent" else 1)


def expression(rng: random.Random, depth: int = 0) -> tuple[str, Fraction]:
    """Some terms joined by signs, and their value; raises ZeroDivisionError."""
    total, term, sign, text = Fraction(0), Fraction(0), "+", ""
    for place in range(rng.choice((1, 2, 2, 2, 3, 4)) + (depth == 0)):
        if depth < DEPTH and rng.random() < BRACKETS:
            inner, value = expression(rng, depth + 1)
            piece = f"({inner})"
        else:
            piece, value = literal(rng)
        if place:
            sign = rng.choice("+-**/")
            text += rng.choice(SIGNS[sign])
        text += piece
        if sign in "+-":
            total, term = total + term, value if sign == "+" else -value
        else:
            term = term * value if sign == "*" else term / value
    return text, total + term


def result(rng: random.Random, truth: Fraction) -> str:
    """A result as somebody writes it: often right, else off or rounded."""
    if rng.random() < WRONG:
        truth += rng.choice((1, -1, 10, Fraction(1, 10), truth, -truth / 2, Fraction(rng.randrange(-99, 100), 100)))
    if truth.denominator == 1:
        return f"{truth.numerator:,}" if rng.random() < COMMAS else str(truth.numerator)
    return f"{float(truth):.{rng.randrange(5)}f}"


def chunk(seed: int) -> Counter[str]:
    """Counts of verdicts by truth; prints each wrong one."""
    rng, counts = random.Random(seed), Counter[str]()
    while sum(counts.values()) < CHUNK:
        try:
            left, truth = expression(rng)
        except ZeroDivisionError:
            continue
        right = result(rng, truth)
        holds = Fraction(right.replace(",", "")) == truth
        row = fresh()
        advance(row, f"{left} = {right}\n".encode())
        status = {1: Status.VERIFIED, -1: Status.REFUTED, 0: Status.UNKNOWN}[row[At.LAST]]
        counts[f"{'true' if holds else 'false'} {status}"] += 1
        if status is (Status.REFUTED if holds else Status.VERIFIED):
            print("WRONG", f"{left} = {right}", truth, status, flush=True)
    return counts


def main() -> None:
    """Run the chunks and write the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    total = Counter[str]()
    seeds = range(args.seed, args.seed + -(-args.n // CHUNK))
    with ProcessPoolExecutor(args.jobs) as pool:
        for done, counts in enumerate(pool.map(chunk, seeds), 1):
            total += counts
            print(f"\r{done * CHUNK:,} equations", end="", flush=True)
    wrong = total["true refuted"] + total["false verified"]
    unknown = (total["true unknown"] + total["false unknown"]) / sum(total.values())
    found = {
        "equations": sum(total.values()),
        "wrong": wrong,
        "unknown": round(unknown, 4),
        "counts": dict(sorted(total.items())),
    }
    print("\n" + json.dumps(found, indent=2))
    if args.out:
        command = f"python benchmarks/kernels/fuzz_reference.py --n {args.n} --jobs {args.jobs} --seed {args.seed}"
        args.out.write_text(json.dumps({"command": command} | found, indent=2) + "\n")


if __name__ == "__main__":
    main()
