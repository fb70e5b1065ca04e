"""What TRL gets from a rollout function, judged by TRL's own model pass and masks."""

import pytest

pytest.importorskip("trl", reason="needs TRL (pip install 'verifirst[rl]')")

import torch
from tests.rl.trl.scenes import ACCEPT_ALL, MODEL, dataset, examples, trainer
from transformers import AutoModelForCausalLM
from trl import GRPOTrainer

from verifirst.decoding import Settings
from verifirst.errors import ConfigError
from verifirst.rl.trl import VerifiedRollouts


def generated(made, rows=None):
    made.model.train()
    rows = examples() if rows is None else rows
    return made._generate_and_score_completions(rows), [row["rollout"] for row in rows]


def log_ratio(made, batch):
    """log of what TRL calls the importance sampling ratio, [rows, tokens], and the loss mask."""
    ids = torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1)
    attention = torch.cat([batch["prompt_mask"], batch["completion_mask"]], dim=1)
    with torch.no_grad():
        known, _, _ = made._get_per_token_logps_and_entropies(
            made.model, ids, attention, batch["completion_ids"].shape[1]
        )
    mask = batch["completion_mask"] * batch["tool_mask"]
    return (known - batch["sampling_per_token_logps"]) * mask, mask


def kept(made, batch):
    """TRL's off-policy sequence mask at its tightest, for advantages that it may drop."""
    logps, mask = log_ratio(made, batch)
    sampling = batch["sampling_per_token_logps"]
    blamed = -torch.ones(len(mask), 1)
    return GRPOTrainer.get_off_policy_mask(blamed, sampling + logps, sampling, mask, 1e-3).bool().squeeze(1)


CASES = {
    "accept-all": ({"verifier": ACCEPT_ALL}, {}),
    "refuting": ({}, {}),
    "refuting, tempered": ({}, {"temperature": 0.7}),
    "refuting, bans at temperature 1": ({"settings": Settings()}, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_importance_ratio_is_one_and_masks_keep_every_rollout(case, tmp_path):
    options, changes = CASES[case]
    made = trainer(tmp_path, VerifiedRollouts(**options), config_changes=changes)
    batch, rollouts = generated(made)
    ratio, _ = log_ratio(made, batch)
    assert torch.expm1(ratio).abs().max() < 1e-3  # a token
    assert torch.expm1(ratio.sum(dim=1)).abs().max() < 1e-3  # a sequence, which TRL masks by default above 3
    assert kept(made, batch).all()
    assert any(rollout.branches for rollout in rollouts) == (case != "accept-all")


def test_log_probabilities_under_bans_would_not_have_done(tmp_path):
    made = trainer(tmp_path, VerifiedRollouts(settings=Settings()))
    batch, rollouts = generated(made)
    under_bans = [list(rollout.constrained_logprobs) for rollout in rollouts]
    for row, found in enumerate(under_bans):
        batch["sampling_per_token_logps"][row, : len(found)] = torch.tensor(found)
    ratio, _ = log_ratio(made, batch)
    assert ratio.sum(dim=1).min() < -0.1
    assert not kept(made, batch).all()


def test_tokens_reach_trl_as_they_were_sampled(tmp_path):
    made = trainer(tmp_path, VerifiedRollouts())
    batch, rollouts = generated(made)
    prompts = made.processing_class(text=[row["prompt"] for row in examples()])["input_ids"]
    for row, (rollout, prompt) in enumerate(zip(rollouts, prompts, strict=True)):
        mask = batch["completion_mask"][row].bool() & batch["tool_mask"][row].bool()
        assert batch["completion_ids"][row][mask].tolist() == list(rollout.completion_ids)
        assert batch["prompt_ids"][row][batch["prompt_mask"][row].bool()].tolist() == prompt == list(rollout.prompt_ids)


def test_it_samples_from_the_weights_as_they_are_now(tmp_path):
    made = trainer(tmp_path, VerifiedRollouts(verifier=ACCEPT_ALL))
    generated(made)
    with torch.no_grad():
        for parameter in made.model.parameters():
            parameter.mul_(0.9)
    batch, _ = generated(made)
    ratio, _ = log_ratio(made, batch)
    assert torch.expm1(ratio).abs().max() < 1e-3


def test_a_trainer_in_bf16_stays_on_policy(tmp_path):
    made = trainer(
        tmp_path, VerifiedRollouts(), config_changes={"bf16": True, "max_steps": 1, "max_completion_length": 24}
    )
    made.train()
    batch, _ = generated(made)
    ratio, mask = log_ratio(made, batch)
    assert ratio.abs().sum() / mask.sum() < 2e-2  # half precision, different batches


def test_a_rollout_without_tokens_trains_nothing(tmp_path):
    made = trainer(tmp_path, VerifiedRollouts(settings=Settings(ban=False, retries_per_boundary=0)))
    batch, rollouts = generated(made)
    empty = [row for row, rollout in enumerate(rollouts) if not rollout.completion_ids]
    assert empty
    mask = batch["completion_mask"] * batch["tool_mask"]
    assert mask[empty].sum() == 0
    made.current_gradient_accumulation_steps = 1  # as train() sets it
    made._compute_loss(made.model, batch).backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in made.model.parameters())


def test_the_model_is_left_as_it_was(tmp_path):
    made = trainer(tmp_path, VerifiedRollouts())
    made.model.gradient_checkpointing_enable()
    generated(made)
    assert made.model.training
    assert made.model.is_gradient_checkpointing


def test_seeds_follow_the_trainer(tmp_path):
    def ids(seed, calls=1):
        made = trainer(tmp_path, VerifiedRollouts(), config_changes={"seed": seed, "max_completion_length": 32})
        for _ in range(calls):
            _, rollouts = generated(made)
        return [rollout.completion_ids for rollout in rollouts]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)
    assert ids(1) != ids(1, calls=2)
    assert len(set(ids(1)[:4])) > 1  # the same prompt, not the same draw


