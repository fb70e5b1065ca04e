import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra 'local'")
pytest.importorskip("transformers", reason="training needs the extra 'local'")

from recipes.rl_convergence import analyse, hacking
from recipes.rl_convergence.config import ARMS, SMOKE, Plan
from recipes.rl_convergence.schedule import append, check_plan, read, run_all, seed_major
from recipes.rl_convergence.trial import Trial, run
from recipes.rl_convergence.world import test_problems as problems_of
from recipes.rl_convergence.world import training_problems

from verifirst.core.report import Coverage
from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason
from verifirst.rl.rollouts import Rollout, RolloutStep

ROOT = Path(__file__).parents[3]


def row(arm: str, seed: int, step: int, mode: str, clean: int, **more) -> dict:
    figures = {
        "n": 100,
        "correct": clean + 10,
        "spurious": 10,
        "exhausted": 0,
        "sampled": 700,
        "temperature": 1.0,
        "part": "curve",
    }
    named = {"run": f"{arm}/{seed}", "arm": arm, "seed": seed, "step": step, "mode": mode, "clean": clean}
    return {**named, "tokens": 100 * step, "cpu": 2.0 * step, **figures, **more}


def experiment() -> list[dict]:
    """Arm a climbs 1 point a step from 20, arm d 2 points; seeds differ by a point."""
    rows = []
    for seed in (0, 1, 2):
        for mode in ("raw", "verified"):
            rows.append(row("start", seed, 0, mode, 20 + seed))
            for arm, slope in (("a", 1), ("d", 2)):
                rows += [row(arm, seed, step, mode, 20 + seed + slope * step) for step in (4, 8, 16)]
    return rows


def test_the_target_is_reached_where_straight_lines_cross_it() -> None:
    curve = analyse.Curve()
    for step, clean in ((0, 10), (8, 30), (4, 18), (16, 20)):
        curve.add(row("a", 0, step, "raw", clean))
    assert curve.reach(0.24) == pytest.approx(6.0)
    assert curve.reach(0.24, "tokens") == pytest.approx(600)
    assert curve.reach(0.10) == 0
    assert curve.reach(0.31) == math.inf


def test_the_summary_has_the_published_form_and_knows_what_was_never_reached() -> None:
    found = analyse.summary(experiment(), 0.30)
    assert found["target"] == 0.30
    assert list(found["arms"]) == ["a", "d"]
    assert found["arms"]["a"]["raw"]["steps_to_target"]["median"] == pytest.approx(9.0)
    assert found["arms"]["d"]["verified"]["steps_to_target"] == {"median": 4.5, "low": 4.0, "high": 5.0}
    assert found["arms"]["a"]["raw"]["clean_accuracy"] == pytest.approx(0.37)
    assert found["arms"]["a"]["raw"]["spurious"] == pytest.approx((10 / 46 + 10 / 47 + 10 / 48) / 3, abs=1e-4)
    never = analyse.summary(experiment(), 0.45)["arms"]["a"]["raw"]["steps_to_target"]
    assert never == {"median": None, "low": None, "high": None}
    json.dumps(found, allow_nan=False)


def test_a_comparison_is_paired_by_seed() -> None:
    saved = analyse.compare(experiment(), ("d", "raw"), ("a", "raw"), 0.30)
    assert saved["median"] == pytest.approx(0.5)
    assert saved["low"] == pytest.approx(0.5)
    assert saved["seeds"] == 3


def test_arms_of_a_seed_see_the_same_problems_and_none_that_is_evaluated() -> None:
    first, again, other = (list(training_problems(Plan(steps=3), seed)) for seed in (0, 0, 1))
    texts = [[p.text for p in batch] for batch in first]
    assert texts == [[p.text for p in batch] for batch in again]
    assert texts != [[p.text for p in batch] for batch in other]
    held = problems_of(Plan(held_out=200))
    assert not {p.text for p in held} & {text for batch in texts for text in batch}
    assert {p.split for p in held} == {"heldout-numbers", "heldout-templates"}


