"""The pairs that fuzzing kept: replayed, each answer checked by the fuzzer's oracle."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

from verifirst.core.budget import Budget
from verifirst.solvers import outcome
from verifirst.solvers.compare import MAX_WORK, compare

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz"


@pytest.fixture(scope="module")
def fuzz():
    sys.path.insert(0, str(FUZZ))
    try:
        spec = importlib.util.spec_from_file_location("fuzz_terms", FUZZ / "terms.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FUZZ))
    return module


def test_no_kept_pair_is_answered_against_the_oracle(fuzz):
    draw = random.Random(0)
    kept = fuzz.load()
    assert len(kept) > 100
    for pair, _ in kept:
        budget = Budget(1_000_000)
        found = compare(*pair, budget=budget)
        assert fuzz.contradiction(*pair, found, draw) == "", pair
        assert budget.spent <= 2 * MAX_WORK, pair  # the last thing paid for may exceed what was left


def test_the_oracle_sees_wrong_answers(fuzz):
    draw = random.Random(0)
    x, shifted = ("$x", "sin"), ("$x", "sin", 1, 1000, "/", "+")
    assert fuzz.contradiction(x, shifted, outcome.equal("nobody"), draw)
    assert fuzz.contradiction(x, ("$x", "pi", 2, "*", "+", "sin"), outcome.different("nobody", {"x": "1/3"}), draw)
    assert fuzz.contradiction(("pi",), ((314, 100),), outcome.equal("nobody"), draw)
    assert fuzz.contradiction((8, "sqrt"), (2, 2, "sqrt", "*"), outcome.different("nobody"), draw)
    assert not fuzz.contradiction(("$x", 0, "/"), ("$x",), outcome.equal("nobody"), draw)
    assert not fuzz.contradiction((10, 900, "neg", "^"), (11, 900, "neg", "^"), outcome.different("nobody"), draw)
