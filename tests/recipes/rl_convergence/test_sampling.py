from functools import partial

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'local'")
pytest.importorskip("transformers", reason="training needs the extra 'local'")

from recipes.rl_convergence.config import PLAN  # noqa: E402 - after the skips
from recipes.rl_convergence.sampling import (  # noqa: E402 - after the skips
    ENFORCE,
    FLAG,
    ROLL_BACK,
    Sampler,
    settings,
    uniforms,
)
from recipes.rl_convergence.world import request, start  # noqa: E402 - after the skips

from verifirst.bench.word_problems import generate  # noqa: E402 - after the skips
from verifirst.engines.transformers import LocalEngine  # noqa: E402 - after the skips
from verifirst.engines.transformers.sampling import uniform  # noqa: E402 - after the skips
from verifirst.rl.rollouts import Rollout  # noqa: E402 - after the skips
from verifirst.verifier import Verifier  # noqa: E402 - after the skips

torch.set_num_threads(1)


def test_the_random_numbers_are_the_engines() -> None:
    keys = [(0, 0, 0), (7, 3, 120), (2**63 + 5, 60, 1), (10_000_019, 1, 99)]
    ours = uniforms(*zip(*keys, strict=True))
    assert ours.tolist() == [uniform(*key) for key in keys]


@pytest.mark.parametrize(
    ("policy", "ban"), [(ROLL_BACK, False), (ROLL_BACK, True), (FLAG, False)], ids=["resample", "ban", "flag"]
)
def test_rollouts_equal_those_of_the_local_engine(policy, ban) -> None:
    network, tokenizer = start(PLAN)
    problems = list(generate("dev", 6, 11))
    requests = [request(p, PLAN, 77 + i, enforce=i % 3 > 0) for i, p in enumerate(problems)]
    requests += [request(p, PLAN, 0, enforce=True, temperature=0.0) for p in problems[:2]]
    ours = [
        Rollout.of(o)
        for o in Sampler(network, tokenizer, width=5).generate(requests, settings=settings(2, ban=ban), policy=policy)
    ]
    with LocalEngine(
        PLAN.model, verifier=partial(Verifier, enforce=ENFORCE), policy=policy, settings=settings(2, ban=ban), workers=0
    ) as engine:
        theirs = [Rollout.of(output) for output in engine.generate(requests)]
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.completion_ids, mine.text, mine.finish_reason) == (
            other.completion_ids,
            other.text,
            other.finish_reason,
        )
        assert mine.steps == other.steps
        assert [b.token_ids for b in mine.branches] == [b.token_ids for b in other.branches]
        assert mine.logprobs == pytest.approx(other.logprobs, abs=1e-3)
    assert any(rollout.branches for rollout in ours) == (policy is ROLL_BACK)
