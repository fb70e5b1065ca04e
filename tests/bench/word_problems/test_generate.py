from fractions import Fraction
from itertools import pairwise

import pytest

from verifirst.bench.word_problems import SPLITS, Problem, generate, prompt_text
from verifirst.bench.word_problems.graph import show
from verifirst.bench.word_problems.story import compute


def problems(split: str = "dev", n: int = 300, seed: int = 3) -> list[Problem]:
    return list(generate(split, n, seed))


def test_the_same_arguments_give_the_same_problems() -> None:
    assert problems(n=40) == problems(n=40)
    assert problems(n=40) != problems(n=40, seed=4)


def test_fewer_problems_are_a_prefix_of_more() -> None:
    assert problems(n=40)[:15] == problems(n=15)


def test_no_text_is_in_two_splits_and_no_held_out_template_is_in_training() -> None:
    drawn = {split: problems(split, 200) for split in SPLITS}
    texts = [{p.text for p in drawn[split]} for split in SPLITS]
    assert len(set.union(*texts)) == sum(map(len, texts))
    held = {p.template for p in drawn["heldout-templates"]}
    for split in SPLITS[:3]:
        assert not held & {p.template for p in drawn[split]}


def test_an_unknown_split_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match=r"'test'.*train, dev"):
        next(generate("test", 1, 0))


def test_every_derived_quantity_follows_from_its_inputs() -> None:
    for problem in problems():
        for q in problem.graph.quantities:
            if q.operation in ("given", "ceil", "floor"):
                continue
            left, right = (problem.graph.quantity(name).value for name in q.inputs)
            assert q.value == compute(left, q.operation, right)


def test_inputs_come_before_what_is_derived_from_them() -> None:
    for problem in problems(n=100):
        order = {q.name: i for i, q in enumerate(problem.graph.quantities)}
        for q in problem.graph.quantities:
            assert all(order[name] < order[q.name] for name in q.inputs)


def test_solutions_have_the_promised_form() -> None:
    for problem in problems():
        assert 3 <= len(problem.solution_steps) <= 7
        assert problem.solution_steps[-1] == f"The answer is {problem.answer}."
        assert "\n" not in problem.text + "".join(problem.solution_steps)
        assert all(a != b for a, b in pairwise(problem.solution_steps))
        assert prompt_text(problem) == problem.text + "\n"


def test_all_kinds_of_question_occur() -> None:
    asked = [p.asks for p in problems(n=500)]
    assert set(asked) == {"value", "compare", "enough", "packs"}
    assert 0.2 < 1 - asked.count("value") / len(asked) < 0.45


def test_both_outcomes_of_a_yes_no_question_are_common() -> None:
    answers = [p.answer for p in problems(n=500) if p.asks == "enough"]
    assert 0.3 < answers.count("yes") / len(answers) < 0.7


@pytest.mark.parametrize(
    ("value", "money", "text"),
    [("14", False, "14"), ("7.5", False, "7.5"), ("7.5", True, "$7.50"), ("3", True, "$3"), ("-0.25", False, "-0.25")],
)
def test_numbers_are_written_exactly(value: str, money: bool, text: str) -> None:
    assert show(Fraction(value), money) == text


def test_a_number_that_two_decimals_cannot_write_is_refused() -> None:
    with pytest.raises(ValueError, match="two decimals"):
        show(Fraction(1, 3))
