"""The calls: their shapes, what they give back, and that nothing makes them hang or raise."""

import asyncio
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import math_verify as original
import pytest

from verifirst.core.verdict import Status
from verifirst.errors import InputError
from verifirst.math_verify import (
    Answer,
    ExprExtractionConfig,
    LatexExtractionConfig,
    LatexNormalizationConfig,
    StringExtractionConfig,
    judge,
    parse,
    verify,
)

HOSTILE = {
    "tower": "$9^{9^{9^9}}$",
    "typed tower": "9^9^9^9",
    "factorials": "$((9!)!)!$",
    "digits": "1" * 10_000_000,
    "megabytes": "x" * 10_000_000,
    "dollars": "$" * 100_000,
    "braces": "$" + "{" * 20_000 + "$",
    "brackets": "(" * 100_000,
    "boxes": r"\boxed{" * 20_000,
    "closed boxes": r"\boxed{" * 2_000 + "7" + "}" * 2_000,
    "functions": "$" + r"\sin" * 400 + "x$",
    "roots": r"$\sqrt" * 500 + "2$",
    "nested roots": "$" + r"\sqrt{" * 300 + "2" + "}" * 300 + "$",
    "answers": "answer is " * 20_000,
    "final answers": "final answer is " * 10_000,
    "finals": "final answer " * 10_000,
    "ands": "1 and " * 20_000,
    "numbers": "1 2/3 " * 20_000,
    "formulas": "$1$ and " * 5_000,
    "commas": "$" + "1," * 900 + "1$",
    "minus": "$" + "-" * 1_900 + "1$",
    "NUL": "$1\0 2$",
    "scripts": "$\u0661\u0662 + \u0967 \u4e09$",
    "surrogate": "$\ud800$",
    "open": r"$\frac{1}{",
    "begin": r"$\begin{pmatrix} 1 & 2$",
    "matrices": r"$" + r"\begin{pmatrix}1&1\\1&1\end{pmatrix}" * 40 + "$",
    "sums": r"$\sum_{k=1}^{10^{9}} \sum_{j=1}^{10^{9}} k^{j}$",
    "power": "$(x+y+z+w)^{4000}$",
    "decimals": "0." + "3" * 100_000,
    "percent": "%" * 10_000,
    "whitespace": " " * 1_000_000,
    "backslashes": "\\" * 50_000,
    "spaces in numbers": "1 " + "234 " * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_answered(text):
    found = parse(text)
    assert isinstance(found, list)
    assert judge(found, parse("$5$")).status is not Status.VERIFIED
    assert judge(parse(r"$\frac{x+1}{7}$"), found).status is not Status.VERIFIED
    assert verify(found, parse(text + "$0$")) in (True, False)


@pytest.mark.parametrize("text", ["", " ", "\n", "$", "$$", "\\boxed{}", "hmm, I am not sure about that one, sorry"])
def test_no_answer(text):
    assert parse(text) == []
    assert judge(parse(text), parse("$1$")).status is Status.UNKNOWN


def test_parse_gives_the_answer_and_its_source():
    answer, source = parse(r"so $\boxed{\frac12}$.")
    assert isinstance(answer, Answer)
    assert source == r"\frac12"
    assert parse(r"so $\boxed{\frac12}$.", fallback_mode="no_fallback") == [answer]


def test_what_cannot_be_read_leaves_its_source():
    assert parse(r"$\foo{1}$") == [r"\foo{1}"]
    assert parse(r"$\foo{1}$", fallback_mode="no_fallback") == []
    assert judge(parse(r"$\foo{1}$"), parse(r"$\foo{2}$")).status is Status.UNKNOWN


def test_strings_of_a_choice():
    config = [StringExtractionConfig()]
    assert parse("The answer is B.", extraction_config=config) == ["b"]
    assert parse("(C)", extraction_config=config) == ["c"]
    assert verify(parse("Answer: **D**", config), parse("I pick D", config)) is True
    assert verify(parse("A", config), parse("B", config)) is False
    assert parse("Yes", [StringExtractionConfig(("Yes", "No"), lowercase=False)]) == ["Yes"]


def test_configs_select_what_is_looked_for():
    text = r"so $\frac{1}{2}$ of 7"
    assert parse(text, [LatexExtractionConfig()])[1] == r"\frac{1}{2}"
    assert parse(text, [ExprExtractionConfig()])[1] == "7"
    assert parse("about 5", [ExprExtractionConfig(try_extract_without_anchor=False)]) == []
    both = r"\boxed{3}. The final answer is $4$."
    assert parse(both)[1] == "4"
    assert parse(both, [LatexExtractionConfig(boxed_match_priority=0)])[1] == "3"
    last = LatexExtractionConfig(normalization_config=LatexNormalizationConfig(boxed="last"))
    assert parse(r"\boxed{1} and \boxed{2}", [last])[1] == "2"


@pytest.mark.parametrize("name", ["ExprExtractionConfig", "LatexExtractionConfig", "StringExtractionConfig"])
def test_configs_take_what_the_original_takes(name):
    ours = {"ExprExtractionConfig": ExprExtractionConfig, "LatexExtractionConfig": LatexExtractionConfig}
    fields = (ours | {"StringExtractionConfig": StringExtractionConfig})[name].__dataclass_fields__
    assert set(getattr(original, name).__dataclass_fields__) == set(fields)


@pytest.mark.parametrize("call", ["parse", "verify"])
def test_calls_take_what_the_original_takes(call):
    import inspect

    theirs = inspect.signature(getattr(original, call)).parameters
    ours = inspect.signature({"parse": parse, "verify": verify}[call]).parameters
    assert list(ours) == list(theirs)
    plain = [name for name in theirs if name != "extraction_config"]
    assert {name: ours[name].default for name in plain} == {name: theirs[name].default for name in plain}


def test_numbers_may_be_given_as_they_are():
    assert verify(Fraction(1, 3), 0.333333) is True
    assert verify([5], [parse("$5$")[0]]) is True
    assert verify("1/2", "0.5") is True
    assert judge("$5$ cm", "$5$ m").status is Status.UNKNOWN
    import sympy

    assert verify(sympy.Rational(1, 3), sympy.Float(0.333333)) is True
    assert verify(sympy.Symbol("x") ** 2 + 1, "x^2 + 1") is True


def test_one_of_several_is_enough():
    assert verify([*parse("$1$"), *parse("$2$")], [*parse("$3$"), *parse("$2$")]) is True
    assert verify([*parse("$1$"), *parse("$2$")], [*parse("$3$"), *parse("$4$")]) is False


def test_what_is_no_answer():
    assert verify(object(), parse("1")) is False
    assert parse(None) == []
    with pytest.raises(InputError):
        parse(None, raise_on_error=True)
    with pytest.raises(InputError):
        verify(object(), "1", raise_on_error=True)


def test_three_values():
    assert judge("$1$", "$2$").status is Status.REFUTED
    assert judge("$1$", "$1$").status is Status.VERIFIED
    assert judge(r"$\sqrt{x^2}$", "$x$").status is Status.UNKNOWN
    assert judge("$[0,1)$", "$[0,1]$").status is Status.REFUTED
    assert judge(r"$\text{no solution}$", r"$\emptyset$").status is Status.UNKNOWN


CASES = [
    (r"$\frac{1}{\sqrt 2}$", r"$\frac{\sqrt 2}{2}$"),
    ("$1$", "$2$"),
    ("$(x+1)^2$", "$x^2+2x+1$"),
    ("$[0,1)$", "$[0,1]$"),
]


def test_threads_agree_with_the_main_thread():
    expected = [verify(parse(gold), parse(target)) for gold, target in CASES] * 20
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda case: verify(parse(case[0]), parse(case[1])), CASES * 20))
    assert found == expected == [True, False, True, False] * 20


