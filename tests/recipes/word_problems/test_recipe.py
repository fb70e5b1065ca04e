import random
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'local'")
pytest.importorskip("transformers", reason="training needs the extra 'local'")

from recipes.word_problems import data, evaluate, export, train  # noqa: E402 - after the skips
from recipes.word_problems.network import Network, Shape  # noqa: E402 - after the skips
from recipes.word_problems.optimizer import Optimizer, orthogonalise  # noqa: E402 - after the skips
from recipes.word_problems.tokenizer import train_tokenizer  # noqa: E402 - after the skips
from recipes.word_problems.train import Plan, Run, loss_of  # noqa: E402 - after the skips
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast  # noqa: E402 - after the skips

from verifirst.bench.word_problems import generate, prompt_text  # noqa: E402 - after the skips
from verifirst.bench.word_problems.program import gold_program  # noqa: E402 - after the skips
from verifirst.bench.word_problems.sentence import same_answer  # noqa: E402 - after the skips
from verifirst.formalising import PROGRAM, program_prompt  # noqa: E402 - after the skips

torch.set_num_threads(1)  # two threads stall each other where another process has the core

TINY = Plan("tiny", steps=6, problems=60, rows=2, warm_up=1, checks=1, checked=2)


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(prompt_text(p) + p.solution for p in generate("train", 300, 0))


def test_our_logits_are_those_of_transformers(tokenizer: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    network = Network(Shape(vocabulary=len(tokenizer)))
    model = export.to_transformers(network, tokenizer)
    tokens = torch.randint(0, len(tokenizer), (3, 40))
    with torch.no_grad():
        ours, theirs = network(tokens), model(input_ids=tokens).logits
    torch.testing.assert_close(ours, theirs, atol=2e-5, rtol=1e-4)
    some = torch.tensor([3, 77, 119])
    torch.testing.assert_close(network(tokens, some), ours.flatten(0, 1)[some], atol=2e-5, rtol=1e-4)


def test_a_written_checkpoint_loads_as_it_was(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    network = Network(Shape(vocabulary=len(tokenizer)))
    export.write(network, tokenizer, tmp_path)
    model = AutoModelForCausalLM.from_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert model.dtype == torch.bfloat16
    for name, tensor in network.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor.to(torch.bfloat16))
    assert again("Ann has 12 eggs.\n")["input_ids"] == tokenizer("Ann has 12 eggs.\n")["input_ids"]


def test_the_loss_looks_at_the_solution_and_most_at_results(tokenizer: PreTrainedTokenizerFast) -> None:
    problem = next(iter(generate("train", 1, 2)))
    tokens, weights = data.solution_row(tokenizer, problem)
    assert tokens[-1] == tokenizer.eos_token_id
    learned = tokenizer.decode([t for t, w in zip(tokens, weights, strict=True) if w])
    assert learned == problem.solution + tokenizer.eos_token
    heavy = tokenizer.decode([t for t, w in zip(tokens, weights, strict=True) if w == data.RESULT_WEIGHT])
    expected = "".join(m[0].removeprefix("$") for m in data.RESULT.finditer(problem.solution))
    assert heavy.replace(" ", "") == expected


def test_drills_are_true() -> None:
    rng = random.Random(0)
    for _ in range(2000):
        left, result = data.drill(rng).replace("$", "").split(" = ")
        a, sign, b = re.fullmatch(r"([\d.]+)( [-+*/] |% of )([\d.]+)", left).groups()
        x, y = Fraction(a), Fraction(b)
        value = {" + ": x + y, " - ": x - y, " * ": x * y, " / ": x / (y or 1), "% of ": x * y / 100}[sign]
        assert Fraction(result) == value
        assert value > 0


def test_orthogonalised_updates_have_singular_values_near_one() -> None:
    torch.manual_seed(0)
    for shape in ((2, 16, 48), (2, 48, 16)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
        assert values.min() > 0.5
        assert values.max() < 1.5


def test_a_few_steps_lower_the_loss(tokenizer: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    network = Network(Shape(vocabulary=len(tokenizer), layers=2))
    optimizer = Optimizer(network)
    tokens, weights = data.pad(data.problem_rows(tokenizer, 8, 1))
    losses = []
    for _ in range(12):
        loss = loss_of(network, tokens, weights)
        loss.backward()
        optimizer.step(1.0)
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_the_rate_ends_at_zero() -> None:
    plan = Plan("decays", steps=100, warm_up=10, decay=0.4)
    assert plan.rate(0) == pytest.approx(0.1)
    assert plan.rate(30) == 1.0
    assert plan.rate(80) == pytest.approx(0.5)
    assert plan.rate(100) == 0.0
    assert Plan("stays", steps=100, warm_up=10).rate(99) == 1.0


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    run = Run(TINY, tmp_path, tmp_path)
    run.step, run.tokens = 4, 123
    run.save()
    again = Run(TINY, tmp_path, tmp_path)
    assert (again.step, again.tokens) == (4, 123)
    assert torch.equal(again.network.model.norm.weight, run.network.model.norm.weight)


def test_a_resumed_run_ends_with_the_weights_of_one_that_was_never_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "SAVE_EVERY", 3)
    monkeypatch.setattr(Run, "check", lambda self: None)
    straight = Run(TINY, tmp_path / "straight", tmp_path)
    straight.train()
    stopped = Run(TINY, tmp_path / "stopped", tmp_path)
    calls = iter(range(4))
    steps = stopped.optimizer.step
    monkeypatch.setattr(stopped.optimizer, "step", lambda factor: (next(calls), steps(factor)))
    with pytest.raises(StopIteration):
        stopped.train()
    resumed = Run(TINY, tmp_path / "stopped", tmp_path)
    assert resumed.step == 3
    resumed.train()
    for name, tensor in straight.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name])


