import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verifirst.bench.word_problems as world
from verifirst.bench.word_problems import (
    SPLITS,
    Graph,
    Problem,
    Quantity,
    Slot,
    Statement,
    final_answer,
    generate,
    is_correct,
    is_spurious,
    judge,
)

DRAWN = list(generate("dev", 400, 11))
NUMBER = re.compile(r"\d+(?:\.\d+)?")

STEPS = (
    "Ann has 3 * 12 = 36 eggs.",
    "Ann has 36 - 6 = 30 eggs left.",
    "30 > 20, so Ann has enough.",
    "The answer is yes.",
)
EGGS = Problem(
    id="wp-eggs",
    text="Ann has three dozen eggs. Ann is 24 years old. Ann breaks 6 of them. The bakery needs 20 eggs. Is it enough?",
    answer="yes",
    solution_steps=STEPS,
    graph=Graph(
        (
            Quantity("n", Fraction(3)),
            Quantity("dozen", Fraction(12)),
            Quantity("eggs", Fraction(36), "*", ("n", "dozen")),
            Quantity("broken", Fraction(6)),
            Quantity("left", Fraction(30), "-", ("eggs", "broken")),
            Quantity("needed", Fraction(20)),
        ),
        (
            Statement("Ann has # eggs.", (Slot("=", "eggs"),)),
            Statement("Ann has # eggs left.", (Slot("=", "left"),)),
            Statement("#, so Ann has enough.", (Slot(">", "left", "needed"),)),
            Statement("#, so that is not enough.", (Slot("<", "left", "needed"),)),
        ),
    ),
    template="t",
    asks="enough",
    split="dev",
)


def kinds(*steps: str) -> list[str]:
    return [j.kind for j in judge(EGGS, steps)]


SAID_OTHERWISE = replace(
    EGGS,
    graph=replace(
        EGGS.graph,
        synonyms=(
            Statement("Ann keeps # eggs.", (Slot("=", "left"),)),
            Statement("After that it is # eggs.", (Slot("=", "left"),)),
            Statement("After that it is # eggs.", (Slot("=", "eggs"),)),
        ),
    ),
)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("Ann keeps 36 - 6 = 30 eggs.", "valid"),
        ("After that it is 36 - 6 = 30 eggs.", "valid"),  # a sentence that may be said of two quantities
        ("After that it is 36 - 6 = 30 eggs", "valid"),  # no full stop
        ("Ann keeps 36 - 20 = 16 eggs.", "wrong_quantity"),
        ("Tom keeps 36 - 6 = 30 eggs.", "wrong_quantity"),
        ("Ann keeps 36 - 6 = 30 eggs who.", "wrong_quantity"),
        ("Ann keeps 36 - 6 = 31 eggs.", "arithmetic"),
    ],
)
def test_a_quantity_may_be_said_in_this_worlds_other_words(step: str, kind: str) -> None:
    first, _, compared, answer = STEPS
    assert [j.kind for j in judge(SAID_OTHERWISE, (first, step))] == ["valid", kind]
    if kind == "valid":
        assert not is_spurious(SAID_OTHERWISE, (first, step, compared, answer))


@pytest.mark.parametrize("last", ["Ann keeps 36 - 6 = 30 eggs.", "Ann has 36 - 6 = 30 eggs left."])
def test_other_words_lead_to_the_answer_as_well(last: str) -> None:
    asked = replace(
        SAID_OTHERWISE, answer="30", solution_steps=(STEPS[0], "Ann has 36 - 6 = 30 eggs left.", "The answer is 30.")
    )
    assert [j.kind for j in judge(asked, (STEPS[0], last, "The answer is 30."))] == ["valid"] * 3


def test_stories_know_other_words_for_what_somebody_has_left() -> None:
    found = 0
    for problem in DRAWN:
        for at, step in enumerate(problem.solution_steps):
            said = re.fullmatch(r"After that it is (\d+ - \d+ = \d+) (\w+)\.", step)
            hero = re.search(r"(\w+) has|(\w+) still|so (\w+) ", problem.solution)
            if said is None or hero is None:
                continue
            name = next(filter(None, hero.groups()))
            other = f"{name} has {said[1]} {said[2]} left."
            steps = [*problem.solution_steps[:at], other]
            judged = judge(problem, steps)[-1]
            found += judged.valid
            assert not judge(problem, [*problem.solution_steps[:at], other.replace(name, "Nobody")])[-1].valid
    assert found > 20


@pytest.mark.parametrize("split", SPLITS)
def test_gold_solutions_are_valid(split: str) -> None:
    for problem in generate(split, 1000, 5):
        judged = judge(problem, problem.solution_steps)
        assert all(j.valid for j in judged), (problem.text, problem.solution, judged)
        assert is_correct(problem, problem.solution_steps)
        assert not is_spurious(problem, problem.solution_steps)