CHAT = "{% for m in messages %}{{ bos_token }}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"


def test_conversations_go_through_the_chat_template(tmp_path):
    rollouts = VerifiedRollouts()
    made = trainer(tmp_path, rollouts)
    spelling = made.processing_class
    spelling.add_special_tokens({"bos_token": "<|end|>"})
    spelling.chat_template = CHAT
    rows = [row | {"prompt": [{"role": "user", "content": row["prompt"]}]} for row in examples(4)]
    batch, found = generated(made, rows)
    wanted = spelling.apply_chat_template(
        [row["prompt"] for row in rows], add_generation_prompt=True, tokenize=True, return_dict=True
    )["input_ids"]
    assert [list(rollout.prompt_ids) for rollout in found] == wanted
    assert rollouts.problem(rows[0]["prompt"]) == rows[0]["prompt"][0]["content"]
    assert batch["advantages"].shape == (4,)


@pytest.mark.parametrize(
    ("settings", "changes", "named"),
    [
        (Settings(), {"temperature": 0.7}, "bans"),
        (Settings(), {"top_k": 5}, "bans"),
        (Settings(ban=False, retry_temperature=0.5), {}, "retry_temperature"),
        (Settings(ban=False, mask=True), {}, "mask"),
        (Settings(ban=False), {"min_p": 0.1}, "min_p"),
        (Settings(ban=False), {"repetition_penalty": 1.1}, "repetition_penalty"),
    ],
)
def test_what_would_be_off_policy_is_refused(settings, changes, named, tmp_path):
    made = trainer(tmp_path, VerifiedRollouts(settings=settings), config_changes=changes)
    with pytest.raises(ConfigError, match=named):
        generated(made)


def test_without_verification_it_is_the_model_alone(tmp_path):
    made = trainer(tmp_path, VerifiedRollouts(enforce=False))
    _, rollouts = generated(made)
    assert not any(rollout.branches or rollout.enforced or rollout.coverage.steps for rollout in rollouts)


def test_a_loaded_model_will_do(tmp_path):
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
    made = trainer(tmp_path, VerifiedRollouts(), model=model, train_dataset=dataset())
    batch, _ = generated(made)
    ratio, _ = log_ratio(made, batch)
    assert torch.expm1(ratio).abs().max() < 1e-3