def test_a_run_gives_the_same_rows_again_but_for_its_time() -> None:
    one, two = (run(Trial("d+", 0, 1e-3), SMOKE) for _ in range(2))
    assert [{**r, "cpu": 0} for r in one] == [{**r, "cpu": 0} for r in two]
    shape = [(r["step"], r["mode"], r["temperature"], r["part"], r["n"]) for r in one]
    assert shape == [
        (1, "raw", 1.0, "curve", 4), (1, "verified", 1.0, "curve", 4),
        (2, "raw", 1.0, "curve", 4), (2, "raw", 1.0, "all", 6),
        (2, "verified", 1.0, "curve", 4), (2, "verified", 1.0, "all", 6),
        (2, "raw", 0.0, "all", 6), (2, "verified", 0.0, "all", 6),
    ]  # fmt: skip


def test_a_run_in_the_file_is_skipped_and_another_plan_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "raw.jsonl"
    append(out, [row(trial.arm, trial.seed, 0, "raw", 1, run=trial.name) for trial in seed_major(["a"], 2, SMOKE)])
    before = out.read_text()
    run_all(seed_major(["a"], 2, SMOKE), SMOKE, out, jobs=1)
    assert out.read_text() == before
    with pytest.raises(SystemExit, match="another plan"):
        check_plan(Plan(steps=3), out)
    assert len(read(out)) == 4


def half_of_them(trial: Trial, plan: Plan) -> list[dict]:
    """Work that fails for every second seed; needs a name, to be sent to another process."""
    if trial.seed % 2:
        raise RuntimeError(f"seed {trial.seed} is odd")
    return [row(trial.arm, trial.seed, 0, "raw", 1, run=trial.name)]


def test_a_run_that_fails_costs_no_other(tmp_path: Path) -> None:
    out = tmp_path / "raw.jsonl"
    trials = [Trial("a", seed, 1e-3) for seed in (1, 2, 3, 4)]
    with pytest.raises(RuntimeError, match="seed 1 is odd"):
        run_all(trials, SMOKE, out, jobs=1, work=half_of_them)
    assert [r["seed"] for r in read(out)] == [2, 4]


def test_seeds_come_in_whole_rounds() -> None:
    trials = seed_major(["a", "d"], 2, SMOKE)
    assert [(t.arm, t.seed) for t in trials] == [
        ("start", 0), ("a", 0), ("d", 0), ("start", 1), ("a", 1), ("d", 1),
    ]  # fmt: skip


def test_the_smoke_run_does_every_arm_and_writes_the_summary(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "recipes.rl_convergence", "run", "--smoke", "--results", str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "summary.json").read_text())
    assert set(found["arms"]) == set(ARMS)
    assert all(set(modes) == {"raw", "verified"} for modes in found["arms"].values())
    assert len(read(tmp_path / "raw.jsonl")) == len(ARMS) * 8 + 6


def test_a_silent_solution_keeps_its_results_and_asserts_no_equation() -> None:
    problem = next(p for p in problems_of(Plan(held_out=40)) if any(" * " in s for s in p.solution_steps))
    quiet = hacking.silent(problem)
    assert quiet.solution_steps[-1] == problem.solution_steps[-1]
    assert not any(" = " in step for step in quiet.solution_steps)
    results = [re.findall(r"= (\$?\d[\d.]*\d|\$?\d)", step)[-1:] for step in problem.solution_steps]
    assert all(not found or found[0] in step for found, step in zip(results, quiet.solution_steps, strict=True))


def test_a_floor_on_coverage_pays_nothing_for_silence() -> None:
    step = RolloutStep(0, 1, "Leo has 71 tiles.", Status.UNKNOWN)
    mute = Rollout((1,), (2,), (0.0,), (0.0,), step.text, FinishReason.STOP, (step,), coverage=Coverage(steps=1))
    paid = {name: reward(mute) for name, reward in hacking.REWARDS.items()}
    assert paid == {"unknown passes": 1.0, "decided steps only": None, "coverage floor": 0.0}


def test_the_hacking_experiment_records_each_step() -> None:
    rows = hacking.run(Trial("coverage floor", 0, 5e-4), hacking.SMOKE_HACKING)
    assert [row["step"] for row in rows] == [0, 1]
    assert all(0 <= row["checked"] <= 1 for row in rows)
    found = hacking.summary(rows)
    assert set(found) == {"coverage floor"}
    assert found["coverage floor"]["steps"]["last"] == [pytest.approx(sum(r["steps"] for r in rows) / 2, abs=1e-3)]
