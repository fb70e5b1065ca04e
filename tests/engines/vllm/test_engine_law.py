"""The engine law on real vLLM: V1 runner with synchronous and asynchronous scheduling, and Model Runner V2."""

import pytest
from tests.engines.vllm.oracle import verified_greedy
from tests.engines.vllm.workload import ENGINE, JUDGED, PROMPTS, column, enforced, nothing, refuted_steps, stock

pytestmark = pytest.mark.vllm

REFUTE, LATE = "refute=0.3 salt=1", "refute=0.3 salt=1 sleep=0.01"
TWICE = {"temperature": 1.0, "seed": 3, "n": 2}
STOCK = {"engine": ENGINE, "enforce": None, "rounds": [stock(logprobs=2), stock(**TWICE)]}
ROUNDS = [
    enforced("accept", logprobs=2),
    enforced("accept", **TWICE),
    enforced(REFUTE),
    enforced(LATE),
    enforced(REFUTE, settings={"release": "end", "back_jump": False}),
    enforced(REFUTE, **TWICE),
    enforced(REFUTE, prompts=PROMPTS[:4], settings={"retries_per_boundary": 0}),
]
RUNNERS = {
    "sync": {"engine": ENGINE, "enforce": JUDGED, "rounds": ROUNDS},
    "async": {"engine": ENGINE, "enforce": JUDGED, "rounds": ROUNDS, "asynchronous": True},
}
SMALL_CACHE = ENGINE | {"num_gpu_blocks_override": 24}
PRESSED = {
    name: spec | {"engine": SMALL_CACHE, "rounds": [enforced(REFUTE), enforced(LATE)]} for name, spec in RUNNERS.items()
}
AWKWARD = {  # prompts in chunks, nothing cached, few places, the last come served first, under an adapter
    "engine": ENGINE
    | {
        "enable_prefix_caching": False,
        "max_num_batched_tokens": 48,
        "max_num_seqs": 5,
        "scheduling_policy": "priority",
        "enable_lora": True,
        "max_lora_rank": 8,
    },
    "enforce": JUDGED | {"workers": 2, "max_ahead": 8},
    "asynchronous": True,
    "rounds": [enforced(LATE)],
}


@pytest.fixture(scope="module", params=RUNNERS)
def runner(request, scenario):
    found = scenario(RUNNERS[request.param])
    assert ("Async" in found["scheduler"]) is (request.param == "async")
    return found


@pytest.fixture(scope="module")
def expected():
    """What the naive oracle makes of each prompt: (text, finish reason, refusals)."""
    return [verified_greedy(prompt, REFUTE, 160) for prompt in PROMPTS]


def test_accepting_everything_changes_no_token_and_no_logprob(runner, scenario):
    reference = scenario(STOCK)
    for found, wanted in zip(runner["rounds"][:2], reference["rounds"], strict=True):
        assert column(found, "tokens") == column(wanted, "tokens")
        assert column(found, "finish") == column(wanted, "finish")
    pairs = zip(column(runner["rounds"][0], "logprobs"), column(reference["rounds"][0], "logprobs"), strict=True)
    for found, wanted in pairs:
        for row, other in zip(found, wanted, strict=True):
            assert row == pytest.approx(other, abs=1e-4)


@pytest.mark.parametrize("round_", [2, 3, 4], ids=["at once", "late", "released at the end"])
def test_after_rollbacks_the_text_is_that_of_the_prefix_under_the_ban(runner, expected, round_):
    found = runner["rounds"][round_]
    assert column(found, "text") == [text for text, _, _ in expected]
    refusals = [verification["steps_refused"] for verification in column(found, "verification")]
    assert refusals == [count for _, _, count in expected]
    assert sum(refusals) > len(PROMPTS)


@pytest.mark.parametrize("round_", range(2, len(ROUNDS)))
def test_no_refuted_step_is_released(runner, round_):
    assert not [bad for text in column(runner["rounds"][round_], "text") for bad in refuted_steps(REFUTE, text)]


def test_a_spent_budget_ends_the_text_at_the_last_verified_step_and_says_so(runner):
    found = runner["rounds"][6]
    ended = [stop for stop in column(found, "stop") if stop == "verification_exhausted"]
    assert ended
    for text, finish, stop in zip(*(column(found, name) for name in ("text", "finish", "stop")), strict=True):
        wanted, reason, _ = verified_greedy(PROMPTS[column(found, "text").index(text)], REFUTE, 160, 0)
        assert text == wanted
        assert (finish, stop) == (("length", "verification_exhausted") if reason == "exhausted" else ("stop", None))


def test_nothing_is_held_at_the_end_and_no_preemption_is_counted(runner):
    assert all(nothing(round_["left"]) for round_ in runner["rounds"]), [round_["left"] for round_ in runner["rounds"]]
    assert not any(round_["preemptions"] for round_ in runner["rounds"])


@pytest.mark.parametrize("name", RUNNERS)
def test_a_small_kv_cache_changes_nothing(scenario, expected, name):
    pressed = scenario(PRESSED[name])
    for found in pressed["rounds"]:
        assert found["preemptions"] > 0, "the cache is not small enough"
        assert column(found, "text") == [text for text, _, _ in expected]
        assert nothing(found["left"])


def test_chunks_no_prefix_cache_priorities_back_pressure_and_an_adapter_change_nothing(scenario, expected):
    (found,) = scenario(AWKWARD)["rounds"]
    assert column(found, "text") == [text for text, _, _ in expected]
    assert nothing(found["left"])


def test_model_runner_v2_obeys_the_same_law(scenario, expected):
    few = PROMPTS[:4]
    engine = ENGINE | {"max_model_len": 256}
    reference = scenario({"engine": engine, "enforce": None, "mrv2": True, "rounds": [stock(few, logprobs=2)]})
    rounds = [enforced("accept", few, logprobs=2), enforced(REFUTE, few)]
    found = scenario({"engine": engine, "enforce": JUDGED, "mrv2": True, "rounds": rounds})
    assert column(found["rounds"][0], "tokens") == column(reference["rounds"][0], "tokens")
    assert column(found["rounds"][1], "text") == [text for text, _, _ in expected[:4]]
    assert sum(count for _, _, count in expected[:4]) > 4
    assert all(nothing(round_["left"]) for round_ in found["rounds"])
