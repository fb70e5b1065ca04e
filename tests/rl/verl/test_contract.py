"""The adapter against verl's own classes; skipped where verl is missing, as in CI: it wants an older Transformers."""

import asyncio
import inspect
import itertools

import pytest

pytest.importorskip("verl", reason="needs verl (pip install verl), which wants an older Transformers than the rest")

import numpy as np
import torch
from omegaconf import OmegaConf
from tensordict import TensorDict
from verl import DataProto
from verl.experimental.agent_loop.single_turn_agent_loop import SingleTurnAgentLoop
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
from verl.trainer.ppo.reward import load_reward_manager

from verifirst import models
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.engines.transformers.loading import load
from verifirst.engines.vllm.settings import overrides
from verifirst.rl.verl.agent_loop import VerifiedAgentLoop
from verifirst.rl.verl.reward_manager import VerificationRewardManager

PROBLEM = next(itertools.islice(generate("train", 1, seed=1), 1))
WIDTH = 200


@pytest.fixture(scope="module")
def tokenizer():
    return load(models.path("first_light_base"), "cpu", "auto")[1]


def sample(tokenizer, response):
    """One row as verl hands it over: prompts padded on the left, responses on the right."""
    prompt = tokenizer(prompt_text(PROBLEM))["input_ids"]
    answer = [*tokenizer(response)["input_ids"], tokenizer.eos_token_id]
    left, right = WIDTH - len(prompt), WIDTH - len(answer)
    batch = {
        "prompts": torch.tensor([[0] * left + prompt]),
        "responses": torch.tensor([answer + [0] * right]),
        "attention_mask": torch.tensor([[0] * left + [1] * (len(prompt) + len(answer)) + [0] * right]),
    }
    others = {
        "reward_model": np.array([{"ground_truth": PROBLEM.answer}], dtype=object),
        "raw_prompt": np.array([[{"role": "user", "content": prompt_text(PROBLEM)}], None], dtype=object)[:1],
        "data_source": np.array(["word_problems"], dtype=object),
    }
    return DataProto(batch=TensorDict(batch, batch_size=[1]), non_tensor_batch=others)


def config():
    module = {"path": "pkg://verifirst.rl.verl.reward_manager", "name": "VerificationRewardManager"}
    manager = {"source": "importlib", "name": "VerificationRewardManager", "module": module}
    custom = {"path": None, "name": "compute_score"}
    return OmegaConf.create({"reward": {"reward_manager": manager, "custom_reward_function": custom}})


def rewarded(manager, data):
    return manager.loop.run_until_complete(manager.run_single(data))


def test_a_right_solution_is_rewarded_and_measured(tokenizer):
    manager = VerificationRewardManager(config(), tokenizer)
    found = rewarded(manager, sample(tokenizer, "\n".join(PROBLEM.solution_steps)))
    assert found["reward_score"] == 1
    assert found["reward_extra_info"]["known"] == 1
    assert found["reward_extra_info"]["coverage_steps"] > 0.5
    assert found["reward_extra_info"]["refuted_steps"] == 0


def test_a_refuted_step_is_counted_and_a_wrong_answer_is_zero(tokenizer):
    manager = VerificationRewardManager(config(), tokenizer)
    found = rewarded(manager, sample(tokenizer, "He has 2 + 2 = 5 apples.\nThe answer is 99999."))
    assert found["reward_score"] == 0
    assert found["reward_extra_info"]["refuted_steps"] == 1


def test_verl_loads_it_by_its_configuration(tokenizer):
    manager = load_reward_manager(config(), tokenizer)
    assert type(manager).__name__ == "VerificationRewardManager"
    assert isinstance(manager.run_single, type(NaiveRewardManager.run_single.__get__(manager)))


def test_what_verl_does_with_the_answer_fits(tokenizer):
    manager = VerificationRewardManager(config(), tokenizer)
    data = sample(tokenizer, "\n".join(PROBLEM.solution_steps))
    scores = manager.assemble_rm_scores(data, [rewarded(manager, data)["reward_score"]])
    assert scores.sum() == 1


def test_the_problem_travels_with_the_request(monkeypatch):
    taken = {}

    async def run(self, sampling_params, priority=0, **kwargs):
        taken.update(sampling_params)

    monkeypatch.setattr(SingleTurnAgentLoop, "run", run)
    loop = object.__new__(VerifiedAgentLoop)
    asyncio.run(loop.run({"temperature": 1.0}, raw_prompt=[{"role": "user", "content": "Tom has 3."}]))
    assert taken["temperature"] == 1
    assert overrides(taken["extra_args"]) == {"problem": "Tom has 3."}
    assert set(inspect.signature(VerifiedAgentLoop.run).parameters) == {"self", "sampling_params", "priority", "kwargs"}
