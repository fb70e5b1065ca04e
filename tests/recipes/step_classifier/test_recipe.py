import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'local'")
transformers = pytest.importorskip("transformers", reason="training needs the extra 'local'")

from recipes.step_classifier import data, network, rows, train  # noqa: E402 - after the skips
from recipes.step_classifier.calibrate import calibrated, let_stand  # noqa: E402 - after the skips
from recipes.step_classifier.data import Labelled  # noqa: E402 - after the skips
from recipes.word_problems.tokenizer import load_tokenizer  # noqa: E402 - after the skips

from verifirst.bench.word_problems import generate, judge  # noqa: E402 - after the skips
from verifirst.core.verdict import Status  # noqa: E402 - after the skips
from verifirst.engines.transformers import scorer  # noqa: E402 - after the skips
from verifirst.engines.transformers.scorer import TransformersScorer  # noqa: E402 - after the skips
from verifirst.models import path  # noqa: E402 - after the skips
from verifirst.session import check_steps  # noqa: E402 - after the skips
from verifirst.verifier import Verifier  # noqa: E402 - after the skips

torch.set_num_threads(1)  # two threads stall each other where another process has the core
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(path("first_light"))


@pytest.fixture(scope="module")
def classifier():
    torch.manual_seed(0)
    found = network.from_language_model(path("first_light"))
    torch.nn.init.normal_(found.score.weight, std=0.3)
    return found


@pytest.fixture(scope="module")
def wrong():
    return list(data.corrupted(generate("train", 300, 5), 6))


def test_our_logits_are_those_of_transformers(classifier, tokenizer):
    model = network.to_transformers(classifier, tokenizer)
    tokens = torch.randint(0, len(tokenizer), (3, 40))
    where = torch.tensor([3, 77, 119])
    with torch.no_grad():
        ours, theirs = classifier(tokens, where), model(input_ids=tokens).logits.flatten(0, 1)[where]
    torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)


def test_a_written_checkpoint_is_a_stock_token_classifier(classifier, tokenizer, tmp_path):
    network.write(classifier, tokenizer, tmp_path)
    model = transformers.AutoModelForTokenClassification.from_pretrained(tmp_path)
    assert type(model).__name__ == "Qwen3ForTokenClassification"
    assert model.config.id2label == {0: "wrong", 1: "right"}
    for name, tensor in classifier.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor.to(torch.bfloat16))
    assert len(TransformersScorer(tmp_path).digest) == len("sha256:") + 64


def test_labels_stand_at_the_newlines_that_end_steps(tokenizer, wrong):
    for one in wrong[:50]:
        tokens, labels = rows.row_of(tokenizer, one)
        marked = [(tokens[at], label) for at, label in enumerate(labels) if label != rows.NO_LABEL]
        assert {tokenizer.decode([token]) for token, _ in marked} == {"\n"}
        assert [bool(label) for _, label in marked] == list(one.right)
        text = one.problem.text + "\n" + "".join(step + "\n" for step in one.steps)
        assert list(tokens) == tokenizer(text)["input_ids"]


def test_batches_show_every_row_once_an_epoch(tokenizer, wrong):
    import random

    table = [rows.row_of(tokenizer, one) for one in wrong[:31]]
    seen = [int((labels != rows.NO_LABEL).sum()) for _, labels in rows.batches(table, 8, 2, random.Random(0))]
    assert sum(seen) == 2 * sum(len(one.steps) for one in wrong[:31])


def test_corrupted_steps_are_mostly_true_over_known_numbers_and_wrong_all_the_same(wrong):
    kinds = Counter(one.kinds[-1] for one in wrong)
    assert kinds["wrong_quantity"] > 0.5 * len(wrong)
    assert kinds["arithmetic"] < 0.2 * len(wrong)
    assert all(one.right[:-1] == (True,) * (len(one.steps) - 1) for one in wrong)
    assert [one.kinds for one in wrong] == [tuple(j.kind for j in judge(one.problem, one.steps)) for one in wrong]
    assert wrong == list(data.corrupted(generate("train", 300, 5), 6))


def test_calibration_sees_what_the_rules_let_stand_up_to_the_first_error(wrong):
    verifier = Verifier()
    for one in wrong[:60]:
        longer = Labelled.of(one.problem, [*one.steps, "The answer is 1."])
        kept = let_stand(longer, verifier)
        assert kept.steps == longer.steps[: len(kept.steps)]
        assert all(kept.right[:-1])
        reports = check_steps(verifier, one.problem.text, one.steps)
        refuted = any(report.status is Status.REFUTED for report in reports)
        assert len(kept.steps) <= len(one.steps) - refuted or one.right[-1]


def test_an_untrained_classifier_calibrates_to_what_it_is_worth(classifier, tokenizer, wrong):
    judging = TransformersScorer(network.to_transformers(classifier, tokenizer), tokenizer=tokenizer)
    assert 0 < calibrated(judging, wrong[:100], alpha=0.05).threshold.bound <= 0.05


def test_a_run_lowers_the_loss_and_its_rate_ends_near_zero(tokenizer, wrong):
    plan = train.Plan(sampled=0, corrupted=12, epochs=12, rows=12, warm_up=2)
    few = wrong[:12]
    trained = train.train(plan, path("first_light"), few)
    assert plan.factor(0) < plan.factor(2)
    assert plan.factor(plan.steps) == 0
    tokens, labels = rows.pad([rows.row_of(tokenizer, one) for one in few])
    marks = labels.flatten()
    where = (marks != rows.NO_LABEL).nonzero().flatten()
    right = (marks[where] == 1).float()
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(trained(tokens, where), marks[where]).item()
    blind = torch.nn.functional.binary_cross_entropy(torch.full_like(right, right.mean().item()), right).item()
    assert loss < 0.9 * blind


def test_the_smoke_command_writes_a_calibrated_checkpoint(tmp_path):
    command = [sys.executable, "-m", "recipes.step_classifier.train", "--smoke", "--out", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "wrote" in result.stdout
    assert scorer.calibrated(tmp_path).threshold.alpha == pytest.approx(0.02)
