from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'local'")
pytest.importorskip("transformers", reason="training needs the extra 'local'")

from recipes.rl_convergence.config import ARMS, PLAN, Arm  # noqa: E402 - after the skips
from recipes.rl_convergence.forward import tree_hidden  # noqa: E402 - after the skips
from recipes.rl_convergence.learner import TYPICAL_LENGTH, Learner, batches  # noqa: E402 - after the skips
from recipes.rl_convergence.sampling import FLAG, ROLL_BACK, Sampler, settings  # noqa: E402 - after the skips
from recipes.rl_convergence.trees import grow  # noqa: E402 - after the skips
from recipes.rl_convergence.world import request, start  # noqa: E402 - after the skips

from verifirst.bench.word_problems import generate  # noqa: E402 - after the skips
from verifirst.rl.advantages import group_advantages  # noqa: E402 - after the skips
from verifirst.rl.estimators import (  # noqa: E402 - after the skips
    acceptance_rows,
    completion_rows,
    step_rows,
    verified_rows,
)
from verifirst.rl.rollouts import Rollout  # noqa: E402 - after the skips

torch.set_num_threads(1)
REWARDS = [1.0, 0.0, 0.0, 1.0]
SMALL = replace(PLAN, samples=2, max_tokens=40, training_retries=2)


def sampled(policy, *, enforce: bool) -> list[Rollout]:
    network, tokenizer = start(SMALL)
    problems = [p for p in generate("dev", 2, 5) for _ in range(2)]
    requests = [request(p, SMALL, 400 + i, enforce=enforce) for i, p in enumerate(problems)]
    return [
        Rollout.of(output)
        for output in Sampler(network, tokenizer).generate(requests, settings=settings(2), policy=policy)
    ]


def by_rows(arm: Arm, rollouts: list[Rollout], advantages: list[float]) -> dict[str, torch.Tensor]:
    """The gradient of the arm's estimator, one plain forward pass a row."""
    rows = step_rows(rollouts, advantages, arm.penalty) if arm.penalty else completion_rows(rollouts, advantages)
    if arm.refused:
        rows = verified_rows(rollouts, advantages)
    if arm.acceptance:
        counted = [r for r, reward in zip(rollouts, REWARDS, strict=True) if reward or not arm.gated]
        rows = rows + acceptance_rows(counted, arm.acceptance)
    network, _ = start(SMALL)
    total = torch.zeros(())
    for row in rows:
        ids = torch.tensor([row.context_ids + row.token_ids])
        logs = network(ids[:, :-1])[0, len(row.context_ids) - 1 :].log_softmax(-1)
        chosen = logs.gather(1, torch.tensor(row.token_ids)[:, None])[:, 0]
        total = total - (chosen * torch.tensor(row.weights)).sum()
    (total / (len(rollouts) * TYPICAL_LENGTH)).backward()
    return {name: parameter.grad for name, parameter in network.named_parameters()}


@pytest.mark.parametrize("name", ["a", "b", "c", "d", "d+", "d*", "e"])
def test_one_update_follows_the_estimator_of_the_library(name: str) -> None:
    arm = ARMS[name]
    rollouts = sampled(FLAG if arm.sampled == "flagged" else ROLL_BACK, enforce=arm.sampled != "raw")
    network, _ = start(SMALL)
    learner = Learner(network, arm, SMALL, rate=1e-3)
    advantages = group_advantages(REWARDS, 2)
    entries = [(grow(r, arm, won), won, a or 0.0) for r, won, a in zip(rollouts, REWARDS, advantages, strict=True)]
    for batch in batches(entries):
        _, loss, drift = learner.loss(batch, len(rollouts) * TYPICAL_LENGTH)
        assert drift < 1e-3  # nothing has moved since sampling: the ratios are 1
        loss.backward()
    expected = by_rows(arm, rollouts, [a or 0.0 for a in advantages])
    for key, parameter in network.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[key], atol=1e-5, rtol=5e-3)


def test_a_charge_on_the_first_step_outweighs_no_advantage() -> None:
    """Refuted at once, advantage 1, penalty 1: the two cancel, and the tree still knows both."""
    whole = next(rollout for rollout in sampled(FLAG, enforce=True) if rollout.first_refuted)
    rollout = replace(whole, steps=(replace(whole.first_refuted, start=0),))
    weights = [(edge.outcome, edge.extra) for edge in grow(rollout, ARMS["c"]).edges.values()]
    end = rollout.first_refuted.end
    assert weights == [(1.0, -1.0)] * end + [(0.0, 0.0)] * (len(rollout.completion_ids) - end)


def test_a_group_without_contrast_moves_nothing_and_ppo_learns_its_value() -> None:
    rollouts = sampled(ROLL_BACK, enforce=False)
    network, _ = start(SMALL)
    before = {key: parameter.clone() for key, parameter in network.named_parameters()}
    assert Learner(network, ARMS["a"], SMALL, rate=1e-3).update(rollouts, [1.0, 1.0, 0.0, 0.0]).trained == 0
    assert all(torch.equal(parameter, before[key]) for key, parameter in network.named_parameters())
    learner = Learner(network, ARMS["ppo-a"], SMALL, rate=1e-6)
    rewards = (1.0, 1.0, 0.0, 0.0)
    sprouts = [grow(rollout, learner.arm) for rollout in rollouts]
    trees = [sprout.tree(sprout.edges) for sprout in sprouts]
    truth = torch.tensor([value for value, tree in zip(rewards, trees, strict=True) for _ in tree.edges])
    errors = []
    for _ in range(8):
        with torch.no_grad():
            errors.append(float((learner.value(tree_hidden(network, trees)) - truth).square().mean()))
        assert learner.update(rollouts, rewards).trained == len(truth)
    assert errors[-1] < errors[0] / 2
