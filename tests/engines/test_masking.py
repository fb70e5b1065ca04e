"""The mask in the local engine: wrong results are not written, and the log-probabilities say what was sampled from."""

from functools import partial
from itertools import islice

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst import models
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.core.verdict import Status
from verifirst.decoding import Settings
from verifirst.engines.detokenizers import token_bytes
from verifirst.engines.transformers import LocalEngine, Request
from verifirst.errors import EngineError, InputError
from verifirst.kernels.masking import common
from verifirst.kernels.reference import verdicts
from verifirst.rl.rollouts import Rollout
from verifirst.verifier import Verifier

PROBLEMS = list(islice(generate("dev", 12, 3), 12))
ACCEPT_ALL = partial(Verifier, [])


def solved(*, mask, verifier=ACCEPT_ALL, **changes):
    requests = [
        Request(prompt_text(p), p.text, max_tokens=96, temperature=1.0, seed=i, **changes)
        for i, p in enumerate(PROBLEMS)
    ]
    with LocalEngine("first_light_base", workers=0, verifier=verifier, settings=Settings(mask=mask)) as engine:
        return engine.generate(requests)


@pytest.fixture(scope="module")
def free():
    return solved(mask=False)


@pytest.fixture(scope="module")
def masked():
    return solved(mask=True)


def test_wrong_results_are_not_written_without_any_rollback(free, masked):
    assert sum(verdicts(output.text).count(Status.REFUTED) for output in free) > 3
    assert [verdicts(output.text).count(Status.REFUTED) for output in masked] == [0] * len(masked)
    assert sum(verdicts(output.text).count(Status.VERIFIED) for output in masked) > len(masked)
    assert all(output.tally.refused == 0 for output in masked)


def test_an_output_is_the_free_one_up_to_where_the_mask_took_something(free, masked):
    parted = 0
    for one, other in zip(free, masked, strict=True):
        same = common(one.token_ids, other.token_ids)
        if same < min(len(one.token_ids), len(other.token_ids)):
            parted += 1
            assert other.constrained_logprobs[same] > other.logprobs[same]
    assert parted > 3


def test_the_constrained_law_is_the_model_s_without_the_masked_tokens(masked):
    for output in masked:
        assert all(
            after >= before - 1e-4 for before, after in zip(output.logprobs, output.constrained_logprobs, strict=True)
        )
    assert any(
        after > before + 0.1
        for output in masked
        for before, after in zip(output.logprobs, output.constrained_logprobs, strict=True)
    )


def test_who_opts_out_is_not_masked(free):
    assert [output.token_ids for output in solved(mask=True, enforce=False)] == [output.token_ids for output in free]


def test_masked_outputs_are_no_rollouts_of_the_policy(masked):
    with pytest.raises(InputError, match="mask=False"):
        Rollout.of(masked[0])


def test_bytes_of_a_sentencepiece_vocabulary():
    tokenizers = pytest.importorskip("tokenizers")
    from transformers import PreTrainedTokenizerFast

    pieces = {"<unk>": 0, "▁Tom": 1, "7": 2, "<0x0A>": 3, "▁": 4}
    model = tokenizers.models.BPE(vocab=pieces, merges=[], unk_token="<unk>", byte_fallback=True)
    plain = PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(model), unk_token="<unk>")
    assert token_bytes(plain) == [b"", b" Tom", b"7", b"\n", b" "]
    other = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<unk>": 0, "Tom": 1}, unk_token="<unk>"))
    with pytest.raises(EngineError, match="byte-level or SentencePiece"):
        token_bytes(PreTrainedTokenizerFast(tokenizer_object=other, unk_token="<unk>"))


def test_the_shipped_tokenizer_s_bytes_spell_its_text():
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(models.path("first_light_base"))
    table, text = token_bytes(tokenizer), "Tom has 3 * 12 = 36 apples.\n"
    assert b"".join(table[token] for token in tokenizer(text)["input_ids"]).decode() == text
