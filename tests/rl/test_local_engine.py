"""Rollouts of the shipped model: real text, real rules, ids as sampled, losses that fit them."""

import pytest

torch = pytest.importorskip("torch", reason="the local engine needs the extra 'local'")
transformers = pytest.importorskip("transformers", reason="the local engine needs the extra 'local'")

from verifirst import models  # noqa: E402  # after importorskip
from verifirst.bench.word_problems import generate, prompt_text  # noqa: E402
from verifirst.decoding import Release, Settings  # noqa: E402
from verifirst.engines.transformers import LocalEngine, Request  # noqa: E402
from verifirst.policy import OnRefuted, Policy  # noqa: E402
from verifirst.rl import (  # noqa: E402
    Outcome,
    Row,
    completion_rows,
    group_advantages,
    preference_pairs,
    rollouts,
    verified_rows,
)
from verifirst.rl.losses import batches, policy_loss, preference_loss, token_logprobs  # noqa: E402

torch.set_num_threads(1)
PROBLEMS = list(generate("heldout-numbers", 8, 5))
RESAMPLE = Settings(ban=False, back_jump=False, release=Release.END)


class OnlyPrompts:
    """A tokenizer of characters, where the model's texts are never turned back into ids.

    Decoding and encoding again gives other ids than the model sampled; encoding anything but
    a prompt is an error.
    """

    def __init__(self, tokenizer, prompts):
        self.tokenizer, self.prompts = tokenizer, set(prompts)

    def __call__(self, text):
        assert text in self.prompts, f"re-tokenised: {text!r}"
        return {"input_ids": self.characters(text)}

    def characters(self, text):
        return [token for char in text for token in self.tokenizer(char)["input_ids"]]

    def __getattr__(self, name):
        return getattr(self.tokenizer, name)

    def __len__(self):
        return len(self.tokenizer)


def load():
    path = models.path("first_light_base")
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    return model, transformers.AutoTokenizer.from_pretrained(path)


@pytest.fixture(scope="module")
def model_and_rollouts():
    model, tokenizer = load()
    engine = LocalEngine(model, tokenizer=tokenizer, workers=0, settings=RESAMPLE)
    requests = [
        Request(prompt_text(problem), problem.text, max_tokens=128, temperature=1.0, seed=10 * i + j)
        for i, problem in enumerate(PROBLEMS)
        for j in range(4)
    ]
    return model, rollouts(engine, requests)


def test_ids_are_never_tokenised_again():
    model, tokenizer = load()
    prompts = [prompt_text(problem) for problem in PROBLEMS]
    spy = OnlyPrompts(tokenizer, prompts)
    engine = LocalEngine(model, tokenizer=spy, workers=0, settings=RESAMPLE)
    requests = [Request(prompt, max_tokens=96, temperature=1.0, seed=i) for i, prompt in enumerate(prompts)]
    for request, rollout in zip(requests, rollouts(engine, requests), strict=True):
        assert list(rollout.prompt_ids) == spy.characters(request.prompt)
        assert tokenizer.decode(rollout.completion_ids, skip_special_tokens=True) == rollout.text
        assert spy.characters(rollout.text) != list(rollout.completion_ids), "another way to write it"
        with torch.no_grad():
            found = token_logprobs(model, [rollout.prompt_ids], [rollout.completion_ids])[0]
        assert found.tolist() == pytest.approx(rollout.logprobs, abs=1e-3)


def test_the_model_gives_every_row_the_probability_it_was_sampled_with(model_and_rollouts):
    model, found = model_and_rollouts
    assert sum(len(rollout.branches) for rollout in found) > 5
    rows = verified_rows(found, [1.0] * len(found))
    for batch in batches(rows, tokens=4096):
        with torch.no_grad():
            logprobs = token_logprobs(model, [row.context_ids for row in batch], [row.token_ids for row in batch])
        for row, new in zip(batch, logprobs.tolist(), strict=True):
            assert new[: len(row.logprobs)] == pytest.approx(row.logprobs, abs=1e-3)
            assert not any(new[len(row.logprobs) :])
    for rollout in found:
        assert rollout.logprobs == pytest.approx(rollout.constrained_logprobs, abs=1e-4), "plain sampling at T=1"


