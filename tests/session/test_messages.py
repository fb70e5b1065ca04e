"""What travels to a worker: histories branch, workers lose their state, and verdicts stay those of a fresh session."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.before import Before, count
from verifirst.core.sealed import Seal, SealedReport
from verifirst.core.step import Step
from verifirst.session import check_steps
from verifirst.solvers.process import Memory
from verifirst.solvers.worker import Forgotten
from verifirst.stream.messages import Desk, Submitted, encode
from verifirst.verifier import Verifier

PROBLEMS = ("Tom has 3 apples and 12 pears.", "Ann has 99 plums.")
TEXTS = ("3 + 12 = 15", "nothing", "15 * 2 = 31", "99 - 15 = 84", "The answer is 84.")
VERIFIER = Verifier(enforce=("AR", "DG"))


def fresh(problem, before, text):
    return check_steps(VERIFIER, problem, [*(before.texts() if before else ()), text])[-1]


def ask(desk, memory, item):
    """As the pool does: send, and send again whole where the worker lost what it builds on."""
    for _ in range(2):
        try:
            sealed = Seal(*desk(encode(memory, item)))
        except Forgotten:
            memory.sent.pop(item.trace_id, None)
            continue
        step = Step(count(item.before), 0, len(item.text), len(item.text), item.text)
        return SealedReport(step, sealed)
    raise AssertionError("a message that holds the whole history is never refused")


MOVES = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from(["grow", "grow", "grow", "retry", "cut", "alike", "other", "forget"]),
        st.sampled_from(TEXTS), st.integers(0, 9),
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(MOVES, st.sets(st.integers(0, 30)), st.integers(1, 3))
def test_reports_equal_those_of_a_fresh_session_whatever_branches_and_whatever_is_lost(moves, losses, limit):
    desk, memory = Desk(VERIFIER, limit), Memory()
    chains, problems = {"a": None, "b": None}, dict.fromkeys("ab", 0)
    for at, (trace, move, text, number) in enumerate(moves):
        if at in losses:
            desk = Desk(VERIFIER, limit)  # the worker came back empty, and the parent does not know
        if move == "cut":
            for _ in range(number % (count(chains[trace]) + 1)):
                chains[trace] = chains[trace].parent
        elif move == "alike":  # the same texts, in a chain of its own
            chains[trace] = Before.of(chains[trace].texts() if chains[trace] else ())
        elif move == "other":
            chains[trace], problems[trace] = None, 1 - problems[trace]
        elif move == "forget" and memory.sent.pop(trace, None) is not None:
            memory.gone.append(trace)
        problem, before = PROBLEMS[problems[trace]], chains[trace]
        assert ask(desk, memory, Submitted(trace, problem, before, text)) == fresh(problem, before, text)
        if move != "retry":
            chains[trace] = Before(text, before)


def test_a_growing_trace_is_sent_step_by_step():
    memory, chain = Memory(), None
    for index in range(20):
        message = encode(memory, Submitted("a", PROBLEMS[0], chain, f"step {index}"))
        assert message[3] == (PROBLEMS[0] if index == 0 else None), "the problem travels once"
        assert message[5] == [], "no earlier step travels again"
        assert message[6] == f"step {index}"
        chain = Before(f"step {index}", chain)


def test_a_worker_refuses_what_builds_on_a_message_that_it_did_not_take():
    memory = Memory()
    messages = [encode(memory, Submitted("a", PROBLEMS[0], Before.of("x" * index), "x")) for index in range(3)]
    desk = Desk(VERIFIER, 4)
    desk(messages[0])
    with pytest.raises(Forgotten):
        desk(messages[2])
    with pytest.raises(Forgotten):
        desk(messages[1])  # and after a gap everything is sent again
