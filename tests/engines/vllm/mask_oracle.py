"""What masks mean: the automaton over a whole output, with the shipped model's vocabulary."""

from functools import cache

from verifirst import models
from verifirst.core.verdict import Status
from verifirst.engines.detokenizers import token_bytes
from verifirst.kernels.masking import Masker, Watch
from verifirst.kernels.reference import verdicts

MODEL = str(models.path("first_light_base"))


@cache
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(MODEL)


@cache
def masker():
    return Masker(token_bytes(tokenizer()), frozenset(tokenizer().all_special_ids))


def ids(text):
    return tokenizer()(text, add_special_tokens=False)["input_ids"]


def forbidden(output):
    """Tokens that may not follow ``output``."""
    return Watch(masker()).forbidden(output)


def wrong(texts):
    """How many lines are refuted."""
    return sum(verdicts(text).count(Status.REFUTED) for text in texts)
