"""The Transformers scorer against forward passes written out by hand, on small untrained classifiers."""

import random
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst import models  # noqa: E402 - after the skips
from verifirst.bench.word_problems import generate  # noqa: E402 - after the skips
from verifirst.core.verdict import Reason  # noqa: E402 - after the skips
from verifirst.engines.transformers.scorer import TransformersScorer  # noqa: E402 - after the skips
from verifirst.errors import ConfigError, EngineError  # noqa: E402 - after the skips
from verifirst.scoring import QWEN_MATH_PRM, Layout, Scored, Unscored, checkpoint_digest, score  # noqa: E402

CLOSE = {"abs": 2e-6}
TRACES = [Scored(problem.text, problem.solution_steps) for problem in generate("dev", 20, 3)]


@pytest.fixture(scope="module")
def tokenizer():
    return transformers.AutoTokenizer.from_pretrained(models.path("first_light"))


def untrained(kind, **settings):
    """The shipped language model's body with an untrained head of two classes."""
    torch.manual_seed(1)
    model = getattr(transformers, kind).from_pretrained(
        models.path("first_light"), num_labels=2, dtype=torch.float32, **settings
    )
    torch.nn.init.normal_(model.score.weight, std=0.3)
    return model.eval()


@pytest.fixture(scope="module")
def judge():
    return untrained("Qwen3ForTokenClassification")


def by_hand(model, tokenizer, trace):
    """One row without padding for each step, read at its last token."""
    found = []
    for at in range(len(trace.steps)):
        text = trace.problem + "\n" + "".join(step + "\n" for step in trace.steps[: at + 1])
        with torch.no_grad():
            hidden = model.model(torch.tensor([tokenizer(text)["input_ids"]])).last_hidden_state[0, -1]
        wrong, right = (model.score.weight @ hidden + (0 if model.score.bias is None else model.score.bias)).tolist()
        found.append(1 / (1 + 2.718281828459045 ** (wrong - right)))
    return found


@pytest.mark.parametrize("kind", ["Qwen3ForTokenClassification", "Qwen3ForSequenceClassification"])
def test_probabilities_are_those_of_a_forward_pass_written_out(kind, tokenizer):
    model = untrained(kind)
    found = TransformersScorer(model, tokenizer=tokenizer, batch_size=7).score(TRACES)
    for trace, scores in zip(TRACES, found, strict=True):
        assert scores == pytest.approx(by_hand(model, tokenizer, trace), **CLOSE)


def test_neither_the_batch_nor_the_order_nor_what_follows_changes_a_score(judge, tokenizer):
    whole = TransformersScorer(judge, tokenizer=tokenizer).score(TRACES)
    order = random.Random(0).sample(range(len(TRACES)), len(TRACES))
    for size in (1, 3):
        shuffled = TransformersScorer(judge, tokenizer=tokenizer, batch_size=size).score([TRACES[at] for at in order])
        for at, scores in zip(order, shuffled, strict=True):
            assert scores == pytest.approx(whole[at], **CLOSE)
    for trace, scores in zip(TRACES, whole, strict=True):
        cut = len(trace.steps) - 1
        (found,) = TransformersScorer(judge, tokenizer=tokenizer).score([Scored(trace.problem, trace.steps[:cut])])
        assert found == pytest.approx(scores[:cut], **CLOSE)
        (last,) = TransformersScorer(judge, tokenizer=tokenizer).score([Scored(trace.problem, trace.steps, since=cut)])
        assert last == pytest.approx(scores[cut:], **CLOSE)


def test_the_same_call_gives_the_same_bits(judge, tokenizer):
    scorer = TransformersScorer(judge, tokenizer=tokenizer)
    assert scorer.score(TRACES) == scorer.score(TRACES)


def test_columns_choose_which_class_is_right(judge, tokenizer):
    right = TransformersScorer(judge, tokenizer=tokenizer).score(TRACES)
    wrong = TransformersScorer(judge, tokenizer=tokenizer, columns=(1, 0)).score(TRACES)
    for one, other in zip(right, wrong, strict=True):
        assert one == pytest.approx([1 - number for number in other], **CLOSE)


def test_a_language_model_that_answers_with_one_of_two_tokens_is_read_at_the_tag(tokenizer):
    """In the manner of Math-Shepherd: a tag behind each step, the probability of one token against another's."""
    model = transformers.AutoModelForCausalLM.from_pretrained(models.path("first_light"), dtype=torch.float32).eval()
    minus, plus = (tokenizer(text)["input_ids"][-1] for text in ("-", "+"))
    layout = Layout(before="{problem} ", separator="#\n")
    scorer = TransformersScorer(model, tokenizer=tokenizer, layout=layout, columns=(minus, plus))
    for trace in TRACES[:3]:
        text, ends = layout.write(trace.problem, trace.steps)
        with torch.no_grad():
            logits = [
                model(torch.tensor([tokenizer(text[:end])["input_ids"]])).logits[0, -1, [minus, plus]] for end in ends
            ]
        (found,) = scorer.score([trace])
        assert found == pytest.approx([pair.softmax(-1)[1].item() for pair in logits], **CLOSE)


