"""Programs, against Python's own arithmetic on exact fractions."""

import ast
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded
from verifirst.solvers.program import ProgramError, run
from verifirst.solvers.program.evaluate import MAX_CHARS, MAX_LINES
from verifirst.solvers.program.parser import MAX_DEPTH

numbers = st.one_of(st.integers(0, 60).map(str), st.decimals(0, 40, places=2).map(str))
conditions = st.sampled_from(["<", ">", "<=", ">=", "==", "!="])


def joined(parts):
    """An operation, a signed value or a choice over smaller expressions."""
    binary = st.tuples(parts, st.sampled_from(["+", "-", "*", "/", "//", "%"]), parts).map(" ".join)
    compared = st.tuples(parts, conditions, parts).map(" ".join)
    joint = st.tuples(compared, st.sampled_from(["and", "or"]), compared).map(" ".join)
    condition = st.one_of(compared, joint, compared.map("not {}".format))
    choice = st.tuples(parts, condition, parts).map(lambda p: f"{p[0]} if {p[1]} else {p[2]}")
    called = st.tuples(st.sampled_from(["min", "max"]), parts, parts).map(lambda p: f"{p[0]}({p[1]}, {p[2]})")
    return st.one_of(binary, binary.map("({})".format), parts.map("-{}".format), choice.map("({})".format), called)


expressions = st.recursive(numbers, joined, max_leaves=12)


class Exact(ast.NodeTransformer):
    """Python's numbers as fractions of what is written."""

    def __init__(self, text):
        self.text = text

    def visit_Constant(self, node):
        written = ast.Constant(ast.get_source_segment(self.text, node))
        return ast.Call(ast.Name("Fraction", ast.Load()), [written], [])


def by_python(text):
    tree = ast.fix_missing_locations(Exact(text).visit(ast.parse(text, mode="eval")))
    return eval(compile(tree, "expression", "eval"), {"Fraction": Fraction})


@given(expressions)
def test_values_are_those_of_python_on_exact_fractions(text):
    try:
        expected = by_python(text)
    except ZeroDivisionError:
        with pytest.raises(ProgramError, match="division by zero"):
            run(text)
        return
    answer = run(text).answer
    assert answer == expected
    assert type(answer) is type(expected) or isinstance(answer, bool) is isinstance(expected, bool)


def test_what_an_operation_rests_on():
    ran = run("Ann = 7 * 12\nfriends = 3 * 9\nAnn = Ann - friends\nanswer = Ann - 4")
    assert [(one.name, one.value) for one in ran.computed] == [
        ("Ann", 84), ("friends", 27), ("Ann", 57), ("answer", 53),
    ]  # fmt: skip
    assert ran.computed[2].operands == (84, 27)
    assert ran.computed[2].grounds == (3, 7, 9, 12)
    assert ran.computed[3].grounds == (3, 4, 7, 9, 12)
    assert ran.answer == 53


def test_a_comparison_is_a_fact_whichever_way_it_is_written():
    one, other = run('"Ann" if 3 * 4 > 9 else "Leo"'), run('"Leo" if 9 >= 3 * 4 else "Ann"')
    assert one.answer == other.answer == "Ann"
    assert [(c.sign, c.operands, c.value, c.grounds) for c in (one.computed[-1], other.computed[-1])] == [
        ("<", (9, 12), 3, (3, 4, 9))
    ] * 2


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("```python\nimport math\na = 7  # one\n\nanswer = math.ceil(a / 2)\n```", 4),
        ("25% of 80", 20),
        ("80 * 25%", 20),
        ("a = 25%\nanswer = a", Fraction(1, 4)),
        ("9 % 4", 1),
        ("$3.50 * 2", 7),
        ("1_000 + 1", 1001),
        ("print(3)", 3),
        ("answer = 'yes'\nx = 4", "yes"),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -1", Fraction(1, 2)),
        ("floor(7 / 2) + abs(-2) + int(9.9) + sum(1, 2)", 17),
    ],
)
def test_what_models_write(text, answer):
    assert run(text).answer == answer


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("answer = b", "'b' has no value"),
        ("9 ** 9 ** 9", "exponent"),
        ("2 ** 900 * 2 ** 900 * 2 ** 900", "2048 bits"),
        ("a = (1", "closing bracket"),
        ("1 +", "found the end"),
        ("1 2", "end of the line"),
        ("__import__('os')", "expected one of ceil"),
        ("max(1)", "takes 2 to 64"),
        ("1 if 2 else 3", "expected a condition"),
        ("1 + (2 > 1)", "expected a number"),
        ("1 + 'a'", "expected a number"),
        ("'a' < 3", "two numbers or two texts"),
        ("round(2.5)", "function 'round'"),
        ("x = [1]", "found '[1]'"),
        ("a.b", "found '.b'"),
        ("if = 3", "found 'if'"),
        ("(" * (MAX_DEPTH + 1), "nested"),
        ("-" * 5000 + "1", "nested"),
        ("9" * 100, "at most 64 digits"),
        ("1\n" * (MAX_LINES + 1), "lines"),
        ("#" * (MAX_CHARS + 1), "characters"),
        ("\0", "expected a number, a name or a sign"),
        ("1 if 2 > 1", "expected else"),
        ("(1, 2)", "one value"),
    ],
)
def test_what_is_refused_says_where_and_what_was_expected(text, what):
    with pytest.raises(ProgramError, match="line") as refused:
        run(text)
    assert what in str(refused.value)


@given(st.text(max_size=200))
def test_any_text_has_an_answer_or_a_clear_error(text):
    try:
        found = run(text)
    except ProgramError:
        return
    assert found.answer is None or isinstance(found.answer, (Fraction, str, bool))


def test_work_is_budgeted():
    with pytest.raises(BudgetExceeded):
        run("1 + 1\n" * 20, Budget(50))


def test_nothing_and_comments_answer_nothing():
    assert run("# nothing\n\n").answer is None
