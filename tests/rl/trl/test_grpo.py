"""Credit for refusals: TRL's loss and ours against the estimators' rows, by their gradients."""

import pytest

pytest.importorskip("trl", reason="needs TRL (pip install 'verifirst[rl]')")

import torch
from tests.rl.trl.scenes import examples, trainer

from verifirst.decoding import Settings
from verifirst.errors import ConfigError
from verifirst.policy import OnRefuted, Policy
from verifirst.rl.estimators import acceptance_rows, preference_pairs, step_rows, verified_rows
from verifirst.rl.losses import policy_loss, preference_loss
from verifirst.rl.trl import Credit, VerifiedGRPOTrainer, VerifiedRollouts

FEW = Settings(ban=False, retries_per_boundary=2)


def batch(tmp_path, credit, loss_type="dr_grpo", **options):
    made = trainer(
        tmp_path,
        VerifiedRollouts(**({"settings": FEW} | options)),
        kind=VerifiedGRPOTrainer,
        credit=credit,
        config_changes={"loss_type": loss_type, "max_completion_length": 64},
    )
    made.current_gradient_accumulation_steps = 1  # as train() sets it
    made.model.train()
    rows = examples()
    found = made._generate_and_score_completions(rows)
    return made, found, [row["rollout"] for row in rows], found["shared_advantages"].tolist()


def gradient(model, loss):
    model.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def same(found, expected):
    return (found - expected).norm() < 1e-3 * expected.norm()


def test_refused_attempts_get_the_advantage_of_their_rollout(tmp_path):
    made, found, rollouts, advantages = batch(tmp_path, Credit(refused=True))
    assert any(rollout.branches for rollout in rollouts)
    mine = gradient(made.model, made._compute_loss(made.model, found))
    rows = verified_rows(rollouts, advantages)
    per = len(rollouts) * made.max_completion_length
    assert same(mine, gradient(made.model, policy_loss(made.model, rows, per=per)))


def test_acceptance_is_added(tmp_path):
    made, found, rollouts, advantages = batch(tmp_path, Credit(refused=True, acceptance=0.5))
    mine = gradient(made.model, made._compute_loss(made.model, found))
    rows = verified_rows(rollouts, advantages) + acceptance_rows(rollouts, 0.5)
    per = len(rollouts) * made.max_completion_length
    assert same(mine, gradient(made.model, policy_loss(made.model, rows, per=per)))


def test_acceptance_counts_by_reward(tmp_path):
    credit = Credit(refused=True, acceptance=0.5, by_reward=True)
    made, found, rollouts, advantages = batch(tmp_path, credit)
    mine = gradient(made.model, made._compute_loss(made.model, found))
    earned = [float(len(rollout.text)) for rollout in rollouts]  # the reward of these trainers
    rows = verified_rows(rollouts, advantages, acceptance=0.5, worth=earned)
    per = len(rollouts) * made.max_completion_length
    assert same(mine, gradient(made.model, policy_loss(made.model, rows, per=per)))


def test_preferences_are_added(tmp_path):
    made, found, rollouts, _ = batch(tmp_path, Credit(preference=2.0))
    plain = gradient(made.model, super(VerifiedGRPOTrainer, made)._compute_loss(made.model, found))
    mine = gradient(made.model, made._compute_loss(made.model, found))
    pairs = preference_pairs(rollouts)
    assert pairs
    wanted = gradient(made.model, preference_loss(made.model, pairs, per=len(rollouts) / 2.0))
    assert same(mine - plain, wanted)


def test_a_refuted_step_that_stands_is_charged_and_ends_the_credit(tmp_path):
    made, found, rollouts, advantages = batch(
        tmp_path, Credit(penalty=0.5), policy=Policy(on_refuted=OnRefuted.FLAG), settings=Settings(ban=False)
    )
    assert any(rollout.first_refuted for rollout in rollouts)
    mine = gradient(made.model, made._compute_loss(made.model, found))
    per = len(rollouts) * made.max_completion_length
    assert same(mine, gradient(made.model, policy_loss(made.model, step_rows(rollouts, advantages, 0.5), per=per)))


@pytest.mark.parametrize("loss_type", ["grpo", "bnpo", "dr_grpo", "dapo"])
def test_a_token_weighs_what_trl_makes_it_weigh(loss_type, tmp_path):
    """With equal advantages of one the loss is minus the sum of the shares of all tokens."""
    made, found, _, _ = batch(tmp_path, Credit(), loss_type)
    found["advantages"] = torch.ones_like(found["advantages"])
    shares = made._shares(found)[:, None] * (found["completion_mask"] * found["tool_mask"])
    with torch.no_grad():
        loss = super(VerifiedGRPOTrainer, made)._compute_loss(made.model, found)
    assert loss.item() == pytest.approx(-shares.sum().item(), rel=1e-4)


def test_losses_that_it_cannot_add_to_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="loss_type"):
        batch(tmp_path, Credit(refused=True), "cispo")
