"""A detokeniser made in another process spells what the tokenizer spells here."""

import pickle
from types import SimpleNamespace

import pytest

from verifirst import models
from verifirst.decoding import TokenText
from verifirst.engines.detokenizers import detokenizer
from verifirst.engines.vllm.reading.spelling import portable

WORDS = ["▁Tom", "▁has", "▁3", "▁box", "es", ".", "<0x0A>", "<0xC3>", "<0xA9>", "<s>"]
CONFIG = SimpleNamespace(
    tokenizer=str(models.path("first_light")),
    runner_type="generate",
    tokenizer_mode="auto",
    tokenizer_revision=None,
    trust_remote_code=False,
)


def sentencepiece(*, clean_up=False):
    """A fast tokenizer that is no byte-level one: spacing depends on what stands before."""
    from tokenizers import Tokenizer, decoders
    from tokenizers import models as kinds
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(kinds.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="<s>"))
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", clean_up_tokenization_spaces=clean_up, unk_token="<s>"
    )


def spelled(made, tokens):
    text = TokenText(made)
    for token in tokens:
        text.append(token)
    text.flush()
    return text.text


def test_a_fast_tokenizer_travels_without_what_is_around_it():
    pytest.importorskip("transformers")
    tokenizer = sentencepiece()
    made = portable(tokenizer, CONFIG)
    body = pickle.dumps(made)
    assert b"transformers" not in body
    tokens = [0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 1]
    assert (
        spelled(pickle.loads(body)(), tokens)
        == spelled(detokenizer(tokenizer), tokens)
        == "Tom has 3 boxes.\n Tomé has"
    )


def test_a_byte_level_vocabulary_travels_as_a_table():
    pytest.importorskip("transformers")
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(models.path("first_light"))
    body = pickle.dumps(portable(tokenizer, CONFIG))
    assert b"tokenizers" not in body
    tokens = tokenizer("Tom has 3 boxes.\nThat is 1 + 2 = 3.\n", add_special_tokens=False)["input_ids"]
    assert spelled(pickle.loads(body)(), tokens) == tokenizer.decode(tokens)


@pytest.mark.vllm
def test_any_other_is_loaded_again_as_vllm_loads_it():
    made = portable(sentencepiece(clean_up=True), CONFIG)  # its text is changed after decoding
    assert type(pickle.loads(pickle.dumps(made))()).__name__ == "ByteDetokenizer"  # that of the model named
