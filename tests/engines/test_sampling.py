import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="the local engine needs the extra 'local'")

from verifirst.engines.transformers.sampling import Draw, sample, uniform  # noqa: E402  # after importorskip


def draw(**changes):
    base = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "banned": frozenset(), "seed": 1, "attempt": 0, "position": 0}
    return Draw(**(base | changes))


def test_sampling_follows_the_softmax():
    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05]))
    drawn = sample(logits.repeat(20_000, 1), [draw(position=i) for i in range(20_000)])
    counts = [sum(s.token == token for s in drawn) / 20_000 for token in range(4)]
    assert counts == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.015)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99), st.sampled_from([0.0, 0.7, 1.0]), st.sets(st.integers(0, 5), max_size=5), st.integers(0, 6))
def test_bans_hold_and_log_probabilities_are_of_their_own_distributions(seed, temperature, banned, top_k):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(1, 6, generator=generator)
    drawn = sample(logits.clone(), [draw(temperature=temperature, banned=frozenset(banned), seed=seed, top_k=top_k)])[0]
    assert drawn.token not in banned
    assert drawn.logprob == pytest.approx(torch.log_softmax(logits[0], -1)[drawn.token].item(), abs=1e-5)
    masked = logits[0].clone()
    masked[list(banned)] = -math.inf
    if temperature == 0:
        assert drawn.token == masked.argmax().item()
    scaled = masked / (temperature or 1.0)
    if temperature and top_k:
        scaled[scaled < scaled.topk(top_k).values[-1]] = -math.inf
    assert drawn.constrained_logprob == pytest.approx(torch.log_softmax(scaled, -1)[drawn.token].item(), abs=1e-5)


def test_top_p_keeps_the_smallest_set_that_reaches_the_mass():
    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05])).repeat(500, 1)
    drawn = sample(logits, [draw(top_p=0.7, position=i) for i in range(500)])
    assert {s.token for s in drawn} == {0, 1}


def test_a_row_with_nothing_left_says_so():
    assert sample(torch.zeros(1, 3), [draw(banned=frozenset({0, 1, 2}))])[0].token == -1


@given(st.integers(0, 2**64), st.integers(0, 1000), st.integers(0, 1000))
def test_uniform_is_a_pure_function_into_the_unit_interval(seed, attempt, position):
    value = uniform(seed, attempt, position)
    assert 0 <= value < 1
    assert value == uniform(seed, attempt, position)
    assert value != uniform(seed, attempt + 1, position)