def test_a_run_starts_from_the_checkpoint_that_it_names(tmp_path: Path) -> None:
    first = Run(TINY, tmp_path / "first", tmp_path)
    first.train()
    second = Run(Plan("second", steps=2, start="tiny", problems=20, rows=2), tmp_path / "second", tmp_path)
    for name, tensor in first.network.state_dict().items():
        assert torch.equal(second.network.state_dict()[name], tensor.to(torch.bfloat16).float())
    assert second.tokenizer("Ann has 12 eggs.\n")["input_ids"] == first.tokenizer("Ann has 12 eggs.\n")["input_ids"]


def test_a_program_is_learned_whole_and_without_weights(tokenizer: PreTrainedTokenizerFast) -> None:
    problem = next(iter(generate("train", 1, 2)))
    tokens, weights = data.program_row(tokenizer, problem)
    learned = tokenizer.decode([t for t, w in zip(tokens, weights, strict=True) if w])
    assert learned == gold_program(problem) + tokenizer.eos_token
    assert set(weights) == {0, 1}
    assert tokenizer.decode(list(tokens)).startswith(program_prompt(problem.text))


def test_gold_programs_answer_what_gold_solutions_do() -> None:
    for problem in generate("dev", 200, 4):
        assert same_answer(evaluate.answer_of(gold_program(problem)), problem.answer), gold_program(problem)
    assert evaluate.answer_of("answer = b") == ""


def test_a_share_of_the_problems_comes_with_programs(tokenizer: PreTrainedTokenizerFast) -> None:
    rows = data.problem_rows(tokenizer, 200, 1, 0.4)
    formal = sum(PROGRAM in tokenizer.decode(list(tokens)) for tokens, _ in rows)
    assert 50 < formal < 110


def test_the_smoke_command_writes_both_checkpoints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "recipes.word_problems.train", "--smoke", "--out", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert "wrote" in result.stdout
    for name in ("first_light", "first_light_base"):
        assert (tmp_path / name / "model.safetensors").exists()
