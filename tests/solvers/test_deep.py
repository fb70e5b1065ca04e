"""The deep solvers in real worker processes."""

from importlib import util

import pytest

from verifirst.core.budget import Budget
from verifirst.errors import SolverUnavailable
from verifirst.solvers import deep as module
from verifirst.solvers.compare import compare
from verifirst.solvers.deep import Deep
from verifirst.solvers.outcome import Outcome

WORK = 1_000_000


def rpn(text):
    return tuple(int(word) if word.lstrip("-").isdigit() else word for word in text.split())


@pytest.fixture(scope="module")
def deep():
    with Deep(timeout_s=20) as pool:
        yield pool


@pytest.mark.parametrize(
    ("left", "right", "method"),
    [
        (rpn("$x $y max"), rpn("$y $x max"), "symengine"),
        ((1, "$n", ("sum", "k", (2, "$k", "^"))), rpn("2 $n 1 + ^ 2 -"), "sympy"),
        (rpn("$x $y max"), rpn("$x $y + $x $y - abs + 2 /"), "z3"),
    ],
)
def test_each_stage_decides_what_those_before_it_could_not(deep, left, right, method):
    assert compare(left, right, budget=Budget(WORK)).answer == "undecided"
    found = deep.compare(left, right, budget=Budget(WORK))
    assert (found.answer, found.method) == ("equal", method)
    assert found.stages[-1] == (method, "equal")
    assert all(answer.startswith("undecided") for _, answer in found.stages[:-1])


def test_a_closed_form_of_a_sum(deep):
    total = (1, "$n", ("sum", "k", ("$k", 2, "^")))
    form = rpn("$n $n 1 + * 2 $n * 1 + * 6 /")
    assert deep.compare(total, form, budget=Budget(WORK)).answer == "equal"
    assert deep.compare(total, (*form, 1, "+"), budget=Budget(WORK)).answer == "different"


def test_what_holds_in_part_is_left_to_the_exact_stage(deep):
    found = deep.compare(rpn("$x 2 ^ sqrt"), rpn("$x"), budget=Budget(WORK))
    assert (found.answer, found.only_where, found.stages) == ("undecided", "not for all negative values", ())


def test_undefined_terms_are_not_asked_about(deep):
    assert deep.compare(rpn("1 0 /"), rpn("1 0 /"), budget=Budget(WORK)).stages == ()


def test_entailment_over_the_reals(deep):
    x, y = ("$x",), ("$y",)
    assert deep.prove([(x, ">", (0,))], (rpn("$x 1 +"), ">", (1,))) == "true"
    assert deep.prove([(x, ">", (0,))], (rpn("$x 1 -"), ">", (0,))) == "false"
    assert deep.prove([], (rpn("$x 2 ^ $y 2 ^ +"), ">=", rpn("2 $x * $y *"))) == "true"
    assert deep.prove([(rpn("$x 2 ^"), "=", (4,)), (x, ">", (0,))], (x, "=", (2,))) == "true"
    assert deep.prove([(x, ">", y)], (rpn("$x sin"), ">", (2,))) == "undecided"


@pytest.mark.parametrize(
    ("latex", "term"),
    [
        (r"\frac{x+1}{2}", "$x 1 + 2 /"),
        (r"\sqrt{AB}", "$A $B * sqrt"),
        (r"\binom{n}{2} + 5!", "$n 2 binom 5 ! +"),
        (r"\log_2 8", "2 8 log"),
        (r"3\frac{1}{2}", "7 2 /"),
    ],
)
def test_a_second_reading_means_the_same(deep, latex, term):
    read = deep.second_reading(latex)
    assert read is not None
    assert compare(read, rpn(term), budget=Budget(WORK)).answer == "equal"


@pytest.mark.parametrize("latex", ["", "x = 3", r"\frac{1}{", r"\{1, 2\}", "\0", "x" * 5000])
def test_what_is_no_expression_is_not_read(deep, latex):
    assert deep.second_reading(latex) is None


def test_a_question_without_end_is_killed_and_the_next_one_answered():
    with Deep(timeout_s=4.0) as pool:
        assert pool.second_reading("(" * 1500) is None
        assert pool.second_reading("1+1") is not None


def test_large_expansions_are_refused_by_their_degree(deep):
    power = rpn("$x $y + $z + $u + $v + 400 ^ $x floor +")
    found = deep.compare(power, (*rpn("$v $u + $z + $y + $x + 400 ^"), *rpn("$x 1 + floor 1 - +")), budget=Budget(WORK))
    assert found.answer == "undecided"
    assert ("symengine", "undecided: a high degree") in found.stages


def test_contradictions_between_solvers_are_kept():
    found = [("symengine", "equal", {}), ("z3", "different", {"x": "1"})]
    joined = module._joined(Outcome("undecided", reason="agrees"), found)
    assert (joined.answer, joined.reason) == ("undecided", "solvers disagree")
    assert joined.stages == (("exact", "undecided"), ("symengine", "equal"), ("z3", "different"))
    assert module._joined(Outcome("equal", "polynomial"), found[1:]).answer == "undecided"


def test_a_vote_against_is_no_refutation():
    joined = module._joined(Outcome("undecided", reason="agrees"), [("sympy", "different", {})])
    assert (joined.answer, joined.reason) == ("undecided", "agrees")


def test_cross_check_asks_everyone():
    with Deep(timeout_s=20, cross_check=True) as pool:
        found = pool.compare(rpn("$x 1 + 2 ^"), rpn("$x 2 ^ 2 $x * + 1 +"), budget=Budget(WORK))
    assert found.answer == "equal"
    assert [name for name, _ in found.stages] == ["exact", "symengine", "sympy", "z3"]
    assert {answer for _, answer in found.stages} == {"equal"}


def test_missing_packages_name_the_extra(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "z3" else util.find_spec(name))
    with pytest.raises(SolverUnavailable, match=r"verifirst\[solvers\]"):
        Deep()
