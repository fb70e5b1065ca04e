"""The bounded memory of summaries and events; the ids that clients see."""

import pytest
from tests.engines.vllm.frontend_fakes import ending, summary

from verifirst.engines.vllm.registry import Registry, client_id


@pytest.fixture
def registry():
    return Registry()


@pytest.mark.parametrize(
    ("external", "expected"),
    [
        ("chatcmpl-abc", ("chatcmpl-abc", 0)),
        ("chatcmpl-abc-1", ("chatcmpl-abc-1", 0)),
        ("cmpl-abc-0", ("cmpl-abc", 0)),
        ("cmpl-abc-3-12", ("cmpl-abc-3", 12)),
        ("resp_abc_1", ("resp_abc", 1)),
        ("resp_1", ("resp_1", 0)),
        ("7", ("7", 0)),
    ],
)
def test_clients_know_requests_by_other_ids(external, expected):
    assert client_id(external) == expected


def test_choices_of_several_prompts_are_numbered_as_vllm_numbers_them(registry):
    for prompt in (1, 0):
        for index in (0, 1):
            registry.update(f"cmpl-x-{prompt}", index, ending(rollbacks=10 * prompt + index), n=2)
    assert [found["rollbacks"] for found in registry.lookup("cmpl-x").values()] == [0, 1, 10, 11]
    assert list(registry.lookup("cmpl-x")) == [0, 1, 2, 3]
    assert registry.lookup("cmpl-x-1") == registry.lookup("cmpl-x")


def test_what_is_forgotten_is_gone_and_frees_its_events(registry):
    registry.update("cmpl-x-0/fork1", 0, ending())
    registry.publish("cmpl-x-0/fork1", 0, [{"type": "finished"}])
    registry.update("cmpl-x-0", 0, ending())
    for _ in range(2):
        registry.forget("cmpl-x-0/fork1")
    assert registry.lookup("cmpl-x-0/fork1") is None
    assert len(registry.lookup("cmpl-x")) == len(registry) == 1
    assert registry._events == 0


def test_parts_of_an_id_that_the_client_chose(registry):
    registry.update("mine_0", 0, ending(rollbacks=1))
    registry.update("mine_1", 0, ending(rollbacks=2))
    assert [found["rollbacks"] for found in registry.lookup("mine").values()] == [1, 2]


def test_an_id_used_again_starts_afresh(registry):
    registry.update("again", 0, ending(), owner="again-1", n=2)
    registry.update("again", 1, ending(), owner="again-2", n=2)
    registry.publish("again", 0, [{"type": "generated"}], owner="again-1", n=2)
    registry.update("again", 0, summary(), owner="again-3")
    assert list(registry.lookup("again")) == [0]
    assert registry.lookup("again")[0]["final"] is False


def test_the_memory_is_bounded():
    small = Registry(requests=3, events_per_request=4, events=6)
    for number in range(5):
        small.publish(f"r{number}", 0, [{"type": "generated", "step": step} for step in range(10)])
        small.update(f"r{number}", 0, ending())
    assert len(small) == 3
    assert [small.lookup(f"r{number}") is None for number in range(5)] == [True, True, False, False, False]
    kept = [len(entry.events) for entry in small._entries.values()]
    assert kept == [0, 2, 4]
    assert small._events == sum(kept)


def test_writers_and_readers_in_threads(registry):
    from concurrent.futures import ThreadPoolExecutor

    def write(worker):
        for number in range(300):
            registry.publish(f"r{worker}-{number % 7}", 0, [{"type": "generated"}], owner=str(number))
            registry.update(f"r{worker}-{number % 7}", 0, ending(), owner=str(number))
            registry.lookup(f"r{(worker + 1) % 4}-{number % 7}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert registry._events == sum(len(entry.events) for entry in registry._entries.values())
