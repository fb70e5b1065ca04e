"""Forks from a verified prefix on the local engine: the law of engines, from any step on."""

import functools
from dataclasses import replace
from itertools import accumulate

import pytest

pytest.importorskip("torch", reason="the local engine needs the extra 'local'")
pytest.importorskip("transformers", reason="the local engine needs the extra 'local'")

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.engines.test_engine_law import LONG, PROMPTS, engine_for, stock, streams

from verifirst.decoding import Committed, FinishReason
from verifirst.engines.base import Output, Request
from verifirst.engines.scripted import ScriptedEngine
from verifirst.engines.transformers import LocalEngine
from verifirst.errors import InputError
from verifirst.verifier import Verifier

ONCE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DERIVATION = "3 * 4 = 12 apples.\nHe eats 12 - 5 = 7 of them.\nHe has 7 - 2 = 5.\nThe answer is 5.\n"
LINES = DERIVATION.splitlines(keepends=True)
PROBLEM = "Tom has 3 bags of 4 apples. He eats all but 5, and gives 2 away.\n"


@pytest.fixture(scope="module")
def greedy(model, tokenizer):
    """The greedy output of a prompt, under a verifier that accepts all."""
    engine = engine_for(model, tokenizer)
    return functools.cache(lambda prompt: engine.generate([Request(prompt, max_tokens=LONG)])[0])


@ONCE
@given(st.sampled_from(PROMPTS), st.integers(0, 9))
def test_a_greedy_fork_is_generate_from_the_same_prefix(model, tokenizer, greedy, prompt, steps):
    whole = greedy(prompt)
    assume(steps < len(whole.spans))
    request = Request(prompt, max_tokens=40, prefix=whole.prefix(steps))
    fork = engine_for(model, tokenizer).generate([request])[0]
    given_ = tokenizer(prompt)["input_ids"] + list(request.prefix)
    tokens, logprobs = stock(model, given_, 40)
    assert list(fork.token_ids) == tokens
    assert fork.logprobs == pytest.approx(logprobs, abs=1e-4)
    assert fork.text == tokenizer.decode(tokens, skip_special_tokens=True)
    assert (list(fork.prompt_token_ids), fork.prefix_tokens) == (given_, len(request.prefix))


@ONCE
@given(st.sampled_from(PROMPTS), st.integers(0, 9), st.integers(0, 40), st.sampled_from([0.0, 0.2]))
def test_a_sampled_fork_is_the_rest_of_the_run_that_wrote_its_prefix(model, tokenizer, prompt, steps, seed, rate):
    """Draws are keyed by seed, attempt and position behind the prompt; a fork begins with the first attempt, so
    this holds where nothing was refused before its prefix ended."""
    plan = streams.random_refuser(seed, rate)
    request = Request(prompt, max_tokens=60, temperature=1.0, seed=seed)
    whole = engine_for(model, tokenizer, plan).generate([request])[0]
    assume(steps < len(whole.reports) and all(one.boundary >= whole.spans[steps][0] for one in whole.rejections))
    at = whole.spans[steps][0]
    again = replace(request, prefix=whole.prefix(steps), max_tokens=60 - at)
    events = []
    fork = engine_for(model, tokenizer, plan, delay=seed % 3).generate([again], events.append)[0]
    assert (fork.token_ids, fork.finish_reason) == (whole.token_ids[at:], whole.finish_reason)
    assert fork.logprobs == pytest.approx(whole.logprobs[at:], abs=1e-4)
    assert fork.reports == whole.reports[steps:]
    assert fork.spans == tuple((start - at, end - at) for start, end in whole.spans[steps:])
    assert "".join(event.text for event in events if isinstance(event, Committed)) == fork.text


def test_a_fork_of_a_fork_stands_on_both_prefixes(model, tokenizer, greedy):
    prompt = next(prompt for prompt in PROMPTS if len(greedy(prompt).spans) > 2)
    whole = greedy(prompt)
    first = engine_for(model, tokenizer).generate([Request(prompt, max_tokens=LONG, prefix=whole.prefix(1))])[0]
    assert first.prefix(0) == whole.prefix(1)
    assert first.prefix(1) == whole.prefix(2)
    assert first.reports[0].step == whole.reports[1].step


def test_what_begins_alike_is_prefilled_once(model, tokenizer, greedy):
    prompt = next(prompt for prompt in PROMPTS if len(greedy(prompt).spans) > 1)
    forks = [
        Request(prompt, max_tokens=20, temperature=1.0, seed=seed, prefix=greedy(prompt).prefix(1)) for seed in range(5)
    ]
    others = [Request(prompt, max_tokens=5), Request("A", max_tokens=5)]
    rows = []
    hook = model.register_forward_pre_hook(
        lambda _module, _args, kwargs: rows.append(tuple(kwargs["input_ids"].shape)), with_kwargs=True
    )
    try:
        together = engine_for(model, tokenizer, batch_size=2).generate([*forks, *others])
    finally:
        hook.remove()
    assert sum(count for count, width in rows if width > 1) == 2, "the forks' context, and the prompt; 'A' needs none"
    for request, output in zip([*forks, *others], together, strict=True):
        assert engine_for(model, tokenizer).generate([request])[0].token_ids == output.token_ids
    assert len({output.token_ids for output in together[:5]}) > 1


# -- the verifier's state ----------------------------------------------------------------------


def scripted(prefix=()):
    engine = ScriptedEngine(lambda text, _: DERIVATION[len(text) :] or None, verifier=Verifier(enforce=["DG"]))
    return engine.generate(Request(PROBLEM, prefix=prefix))


@pytest.mark.parametrize("steps", range(4))
def test_a_fork_knows_the_facts_of_its_prefix(steps):
    whole = scripted()
    assert len(whole.reports) == 4
    fork = scripted(whole.prefix(steps))
    assert fork.reports == whole.reports[steps:]
    assert (fork.text, fork.tally.refused) == ("".join(LINES[steps:]), 0)


def test_without_its_prefix_the_same_text_is_refused():
    """The facts are what makes the difference: 12 is grounded in the prefix and in nothing else."""
    rest = DERIVATION.partition("\n")[2]
    engine = ScriptedEngine(lambda text, _: None if text else rest, verifier=Verifier(enforce=["DG"]))
    assert engine.generate(Request(PROBLEM)).tally.refused > 0


# -- what is refused ---------------------------------------------------------------------------


def test_a_prefix_that_cannot_stand_is_refused(model, tokenizer):
    with LocalEngine(model, tokenizer=tokenizer, workers=0) as engine:
        for prefix, why in (
            ((len(tokenizer),), "token ids from 0 to"),
            ((-1,), "token ids from 0 to"),
            ((tokenizer.eos_token_id,), "end-of-text token"),
            (tuple(tokenizer("He eats 2")["input_ids"]), "cut it where a step ends"),
            (tuple(tokenizer("a\n")["input_ids"]) * 300, "takes fewer than 512"),
        ):
            with pytest.raises(InputError, match=why):
                engine.generate([Request("Tom", prefix=prefix)])


def test_an_output_has_as_many_prefixes_as_steps():
    output = scripted()
    assert [len(output.prefix(steps)) for steps in range(5)] == list(accumulate(map(len, LINES), initial=0))
    assert output.finish_reason is FinishReason.STOP
    for steps in (-1, 5):
        with pytest.raises(InputError, match="0 to 4 steps"):
            output.prefix(steps)
    with pytest.raises(InputError, match="0 to 0 steps"):
        Output("", (), (), (), FinishReason.STOP, True).prefix(1)