def test_a_step_down_the_loss_makes_good_rollouts_likelier(model_and_rollouts):
    _, found = model_and_rollouts
    model, _ = load()
    answers = [problem.answer for problem in PROBLEMS for _ in range(4)]
    rewards = [Outcome()(rollout, str(answer)) for rollout, answer in zip(found, answers, strict=True)]
    advantages = group_advantages(rewards, 4)
    rows = verified_rows(found, advantages)
    assert rows

    def loss():
        return sum(policy_loss(model, batch, per=len(found)) for batch in batches(rows))

    before = loss()
    expected = -sum(sum(row.weights) for row in rows) / len(found)
    assert before.item() == pytest.approx(expected, abs=1e-2), "the importance ratio is 1"
    before.backward()
    torch.optim.SGD(model.parameters(), lr=1e-3).step()
    with torch.no_grad():
        assert loss() < before


def test_pairs_start_undecided_and_are_told_apart_after_a_step(model_and_rollouts):
    _, found = model_and_rollouts
    model, _ = load()
    pairs = preference_pairs(found)
    assert pairs
    before = preference_loss(model, pairs, per=1.0)
    assert before.item() == pytest.approx(0.6931 * sum(pair.weight for pair in pairs), rel=1e-3)
    before.backward()
    torch.optim.SGD(model.parameters(), lr=1e-3).step()
    with torch.no_grad():
        assert preference_loss(model, pairs, per=1.0) < before


def test_flagged_rollouts_keep_what_is_refuted():
    model, tokenizer = load()
    flag = Policy(on_refuted=OnRefuted.FLAG)
    engine = LocalEngine(model, tokenizer=tokenizer, workers=0, settings=RESAMPLE, policy=flag)
    requests = [
        Request(prompt_text(p), p.text, max_tokens=128, temperature=1.0, seed=i) for i, p in enumerate(PROBLEMS)
    ]
    found = rollouts(engine, requests)
    assert any(rollout.first_refuted for rollout in found)
    assert not any(rollout.branches for rollout in found)


@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_the_surrogate_is_clipped_on_the_side_of_gain_only(weight):
    model, _ = load()
    with torch.no_grad():
        known = token_logprobs(model, [(1, 2)], [(3,)]).item()
    for ratio in (0.5, 1.0, 2.0):
        row = Row((1, 2), (3,), (weight,), (known - torch.tensor(ratio).log().item(),))
        gain = -policy_loss(model, [row], per=1.0, clip=0.2).item()
        assert gain == pytest.approx(min(ratio * weight, min(max(ratio, 0.8), 1.2) * weight), abs=1e-4)
        assert -policy_loss(model, [row], per=1.0, clip=None).item() == pytest.approx(ratio * weight, abs=1e-4)


def test_batches_hold_every_row_once_within_their_bound():
    rows = [Row((1,) * n, (2,) * 3, (1.0,) * 3, (0.0,) * 3) for n in (5, 1, 9, 2, 40, 3)]
    made = list(batches(rows, tokens=24))
    assert sorted((row for batch in made for row in batch), key=id) == sorted(rows, key=id)
    for batch in made:
        longest = max(len(row.context_ids) + len(row.token_ids) for row in batch)
        assert len(batch) == 1 or longest * len(batch) <= 24


def test_padding_changes_nothing(model_and_rollouts):
    model, found = model_and_rollouts
    rows = completion_rows(found[:6], [1.0] * 6)
    together = policy_loss(model, rows, per=1.0)
    alone = sum(policy_loss(model, [row], per=1.0) for row in rows)
    assert together.item() == pytest.approx(alone.item(), rel=1e-4)
