"""Law 8: an accepting verifier changes nothing; a refusal equals the stock engine under the ban."""

import importlib.util
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the local engine needs the extra 'local'")

from transformers import LogitsProcessor, LogitsProcessorList  # noqa: E402  # after importorskip

from verifirst.decoding import Committed, FinishReason, Refuted, Release, RolledBack, Settings  # noqa: E402
from verifirst.engines.transformers import LocalEngine, Request  # noqa: E402

spec = importlib.util.spec_from_file_location("streams", Path(__file__).with_name("streams.py"))
streams = importlib.util.module_from_spec(spec)
spec.loader.exec_module(streams)

PROMPTS = [
    "Tom has 3 bags.\n",
    "Ann buys 5 pens for $2 each. How much does she pay?\n",
    "A",
    "He eats 2 of them.\nThe answer is 10.\nAnd then what happens?\n",
    "数学",
    "naïve café — ",
    "12 apples, 12 pens, 12 apples",
    "The answer is",
]


def engine_for(model, tokenizer, plan=streams.accept_all, **settings):
    delay = settings.pop("delay", 0)
    batch = settings.pop("batch_size", 8)
    return LocalEngine(
        model,
        tokenizer=tokenizer,
        stream=streams.PlannedStream(plan, delay),
        settings=Settings(**settings),
        batch_size=batch,
    )


LONG = 150  # tokens; long enough for most texts to have two steps


class BanAt(LogitsProcessor):
    """Masks ``tokens`` at exactly one output position."""

    def __init__(self, position, tokens):
        self.position, self.tokens = position, list(tokens)

    def __call__(self, input_ids, scores):
        if input_ids.shape[1] == self.position:
            scores = scores.clone()
            scores[:, self.tokens] = -torch.inf
        return scores


def stock(model, ids, max_new_tokens, **kwargs):
    """Greedy ``generate`` on one prompt: new token ids and their raw log-probabilities."""
    out = model.generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        max_new_tokens=max_new_tokens,
        do_sample=False,
        return_dict_in_generate=True,
        output_logits=True,
        **kwargs,
    )
    new = out.sequences[0, len(ids) :].tolist()
    logprobs = [torch.log_softmax(row[0].float(), -1)[token].item() for row, token in zip(out.logits, new, strict=True)]
    return new, logprobs


@pytest.mark.parametrize("batch_size", [1, 8])
def test_accepting_everything_equals_generate_token_for_token(model, tokenizer, batch_size):
    engine = engine_for(model, tokenizer, batch_size=batch_size)
    outputs = engine.generate([Request(prompt, max_tokens=60) for prompt in PROMPTS])
    for prompt, output in zip(PROMPTS, outputs, strict=True):
        tokens, logprobs = stock(model, tokenizer(prompt)["input_ids"], 60)
        assert list(output.token_ids) == tokens
        assert output.logprobs == pytest.approx(logprobs, abs=1e-4)
        assert output.text == tokenizer.decode(tokens, skip_special_tokens=True)


