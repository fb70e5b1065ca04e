"""What the plugin tells makes the rollout that the stream's own output makes."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decoding.test_dual_stream import play
from tests.rl.test_rollouts import DECODERS, POLICIES, RATES

from verifirst.decoding import Settings
from verifirst.engines.base import Output
from verifirst.engines.vllm.rollout import add_logprobs, tell
from verifirst.engines.vllm.summary import summarize
from verifirst.errors import EngineError
from verifirst.rl import Rollout
from verifirst.rl.vllm import assemble, of_completion, of_response

PROMPT = (7, 7)
PLAIN = Settings(ban=False)


def told(salt, rate, decoder, policy, ahead=0):
    """A finished stream, and its summary as it reaches a client: with log-probabilities, through JSON."""
    stream, _, _ = play(salt, rate, "newline", decoder, delay=0, policy=policy, in_order=True)
    rollout = tell(stream)
    dropped = [*stream.rejections, *([] if stream.tail is None else [stream.tail])]
    add_logprobs(rollout, [[*each.logprobs, *[-9.0] * ahead] for each in dropped])
    summary = summarize(stream, final=True, finish_reason=stream.finish_reason.value)
    return stream, json.loads(json.dumps({**summary, "rollout": rollout}))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), RATES, DECODERS, POLICIES, st.integers(0, 3))
def test_the_rollout_is_the_one_of_the_local_engine(salt, rate, decoder, policy, ahead):
    stream, summary = told(salt, rate, decoder, policy, ahead)
    found = assemble(PROMPT, tuple(stream.tokens), tuple(stream.logprobs), stream.text.text, summary)
    assert found == Rollout.of(Output.of(stream, PROMPT, enforced=True))


def completion(summary, logprobs):
    sampled = SimpleNamespace(token_ids=[1], logprobs=logprobs, text="a", verification=summary)
    return SimpleNamespace(prompt_token_ids=[7], outputs=[sampled])


def test_an_output_without_a_rollout_says_what_to_ask_for():
    with pytest.raises(EngineError, match="verifirst_rollout=true"):
        of_completion(completion(None, None))


def test_log_probabilities_must_have_been_asked_for():
    salts = (told(salt, 0.6, PLAIN, None)[1] for salt in range(99))
    summary = next(summary for summary in salts if summary["rollout"]["branches"])
    with pytest.raises(EngineError, match="logprobs=0"):
        of_completion(completion(summary, None))
    for branch in summary["rollout"]["branches"]:
        branch["logprobs"] = []
    with pytest.raises(EngineError, match="logprobs=0"):
        of_completion(completion(summary, [{1: SimpleNamespace(logprob=-0.5)}]))


def response(stream, summary, **changes):
    """A `/v1/completions` body with one choice, as the server writes it."""
    choice = {
        "index": 0,
        "text": stream.text.text,
        "prompt_token_ids": list(PROMPT),
        "token_ids": list(stream.tokens),
        "logprobs": {"token_logprobs": list(stream.logprobs)},
    } | changes
    return {"choices": [choice], "verification": {"choices": [{"index": 0, **summary}]}}


def test_a_response_gives_the_rollout_that_an_output_gives():
    stream, summary = told(3, 0.5, PLAIN, None)
    expected = assemble(PROMPT, tuple(stream.tokens), tuple(stream.logprobs), stream.text.text, summary)
    assert of_response(response(stream, summary)) == [expected]


def test_a_response_that_lacks_something_says_what_to_ask_for():
    stream, summary = told(3, 0.5, PLAIN, None)
    with pytest.raises(EngineError, match="token ids or log-probabilities"):
        of_response(response(stream, summary, token_ids=None))
    del summary["rollout"]
    with pytest.raises(EngineError, match="show_rollouts=true"):
        of_response(response(stream, summary))
    with pytest.raises(EngineError, match="show_rollouts=true"):
        of_response({"choices": [{"index": 0}]})