def test_no_signal_is_touched():
    before = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    found = []
    thread = threading.Thread(target=lambda: found.append(verify(parse("$9^{9^{9^9}}$"), parse("$9^{9^9}$"))))
    thread.start()
    thread.join()
    assert found == [False]
    assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)) == before


def test_tasks_of_an_event_loop():
    async def one(gold, target):
        await asyncio.sleep(0)
        return verify(parse(gold), parse(target)), await asyncio.to_thread(verify, parse(gold), parse(target))

    async def every():
        return await asyncio.gather(*(one(*case) for case in CASES))

    assert asyncio.run(every()) == [(True, True), (False, False), (True, True), (False, False)]


def test_a_small_budget_leaves_it_open():
    gold, target = parse("$(x+y+z)^{12}$"), parse("$(z+x+y)^{11}(x+y+z)$")
    assert judge(gold, target, timeout_seconds=0.0001).status is Status.UNKNOWN
    assert judge(gold, target).status is Status.VERIFIED


def test_import_and_numbers_load_no_heavy_package():
    code = (
        "import sys; from verifirst.math_verify import parse, verify;"
        "assert verify(parse('$1/2$'), parse('0.5'));"
        "print([m for m in ('sympy', 'torch', 'z3', 'flint') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_settings_of_trainers_are_taken():
    from latex2sympy2_extended import NormalizationConfig

    settings = NormalizationConfig(basic_latex=True, units=True, malformed_operators=False, nits=False, boxed="all")
    config = LatexExtractionConfig(
        boxed_match_priority=0, normalization_config=settings, try_extract_without_anchor=False
    )
    found = parse(r"so \boxed{\frac12}, I think $3$", [config], extraction_mode="first_match")
    assert verify(parse(r"\frac{1}{2}"), found) is True
    assert parse("I think $3$", [config], extraction_mode="first_match") == []


def test_values_hold_from_many_threads():
    cases = [
        (r"$\sqrt{2}+\sqrt{3}$", r"$\sqrt{5+2\sqrt 6}$", True),
        (r"$\sin(2x)$", r"$2\sin x\cos x$", True),
        (r"$10^{40}\pi$", r"$10^{40}\pi+1$", False),
    ] * 100
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda case: verify(parse(case[0]), parse(case[1])), cases))
    assert found == [case[2] for case in cases]
