"""The mask in the local engine: wrong results are not written, and the log-probabilities say what was sampled from."""

import re
from fractions import Fraction
from functools import partial
from itertools import islice

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst import models
from verifirst.bench.benchmark import held_out
from verifirst.bench.word_problems import generate, judge, prompt_text
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


ENDLESS = re.compile(r"([0-9]+) / ([1-9][0-9]*) = ([0-9]+[.]([0-9]{2,}))")


def without_end(step):
    """Whether a step holds a quotient that no decimal spells, correctly rounded: the oracle knows no rounding."""
    for match in ENDLESS.finditer(step):
        quotient, places = Fraction(int(match[1]), int(match[2])), len(match[4])
        if 10**6 % quotient.denominator and 2 * 10**places * abs(Fraction(match[3]) - quotient) <= 1:
            return True
    return False


def misjudged(mask):
    """Steps whose arithmetic is wrong, by the generator's oracle."""
    problems = held_out(40, seed=0)
    requests = [
        Request(prompt_text(p), p.text, max_tokens=192, temperature=1.0, seed=i) for i, p in enumerate(problems)
    ]
    with LocalEngine("first_light", workers=0, verifier=ACCEPT_ALL, settings=Settings(mask=mask)) as engine:
        outputs = engine.generate(requests)
    found = []
    for problem, output in zip(problems, outputs, strict=True):
        steps = [line for line in output.text.split("\n") if line.strip()]
        judged = zip(steps, judge(problem, steps), strict=True)
        found += [step for step, judgement in judged if judgement.kind == "arithmetic" and not without_end(step)]
    return found


def test_under_a_mask_the_shipped_model_makes_no_error_of_arithmetic():
    """By an oracle that shares nothing with the automaton."""
    assert len(misjudged(mask=False)) > 5
    assert misjudged(mask=True) == []


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
