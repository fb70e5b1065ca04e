"""Forks from a verified prefix on real vLLM: the engine law from any step on, shared blocks, and an election."""

import pytest
from tests.engines.vllm.oracle import loaded, verified_greedy
from tests.engines.vllm.workload import ENGINE, JUDGED, PROMPTS, nothing, refuted_steps

pytestmark = pytest.mark.vllm

REFUTE = "refute=0.3 salt=1"
SPECS = {
    "sync": {"engine": ENGINE, "enforce": JUDGED},
    "async": {"engine": ENGINE, "enforce": JUDGED, "asynchronous": True},
}


@pytest.fixture(scope="module", params=SPECS)
def played(request, scenario):
    return scenario(SPECS[request.param], script="fork_scenario.py")


def test_a_greedy_fork_is_stock_vllm_from_the_same_prefix_and_the_rest_of_the_run(played):
    assert len(played["places"]) > 4
    for (at, steps), fork, stock in zip(played["places"], played["greedy"], played["stock"], strict=True):
        whole = played["whole"][at]
        start = whole["spans"][steps][0]
        assert fork["prompt"] == stock["prompt"] == whole["prompt"] + whole["tokens"][:start]
        assert fork["base"] == start
        assert fork["tokens"] == stock["tokens"] == whole["tokens"][start:]
        assert fork["logprobs"] == pytest.approx(stock["logprobs"], abs=1e-4)
        assert fork["text"] == stock["text"]
        assert fork["finish"] == stock["finish"]
        assert fork["spans"] == [[begin - start, end - start] for begin, end in whole["spans"][steps:]]
        assert fork["steps"] == len(fork["spans"])


def test_under_verification_a_fork_is_what_the_oracle_says_of_its_prefix(played):
    _, tokenizer = loaded()
    for (at, _), fork in zip(played["places"], played["refuted"], strict=True):
        given = PROMPTS[at] + tokenizer.decode(fork["prompt"][len(fork["prompt"]) - fork["base"] :])
        assert tokenizer(given)["input_ids"] == fork["prompt"], "the oracle reads text"
        text, finish, refusals = verified_greedy(given, REFUTE, 120)
        assert (fork["text"], fork["finish"], fork["refused"]) == (text, finish, refusals)
    assert sum(fork["refused"] for fork in played["refuted"]) > len(played["places"]) // 2


def test_sampled_forks_release_no_refuted_step_and_differ(played):
    _, tokenizer = loaded()
    for fork in played["sampled"]:
        assert not refuted_steps(REFUTE, fork["text"])
        for boundary, text, rules, tokens in fork["rejections"]:
            assert (boundary <= len(fork["tokens"]), rules) == (True, ["T001"])
            assert text in tokenizer.decode(tokens, skip_special_tokens=True)
    assert sum(len(fork["rejections"]) for fork in played["sampled"]) > 5
    seeds = len(played["sampled"]) // len(played["places"])
    groups = [played["sampled"][at : at + seeds] for at in range(0, len(played["sampled"]), seeds)]
    assert sum(len({fork["text"] for fork in group}) > 1 for group in groups) > len(groups) // 2


def test_greedily_a_step_that_is_tried_again_becomes_another(played):
    tries = 0
    for reopened in played["again"]:
        seen = {}
        for boundary, path in reopened:
            seen = {place: paths for place, paths in seen.items() if place <= boundary}
            assert path not in seen.setdefault(boundary, [])
            seen[boundary].append(path)
            tries += len(seen[boundary]) > 1
    assert tries > 2


def test_forks_find_the_blocks_of_their_prefix_in_the_cache(played):
    """All full blocks but one that ends with the last token: something must be computed to sample from."""
    full = sum((length - 1) // size for _, length, size in played["blocks"])
    cached = sum(found // size for found, _, size in played["blocks"])
    assert full > 20
    assert cached >= 0.95 * full


def test_forks_agree_as_on_the_local_engine(played):
    for drawn in played["agreed"]:
        assert 1 < len(drawn["forks"]) <= 5
        assert drawn["texts"][drawn["winner"]].strip()
        assert sum(drawn["votes"]) <= len(drawn["forks"])
    assert any(len(drawn["forks"]) < 5 for drawn in played["agreed"]), "agreement stops early"


def test_a_prefix_that_cannot_stand_is_refused(played):
    amid, vocabulary, ended, *around = played["errors"]
    assert "cut it where a step ends" in amid
    assert "token ids from 0 to" in vocabulary
    assert "end-of-text token" in ended
    assert around == ["error:", "error:"]


def test_nothing_is_left(played):
    assert nothing(played["left"])