def test_a_model_in_the_manner_of_qwen_math_prm_is_read_at_its_separators(tokenizer):
    """Remote code as those checkpoints bring: a head of two layers, logits in a tuple, a special token behind steps."""
    tagged = transformers.AutoTokenizer.from_pretrained(models.path("first_light"))
    tagged.add_special_tokens({"additional_special_tokens": ["<extra_0>", "<|im_start|>", "<|im_end|>"]})

    class Rewarding(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(2)
            body = transformers.AutoModel.from_pretrained(models.path("first_light"), dtype=torch.float32)
            body.resize_token_embeddings(len(tagged), mean_resizing=False)
            self.model, self.config = body, body.config
            hidden = body.config.hidden_size
            self.score = torch.nn.Sequential(
                torch.nn.Linear(hidden, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 2)
            )

        def forward(self, input_ids, attention_mask):
            return (self.score(self.model(input_ids, attention_mask=attention_mask).last_hidden_state),)

    model = Rewarding()
    found = TransformersScorer(model, tokenizer=tagged, layout=QWEN_MATH_PRM).score(TRACES[:4])
    for trace, scores in zip(TRACES, found, strict=False):
        ids = torch.tensor([tagged(QWEN_MATH_PRM.write(trace.problem, trace.steps)[0])["input_ids"]])
        marks = ids[0] == tagged.convert_tokens_to_ids("<extra_0>")
        assert marks.sum() == len(trace.steps)
        with torch.no_grad():
            expected = model(ids, torch.ones_like(ids))[0][0, marks].softmax(-1)[:, 1]
        assert scores == pytest.approx(expected.tolist(), **CLOSE)


@pytest.mark.parametrize(
    ("trace", "reason"),
    [
        (Scored("p", ("one\ntwo",)), Reason.UNSUPPORTED),
        (Scored("p", ("fine", "<|end|> is over")), Reason.UNSUPPORTED),
        (Scored("<|pad|>", ("fine",)), Reason.UNSUPPORTED),
        (Scored("p", ("7 " * 600,)), Reason.TOO_LARGE),
        (Scored("p", ("\ud800",)), Reason.UNSUPPORTED),
    ],
)
def test_what_cannot_be_read_is_unscored_and_spoils_nothing_else(trace, reason, judge, tokenizer):
    scorer = TransformersScorer(judge, tokenizer=tokenizer)
    before, found, after = score(scorer, [TRACES[0], trace, TRACES[1]])
    assert isinstance(found, Unscored)
    assert found.reason is reason
    assert [before, after] == [pytest.approx(one, **CLOSE) for one in score(scorer, TRACES[:2])]


@pytest.mark.parametrize("steps", [("",), (" ", "\t"), ("é√2 🍎", "\u2028 x"), ("\x00",)])
def test_any_text_gets_probabilities(steps, judge, tokenizer):
    (found,) = score(TransformersScorer(judge, tokenizer=tokenizer), [Scored("", steps)])
    assert len(found) == len(steps)


def test_a_checkpoint_is_named_by_its_folder_and_known_by_its_weights(judge, tokenizer, tmp_path):
    folder = tmp_path / "small_judge"
    judge.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    scorer = TransformersScorer(folder)
    assert (scorer.name, scorer.digest) == ("small_judge", checkpoint_digest(folder))
    loaded = TransformersScorer(judge, tokenizer=tokenizer)
    for one, other in zip(scorer.score(TRACES), loaded.score(TRACES), strict=True):
        assert one == pytest.approx(other, **CLOSE)


def test_wrong_settings_say_what_was_expected(judge, tokenizer):
    with pytest.raises(ConfigError, match="batch_size"):
        TransformersScorer(judge, tokenizer=tokenizer, batch_size=0)
    for columns in ((0, 0), (0, 2), (-1, 1)):
        with pytest.raises(ConfigError, match="places below 2"):
            TransformersScorer(judge, tokenizer=tokenizer, columns=columns)
    with pytest.raises(EngineError, match="needs its tokenizer"):
        TransformersScorer(judge)
    with pytest.raises(EngineError, match="no classifier"):
        TransformersScorer(Path("/nowhere/at/all"))
