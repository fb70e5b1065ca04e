import pytest

pytest.importorskip("transformers", reason="needs the extra 'local'")

from transformers import AutoTokenizer

from verifirst import models
from verifirst.bench.word_problems import generate
from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError
from verifirst.scoring import Encoder, Layout, Scored, Unscored


@pytest.fixture
def tokenizer():
    return AutoTokenizer.from_pretrained(models.path("first_light"))


def test_every_position_is_that_of_a_separator_and_cuts_the_text_where_a_step_ends(tokenizer):
    for problem in generate("dev", 30, 2):
        steps = problem.solution_steps
        found = Encoder(tokenizer, Layout())(Scored(problem.text, steps, since=1))
        for at, position in enumerate(found.positions, start=1):
            expected = Layout().write(problem.text, steps[: at + 1])[0]
            assert tokenizer.decode(found.ids[: position + 1]) == expected


def test_a_separator_of_several_tokens_is_read_at_its_last(tokenizer):
    layout = Layout(separator=" é🍎")
    found = Encoder(tokenizer, layout)(Scored("p", ("3 + 4 = 7", "x")))
    assert tokenizer.decode(found.ids[: found.positions[0] + 1]) == "p\n3 + 4 = 7 é🍎"
    assert found.positions[1] == len(found.ids) - 1


def test_a_separator_that_grows_together_with_what_follows_is_no_boundary(tokenizer):
    found = Encoder(tokenizer, Layout(separator=" appl"))(Scored("p", ("3", "es and pears")))
    assert isinstance(found, Unscored)
    assert found.reason is Reason.UNSUPPORTED
    assert "boundary" in found.message


def test_only_special_tokens_may_not_be_spelled_out(tokenizer):
    tokenizer.add_tokens(["  ", "<note>"])
    encoder = Encoder(tokenizer, Layout())
    assert not isinstance(encoder(Scored("two  spaces", ("a <note>",))), Unscored)
    assert encoder(Scored("p", ("<|end|>",))).message.startswith("the text holds '<|end|>'")


def test_at_most_as_many_tokens_as_the_model_reads(tokenizer):
    trace = Scored("p", ("1 2 3",))
    length = len(Encoder(tokenizer, Layout())(trace).ids)
    assert not isinstance(Encoder(tokenizer, Layout(), length)(trace), Unscored)
    assert Encoder(tokenizer, Layout(), length - 1)(trace).reason is Reason.TOO_LARGE


def test_a_tokenizer_without_offsets_is_refused():
    class Slow:
        is_fast = False

    with pytest.raises(ConfigError, match="fast tokenizer"):
        Encoder(Slow(), Layout())