def test_a_batch_of_eight_equals_a_padded_batch_of_generate(model, tokenizer):
    outputs = engine_for(model, tokenizer).generate([Request(prompt, max_tokens=40) for prompt in PROMPTS])
    padded = tokenizer(PROMPTS, return_tensors="pt", padding=True, padding_side="left")
    out = model.generate(**padded, max_new_tokens=40, do_sample=False, return_dict_in_generate=True, output_logits=True)
    for row, output in enumerate(outputs):
        expected = out.sequences[row, padded["input_ids"].shape[1] :].tolist()[: len(output.token_ids)]
        assert list(output.token_ids) == expected
        logprobs = [torch.log_softmax(out.logits[i][row].float(), -1)[t].item() for i, t in enumerate(expected)]
        assert output.logprobs == pytest.approx(logprobs, abs=1e-4)


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("delay", [0, 5])
def test_after_a_rollback_the_continuation_is_generate_under_the_ban(model, tokenizer, prompt, delay):
    """Refuse step 1 once (step 0 of a short text), blaming its first character: its first token is banned there."""
    free = engine_for(model, tokenizer).generate([Request(prompt, max_tokens=LONG)])[0]
    closed = len(free.reports) - (free.finish_reason is FinishReason.LENGTH)
    if not closed:
        pytest.skip(f"the greedy text of this prompt closes no step in {LONG} tokens")
    target = min(1, closed - 1)
    refused = lambda step, times: 1 if step.index == target and times == 1 else None  # noqa: E731  # a plan
    events = []
    engine = engine_for(model, tokenizer, refused, delay=delay)
    output = engine.generate([Request(prompt, max_tokens=LONG)], events.append)[0]
    rolled = [event for event in events if isinstance(event, RolledBack)]
    assert [event.steps for event in rolled] == [target]
    ids = tokenizer(prompt)["input_ids"]
    prefix = list(output.token_ids[: rolled[0].tokens])
    branch = output.rejections[0].token_ids
    spelled = [tokenizer.decode(branch[: n + 1]).strip() for n in range(len(branch))]
    blank = next(n for n, text in enumerate(spelled) if text.strip("\ufffd"))  # until its first character is whole
    processor = LogitsProcessorList([BanAt(len(ids) + len(prefix) + blank, [branch[blank]])])
    tokens, logprobs = stock(model, ids + prefix, LONG - len(prefix), logits_processor=processor)
    assert list(output.token_ids[len(prefix) :]) == tokens
    assert output.token_ids[len(prefix) + blank] != branch[blank]
    assert output.logprobs[len(prefix) :] == pytest.approx(logprobs, abs=1e-4)


@pytest.mark.parametrize("salt", range(12))
@pytest.mark.parametrize("release", list(Release))
def test_no_refuted_step_is_released_and_every_row_is_independent_of_its_batch(model, tokenizer, salt, release):
    plan = streams.random_refuser(salt, 0.4)
    requests = [Request(prompt, max_tokens=50, temperature=1.0, seed=salt) for prompt in PROMPTS]
    events = []
    together = engine_for(model, tokenizer, plan, delay=salt % 4, release=release).generate(requests, events.append)
    for index, (request, output) in enumerate(zip(requests, together, strict=True)):
        assert not [report.step.text for report in output.reports if plan(report.step, 1) is not None]
        assert output.text == "".join(e.text for e in events if isinstance(e, Committed) and e.request == index)
        alone = engine_for(model, tokenizer, plan, release=release).generate([request])[0]
        assert alone.token_ids == output.token_ids
    assert any(isinstance(event, Refuted) for event in events)


def test_more_requests_than_rows_all_finish_in_order(model, tokenizer):
    requests = [Request(prompt, max_tokens=5 + 3 * i) for i, prompt in enumerate(PROMPTS * 2)]
    small = engine_for(model, tokenizer, batch_size=3).generate(requests)
    large = engine_for(model, tokenizer, batch_size=16).generate(requests)
    assert [output.token_ids for output in small] == [output.token_ids for output in large]


def test_switching_verification_off_verifies_nothing(model, tokenizer):
    refuse_all = lambda step, times: 1  # noqa: E731  # a plan
    engine = engine_for(model, tokenizer, refuse_all)
    request = Request(PROMPTS[0], max_tokens=40, enforce=False)
    output = engine.generate([request])[0]
    assert list(output.token_ids) == stock(model, tokenizer(PROMPTS[0])["input_ids"], 40)[0]
    assert (output.reports, output.enforced) == ((), False)


def test_greedily_a_step_that_is_tried_again_becomes_another(model, tokenizer):
    """Nothing but a ban would change it; a sampled one is drawn again without."""
    settings = {"release": Release.END, "retries_per_boundary": 0, "reopens_per_boundary": 2}
    engine = engine_for(model, tokenizer, lambda step, _times: 1 if step.index == 1 else None, **settings)
    outputs = engine.generate([Request(prompt, max_tokens=LONG) for prompt in PROMPTS])
    tried = [[one.token_ids[: one.reopened] for one in output.rejections if one.reopened] for output in outputs]
    assert sum(len(paths) > 1 for paths in tried) > 1
    for paths in tried:
        assert len(set(paths)) == len(paths)
