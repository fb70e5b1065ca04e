"""Each guard is needed: without it a law breaks, and with it the next round is whole again."""

import re

import pytest
from tests.engines.vllm.oracle import verified_greedy
from tests.engines.vllm.workload import ENGINE, JUDGED, PROMPTS, column, enforced, nothing, refuted_steps

pytestmark = pytest.mark.vllm

REFUTE = "refute=0.3 salt=1"
LINES = r"([A-Z$][^\n]{4,60}\n){2}The answer is [^\n]{1,9}"
GUARDS = ("preemption_event", "held_finish", "block_hashes", "stale_output")  # those that leave a working engine
SPEC = {
    "engine": ENGINE,
    "enforce": JUDGED,
    "asynchronous": True,
    "rounds": [
        round_ for guard in GUARDS for round_ in (enforced(REFUTE, mutants=[guard]), enforced(REFUTE, PROMPTS[:6]))
    ]
    + [
        enforced(REFUTE, structured_outputs={"regex": LINES}),
        enforced(REFUTE, structured_outputs={"regex": LINES}, mutants=["grammar"]),
        enforced(REFUTE, PROMPTS[:6], mutants=["reading"]),
        enforced(REFUTE, PROMPTS[:6]),
        enforced(REFUTE, mutants=["previous_step"]),
    ],
}


@pytest.fixture(scope="module")
def rounds(scenario):
    return scenario(SPEC)["rounds"]


def lawful(round_):
    """Whether a round of ``REFUTE`` ended as the oracle says, with nothing left behind."""
    if "error" in round_:
        return False
    wanted = [verified_greedy(prompt, REFUTE, 160)[0] for prompt in PROMPTS[: len(round_["outputs"])]]
    return column(round_, "text") == wanted and nothing(round_["left"])


@pytest.mark.parametrize("guard", GUARDS)
def test_without_the_guard_a_law_breaks(rounds, guard):
    broken, whole = rounds[2 * GUARDS.index(guard) :][:2]
    if guard == "preemption_event":
        assert broken["preemptions"] > 0
    else:
        assert not lawful(broken)
    assert lawful(whole)
    assert whole["preemptions"] == 0


def test_a_grammar_is_kept_across_rollbacks(rounds):
    found = rounds[2 * len(GUARDS)]
    for text, finish in zip(column(found, "text"), column(found, "finish"), strict=True):
        assert re.fullmatch(LINES, text) if finish == "stop" else finish == "length"
    assert not [bad for text in column(found, "text") for bad in refuted_steps(REFUTE, text)]
    assert sum(verification["rollbacks"] for verification in column(found, "verification")) > len(PROMPTS) // 2
    assert column(found, "finish").count("stop") > len(PROMPTS) // 2


def test_without_the_replay_a_grammar_breaks(rounds):
    broken = rounds[2 * len(GUARDS) + 1]
    assert "error" in broken or not all(re.fullmatch(LINES, text) for text in column(broken, "text"))


def test_a_fault_in_the_plugin_ends_its_request_with_an_error_and_no_text(rounds):
    broken, whole = rounds[-3:-1]
    assert set(column(broken, "finish")) == {"error"}
    assert set(column(broken, "text")) == {""}
    assert nothing(broken["left"])
    assert lawful(whole)


def test_a_request_that_resumes_at_once_must_be_sent_whole(rounds):
    assert not lawful(rounds[-1])
