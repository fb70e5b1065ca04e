"""The automaton against the host's rules, against exact rationals, and against itself cut anywhere."""

import random
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.kernels.lines import line, value

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.kernels.layout import WIDTH, At
from verifirst.kernels.reference import advance, last, verdicts
from verifirst.kernels.state import fresh
from verifirst.verifier import Verifier

HOST = Verifier()
SEEDS = st.integers(0, 10**9)
V, R, U = Status.VERIFIED, Status.REFUTED, Status.UNKNOWN


def on_host(text):
    """The host's report on a line as a step of its own."""
    text = text.strip()
    return HOST.check(Step(0, 0, len(text), len(text), text), "", HOST.begin(""))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("3 + 4 = 7", V),
        ("Tom sells 3 * 12 = 36 apples.", V),
        ("Tom sells 3 * 12 = 38 apples.", R),
        ("2 * (3 + 4) = 2 * 7 = 14", V),
        ("2 * (3 + 4) = 2 * 7 = 15", R),
        ("5 + 3 = 8 * 2 = 16", U),  # a running total
        (r"So $3 \times 12 = 36$.", V),
        (r"\frac{12}{4} + 1 = 4", V),
        (r"\frac{12}{4} + 1 = 5", U),  # nothing with a fraction is refuted
        ("4 − 2 = 2, 4 ÷ 2 = 2 and 3 × 2 = 6", V),
        ("3 x 4 = 12", V),
        ("1,200 + 300 = 1,500", V),
        ("$3.50 * 4 = $14", V),
        ("25% * 80 = 20", V),
        ("Total = 50 + 80 = 120", R),
        ("10 / 4 = 2.5", V),
        ("10 / 4 = 3", U),  # whole items
        ("24 / 4 / 2 = 3", U),  # may be 24 / (4 / 2)
        ("It is not true that 3 + 4 = 8.", U),
        ("3 * 12 is about 40, so 3 * 12 = 40", U),
        ("x = 3 * 12 = 37", U),
        ("3 + 4 apples = 8", U),
        ("3 + 4 = 8?", U),
        ("999999999 * 999 = 5", U),  # too wide
        ("0.1 + 0.2 = 0.3", V),
        ("7 - 9 = -2", V),
        ("((((1 + 1) + 1) + 1) + 1) = 5", V),
        ("(((((1 + 1) + 1) + 1) + 1) + 1) = 6", U),  # too deep
        ("5 / (2 - 2) = 5", U),
        ("3 + 4 = 7\x00", U),
        ("So I'm 34 + 2 = 36 years old.", U),  # the host takes a letter before an apostrophe for a name
        ("Tom's total is 34 + 2 = 36.", V),
        ("It costs 16 + 27 = $43.00", V),
        ("It costs 16 + 27 = $$43.00", U),
        ("", U),
    ],
)
def test_it_decides(text, status):
    assert verdicts(text) == [status]


@settings(max_examples=1500)
@given(SEEDS)
def test_where_it_decides_the_host_decides_the_same(seed):
    text = line(random.Random(seed))
    (found,) = verdicts(text)
    if found is R:
        assert on_host(text).status is R, text
    if found is V:
        report = on_host(text)
        assert report.status is not R, text
        assert any(verdict.status is V for verdict in report.verdicts), text


def equation(rng):
    """A bare equation with a result that is right or off by little, and whether it is right."""
    while True:
        text = str(rng.randrange(1, 1000))
        for _ in range(rng.choice((1, 1, 2, 3))):
            text += rng.choice((" + ", " - ", " * ", " / ")) + str(rng.randrange(1, 1000))
        truth = value(text)
        shown = truth + rng.choice((0, 0, 1, -1, 7, Fraction(1, 10)))
        if shown.denominator in (1, 2, 5, 10) and abs(shown) < 10**8:
            return f"{text} = {float(shown):.1f}".removesuffix(".0"), shown == truth


@settings(max_examples=1000)
@given(SEEDS)
def test_a_bare_equation_is_never_judged_wrongly(seed):
    text, right = equation(random.Random(seed))
    assert verdicts(text)[0] in ((V, U) if right else (R, U)), text


@settings(max_examples=200)
@given(SEEDS, st.lists(st.integers(0, 400), max_size=6))
def test_it_may_be_cut_rolled_back_and_forked_anywhere(seed, cuts):
    rng = random.Random(seed)
    text = "\n".join(line(rng) for _ in range(3)).encode()
    whole = fresh()
    advance(whole, text)
    row, at = fresh(), 0
    for cut in sorted(min(cut, len(text)) for cut in cuts):
        advance(row, text[at:cut])
        at = cut
        fork = list(row)
        advance(fork, line(rng).encode() + b"\xf0\x9f")  # a refused continuation, cut amid a character
        row = list(row)
    advance(row, text[at:])
    assert row == whole


@settings(max_examples=300)
@given(st.binary(max_size=80))
@example(b"3 + 4 = 7\xc3\n")
@example(b"\\" * 60)
@example(b"9" * 80)
@example(b"1 = 2 \\tim\n3 + 4 = 7\n")
def test_any_bytes_leave_a_row_of_narrow_integers(text):
    row = fresh()
    advance(row, text)
    assert len(row) == WIDTH
    assert all(-(2**63) <= register < 2**63 for register in row)
    advance(row, b"\n3 + 4 = 7\n")
    assert last(row) is V


@pytest.mark.parametrize("text", ["99999 * 99999 * 99999", "(3 + 4", "5 / 0", "3 + 4 = (", "a (3"])
def test_a_line_ends_at_its_end_whatever_killed_it(text):
    assert verdicts(f"{text}\n3 + 4 = 7") == [U, V]


def test_steps_are_counted_by_verdict():
    row = fresh()
    advance(row, b"3 + 4 = 7\n3 + 4 = 8\nTom has 3 apples.\n3 * 3 = 9\n")
    assert (row[At.VERIFIED], row[At.REFUTED], row[At.UNKNOWN]) == (2, 1, 1)