@settings(max_examples=300)
@given(st.sampled_from(DRAWN), st.data())
def test_another_number_anywhere_makes_that_step_invalid(problem: Problem, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(problem.solution_steps) - 1))
    spans = [m.span() for m in NUMBER.finditer(problem.solution_steps[index])]
    if not spans:
        return
    a, b = data.draw(st.sampled_from(spans))
    step = problem.solution_steps[index]
    other = data.draw(st.integers(1, 999).filter(lambda n: Fraction(n) != Fraction(step[a:b])))
    steps = list(problem.solution_steps)
    steps[index] = step[:a] + str(other) + step[b:]
    judged = judge(problem, steps)
    assert all(j.valid for j in judged[:index])
    assert not judged[index].valid


@settings(max_examples=300)
@given(st.sampled_from(DRAWN), st.lists(st.text(max_size=80), max_size=6))
def test_the_oracle_is_total(problem: Problem, steps: list[str]) -> None:
    judged = judge(problem, steps)
    assert len(judged) == len(steps)
    final_answer(steps)
    is_spurious(problem, steps)


@settings(max_examples=200)
@given(st.sampled_from(DRAWN), st.text(alphabet="0123456789+-*/=<>%$. of#so,", max_size=60))
def test_the_oracle_is_total_on_near_misses(problem: Problem, step: str) -> None:
    judge(problem, [step, problem.solution_steps[0]])


@settings(max_examples=100)
@given(st.sampled_from(DRAWN), st.data())
def test_leaving_a_step_out_is_noticed(problem: Problem, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(problem.solution_steps) - 2))
    steps = [s for i, s in enumerate(problem.solution_steps) if i != index]
    gone, needed = NUMBER.findall(problem.solution_steps[index])[-1], index + 2 < len(problem.solution_steps)
    if needed and gone in NUMBER.findall(problem.text + "".join(problem.solution_steps[:index])):
        return  # the same number stands elsewhere, so nothing is missing
    assert is_spurious(problem, steps)


def test_kinds_of_fault() -> None:
    assert kinds(*STEPS) == ["valid"] * 4
    assert kinds("Ann has 3 * 12 = 35 eggs.") == ["arithmetic"]
    assert kinds("Ann has 4 * 12 = 48 eggs.") == ["ungrounded"]
    assert kinds("Ann has 3 * 24 = 72 eggs.") == ["wrong_quantity"]
    assert kinds("Ann has 3 * 12 = 36 pears.") == ["wrong_quantity"]
    assert kinds("Ann has 3 * 12 = 35 eggs.", "Ann has 35 - 6 = 29 eggs left.") == ["arithmetic", "follows_error"]
    assert kinds(*STEPS[:2], "30 > 20, so that is not enough.") == ["valid"] * 2 + ["wrong_conclusion"]
    assert kinds(*STEPS[:2], "30 < 20, so that is not enough.") == ["valid"] * 2 + ["arithmetic"]
    assert kinds(*STEPS[:2], "20 < 30, so Ann has enough.") == ["valid"] * 3
    assert kinds(*STEPS[:2], "36 > 20, so Ann has enough.") == ["valid"] * 2 + ["wrong_quantity"]
    assert kinds("Ann has eggs.", "", "12", "3 * 12") == ["malformed"] * 4
    assert kinds(*STEPS[:2], "The answer is yes.") == ["valid"] * 2 + ["answer_not_derived"]
    assert kinds(*STEPS, "The answer is yes.")[-1] == "after_answer"
    assert kinds("Ann has 3 / 0 = 36 eggs.") == ["arithmetic"]


def test_a_right_answer_after_a_wrong_step_is_spurious() -> None:
    steps = ["Ann has 3 * 12 = 38 eggs.", "Ann has 38 - 6 = 32 eggs left.", "32 > 20, so Ann has enough.", STEPS[-1]]
    assert is_correct(EGGS, steps)
    assert is_spurious(EGGS, steps)


def test_answers_are_compared_by_value() -> None:
    assert final_answer(["x", "The answer is $3.50."]) == "$3.50"
    assert final_answer(["The answer is 3.", "x"]) is None
    assert final_answer([]) is None
    assert is_correct(EGGS, ["The answer is Yes."])


def test_the_oracle_shares_no_code_with_the_verifier() -> None:
    folder = Path(world.__file__).parent
    imported = set()
    for file in folder.glob("*.py"):
        imported |= set(re.findall(r"^(?:from|import) (verifirst[.\w]*)", file.read_text(), re.MULTILINE))
    assert all(name.startswith("verifirst.bench.word_problems") for name in imported)


def test_the_world_needs_the_standard_library_only() -> None:
    code = "import sys, verifirst.bench.word_problems; print(*{'torch','numpy','transformers'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not result.stdout.strip()
