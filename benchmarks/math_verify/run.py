"""``verifirst.math_verify`` beside Math-Verify: the same answers, by turns, in one run.

    python benchmarks/math_verify/run.py DATA_FOLDER [--answers N] [--rounds N] [--show] [--write]

Each question is a gold answer and a text that ends in an answer. *Right* pairs come from gold
solutions, *model* pairs from model solutions that people labelled, *wrong* pairs from the gold
solutions of other problems with another answer. ``--show`` prints where the two disagree.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import platform
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import math_verify as original

from verifirst import math_verify as ours

HERE = Path(__file__).parent
GOLD = ("math_gold_test", "prm800k_correct", "gsm8k_gold")
MODELS = ("processbench_math", "processbench_gsm8k", "gsm8k_model_solutions", "mr_gsm8k_partial", "parc_perl")


class Question(NamedTuple):
    """A gold answer, a text with an answer, and whether the answer is right as far as the data say."""

    kind: str
    gold: str
    text: str
    right: bool


def main() -> None:
    """Measure, print, and write when asked."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--answers", type=int, default=100, help="questions of each kind that are timed")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--show", action="store_true")
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    logging.disable(logging.WARNING)
    asked = list(_questions(options.data))
    result = {
        "agreement": agreement(asked, show=options.show),
        "speed": speed(asked, options.answers, options.rounds),
        "math_verify": version("math-verify"),
        "machine": f"{platform.python_implementation()} {platform.python_version()}, one process",
        "command": "python benchmarks/math_verify/run.py DATA_FOLDER --write",
    }
    print(json.dumps(result, indent=1))
    if options.write:
        (HERE.parent / "results/math_verify.json").write_text(json.dumps(result, indent=1) + "\n")


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [row for line in lines if (row := json.loads(line)).get("answer") not in (None, "")]


def _questions(folder: Path) -> Iterator[Question]:
    for name in GOLD:
        rows = _rows(folder, name)
        texts = [str(row["steps"][-1] if name != "gsm8k_gold" else row["solution"].split("####")[0]) for row in rows]
        for at, row in enumerate(rows):
            other = (at + 7) % len(rows)
            gold = f"${row['answer']}$"
            yield Question(f"{name}, right", gold, texts[at], right=True)
            if rows[other]["answer"] != row["answer"]:
                yield Question(f"{name}, wrong", gold, texts[other], right=False)
    for name in MODELS:
        for row in _rows(folder, name):
            if row["final_correct"] is not None:
                yield Question(f"{name}, model", f"${row['answer']}$", str(row["steps"][-1]), row["final_correct"])


def _ours(question: Question) -> bool:
    return ours.verify(ours.parse(question.gold), ours.parse(question.text))


def _theirs(question: Question) -> bool:
    return bool(original.verify(original.parse(question.gold), original.parse(question.text)))


def agreement(asked: list[Question], *, show: bool) -> dict[str, dict[str, int]]:
    """For each kind: how often both accept, one does, none does; and what the label says of those."""
    table: dict[str, Counter[str]] = {}
    for question in asked:
        a, b = _ours(question), _theirs(question)
        said = "both accept" if a and b else "ours alone" if a else "theirs alone" if b else "none accepts"
        table.setdefault(question.kind, Counter())[f"{said}, {'right' if question.right else 'wrong'}"] += 1
        if show and (a != b or (a and not question.right and "wrong" in question.kind)):
            print(
                f"{question.kind}: {said}: {question.gold!r} ~ {question.text[-160:]!r}\n   {ours.parse(question.text)}"
            )
    return {kind: dict(sorted(counts.items())) for kind, counts in table.items()}


def speed(asked: list[Question], answers: int, rounds: int) -> dict[str, Any]:
    """Milliseconds an answer (parse both, verify), ours and theirs by turns on the same batches."""
    kinds: dict[str, list[Question]] = {}
    for question in asked:
        kinds.setdefault(question.kind, []).append(question)
    return {
        kind: _timed(random.Random(kind).sample(some, min(answers, len(some))), rounds) for kind, some in kinds.items()
    }


def _timed(some: list[Question], rounds: int) -> dict[str, Any]:
    batches = [some[at : at + 20] for at in range(0, len(some), 20)]
    found: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(rounds):
        spent = {"ours": 0.0, "theirs": 0.0}
        for batch in batches:
            spent["ours"] += _seconds(_ours, batch)
            spent["theirs"] += _seconds(_theirs, batch)
        for arm, seconds in spent.items():
            found[arm].append(1e3 * seconds / len(some))
    ratios = [b / a for a, b in zip(found["ours"], found["theirs"], strict=True)]
    return {
        "answers": len(some),
        **{f"{arm}_ms": _spread(times) for arm, times in found.items()},
        "times_faster": _spread(ratios),
    }


def _seconds(ask: Callable[[Question], bool], batch: list[Question]) -> float:
    start = time.perf_counter()
    for question in batch:
        ask(question)
    return time.perf_counter() - start


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 3), "low": round(min(values), 3), "high": round(max(values), 3)}


if __name__ == "__main__":
    main()
