"""What is withheld comes out whole, once, and cut to size: real log-probability rows of vLLM."""

import pytest

from verifirst.engines.vllm.withheld import Withheld

pytestmark = pytest.mark.vllm


def output(tokens, **fields):
    from vllm.v1.engine import EngineCoreOutput

    return EngineCoreOutput(request_id="r", new_token_ids=tokens, **fields)


def rows(values, width):
    """One row a value, as wide as the widest request of a batch: the sampled token's first."""
    import numpy as np
    from vllm.v1.outputs import LogprobsLists

    count = len(values)
    tokens = np.arange(count * width).reshape(count, width)
    logprobs = np.array([[value - step for step in range(width)] for value in values])
    return LogprobsLists(tokens, logprobs, np.arange(count))


def test_rows_are_cropped_cut_and_released_in_order():
    withheld = Withheld(width=2)
    for value in (-1.0, -2.0, -3.0, -4.0):
        withheld.take(output([7], new_logprobs=rows([value], 5)))
    withheld.cut(3)
    first, second = (withheld.release(count)["new_logprobs"] for count in (1, 2))
    assert first.logprobs.tolist() == [[-1.0, -2.0]]
    assert second.logprobs.tolist() == [[-2.0, -3.0], [-3.0, -4.0]]
    assert second.logprob_token_ids.shape == (2, 2)
    assert "new_logprobs" not in withheld.release(0)


def test_one_shot_fields_ride_on_the_next_release_and_only_there():
    withheld = Withheld(width=None)
    withheld.take(output([1], prefill_stats="stats", events=["queued"]))
    withheld.take(output([2], prefill_stats="later ones are dropped", events=["preempted"]))
    assert withheld.release(1) == {"prefill_stats": "stats", "events": ["queued", "preempted"]}
    assert withheld.release(1) == {}
