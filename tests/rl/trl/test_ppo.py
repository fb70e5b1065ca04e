"""PPO on TRL's trainer: the critic, the advantages, where rewards are paid."""

import pytest

pytest.importorskip("trl", reason="needs TRL (pip install 'verifirst[rl]')")

import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.rl.trl.scenes import MODEL, examples, trainer
from transformers import AutoModelForCausalLM

from verifirst.errors import ConfigError
from verifirst.rl.trl import PPOSettings, PPOTrainer, VerifiedRollouts
from verifirst.rl.trl.critic import Critic, advantages_and_returns

LENGTH = 5
numbers = st.lists(st.floats(-2, 2), min_size=LENGTH, max_size=LENGTH)


def by_definition(rewards, values, mask, gamma, lam):
    """Advantages as the sum over later temporal-difference errors, of the policy's own tokens only."""
    own = [at for at in range(LENGTH) if mask[at]]
    errors = [
        rewards[at] + gamma * (values[own[place + 1]] if place + 1 < len(own) else 0) - values[at]
        for place, at in enumerate(own)
    ]
    found = [0.0] * LENGTH
    for place, at in enumerate(own):
        found[at] = sum((gamma * lam) ** ahead * error for ahead, error in enumerate(errors[place:]))
    return found


@given(numbers, numbers, st.lists(st.booleans(), min_size=LENGTH, max_size=LENGTH), st.floats(0, 1), st.floats(0, 1))
def test_advantages_are_the_discounted_sum_of_errors(rewards, values, mask, gamma, lam):
    row = [torch.tensor([given], dtype=torch.float64) for given in (rewards, values, mask)]
    advantages, returns = advantages_and_returns(row[0], row[1], row[2], gamma, lam)
    expected = by_definition(rewards, values, mask, gamma, lam)
    assert advantages[0].tolist() == pytest.approx(expected, abs=1e-9)
    wanted = [advantage + (value if own else 0) for advantage, value, own in zip(expected, values, mask, strict=True)]
    assert returns[0].tolist() == pytest.approx(wanted, abs=1e-9)


def test_the_critic_judges_a_token_by_what_stands_before_it():
    critic = Critic(AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32))
    torch.nn.init.normal_(critic.value.weight)
    ids = torch.tensor([[11, 12, 13, 14, 15, 16]])
    other = ids.clone()
    other[0, 4] = 99
    with torch.no_grad():
        before, after = (critic(given, torch.ones_like(given), 3) for given in (ids, other))
    assert before[0, :2].tolist() == pytest.approx(after[0, :2].tolist(), abs=1e-5)
    assert before[0, 2].item() != pytest.approx(after[0, 2].item(), abs=1e-3)


def test_it_learns_what_rollouts_are_worth(tmp_path):
    made = trainer(
        tmp_path,
        VerifiedRollouts(),
        kind=PPOTrainer,
        reward=lambda completions, **_: [3.0] * len(completions),
        ppo=PPOSettings(critic_learning_rate=1e-3, critic_epochs=8),
        config_changes={"max_completion_length": 32},
    )
    made.train()
    losses = [entry["value_loss"] for entry in made.state.log_history if "loss" in entry]
    assert losses[1] < losses[0] / 2


def batch(tmp_path, reward, **settings):
    made = trainer(tmp_path, VerifiedRollouts(), kind=PPOTrainer, reward=reward, ppo=PPOSettings(**settings))
    made.model.train()
    rows = examples()
    found = made._generate_and_score_completions(rows)
    mask = found["completion_mask"] * found["tool_mask"]
    return made, rows, found, mask


def test_advantages_are_whitened_over_the_tokens_that_count(tmp_path):
    rewards = [1.0, 0.0, None, 1.0, 0.0, 0.0, None, 1.0]
    _, _, found, mask = batch(tmp_path, lambda **_: rewards)
    known = torch.tensor([reward is not None for reward in rewards])
    counted = found["advantages"][(mask * known[:, None]).bool()]
    assert found["advantages"][~known].abs().max() == 0
    assert found["advantages"][mask == 0].abs().max() == 0
    assert counted.mean().item() == pytest.approx(0, abs=1e-5)
    assert counted.std(correction=0).item() == pytest.approx(1, abs=1e-2)


def test_step_rewards_are_paid_where_steps_end(tmp_path):
    made, rows, _, mask = batch(
        tmp_path, lambda **_: [10.0] * 8, step_rewards=lambda rollout: [1.0 + n for n in range(len(rollout.steps))]
    )
    rewards, known = made._token_rewards(rows, mask)
    assert known.all()
    for row, example in enumerate(rows):
        rollout = example["rollout"]
        last = max(len(rollout.completion_ids) - 1, 0)
        expected = [0.0] * mask.shape[1]
        expected[last] = 10.0
        for number, step in enumerate(rollout.steps):
            expected[step.end - 1] += 1.0 + number
        assert rewards[row].tolist() == expected


def test_settings_are_checked():
    with pytest.raises(ConfigError, match="gamma"):
        PPOSettings(gamma=1.5)


def test_the_critic_is_saved_with_the_policy(tmp_path):
    made = trainer(
        tmp_path,
        VerifiedRollouts(),
        kind=PPOTrainer,
        config_changes={"max_steps": 1, "save_strategy": "steps", "save_steps": 1, "max_completion_length": 16},
    )
    made.train()
    saved = torch.load(tmp_path / "checkpoint-1" / "critic.pt", weights_only=True)
    assert torch.equal(saved["value.weight"], made.critic.value.weight)
