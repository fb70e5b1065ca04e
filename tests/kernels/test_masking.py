"""Masks: what may be written where a result is due, against the automaton's own verdicts."""

import random
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.lines import value

from verifirst.kernels.layout import At
from verifirst.kernels.masking import Masker, Watch, common, ordinary
from verifirst.kernels.reference import advance
from verifirst.kernels.state import fresh
from verifirst.kernels.writing import allowed

VOCABULARY = [
    b"",
    *(bytes([byte]) for byte in range(128)),
    b" 3",
    b"36",
    b" 36",
    b"36.",
    b"00",
    b",0",
    b" apples",
    b".\n",
    *(bytes([byte]) for byte in range(128, 256)),
    b"\\frac",
    b"\\times",
    "−".encode(),
    b" + ",
    b" x",
]
LIKELY = (
    b" ",
    b".",
    b"\n",
    b"-",
    b",",
    b" apples",
    b" 36",
    b"3",
    b"6",
    b"\\",
    b"$",
    b"\xe2",
    b"\x88",
    b"\xc3",
    b"\\frac",
    b"%",
    b"/",
    b" + ",
    b"*",
    b"=",
    b"<",
    b"(",
    b")",
    b" x",
    b"a",
)
END = 0


def after(text):
    row = fresh()
    advance(row, text.encode(errors="surrogateescape"))
    return row


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("3 * 12 =", (" 3", " 36", " $36.", " 36 apples", " 36.00"), (" 4", " 37", " 3 ", " -", "\n", " six", " 36.5")),
        ("Tom has 3 * 12 = 3", ("6", "6.", "6**", "6/day", "6% of", "6-inch"), ("7", ".", " ", "\n", "x")),
        ("3 * 12 = 36", (" = 36", " apples", ".\n", ", so"), (" + 5", " - 5", "*5", "/2", " x 2", " = 37", " 1/2")),
        ("3 - 12 = ", ("-", "-9", "−9"), ("9", "-8", " ")),  # one space is enough
        ("3 - 12 =", (" ", " -9"), ("  ",)),
        ("$3 - $12 =", (" -9", " -$9", " -$9.00"), (" $9", " -$8", " -$9.50")),
        ("3 * 400 = 1", ("200", ",200", ",2", "200.00"), (",3", ",20 ", ",2000", "20.")),
        ("3 * 40000 = 120", (",", ",000", "000"), (",0,", "00,000")),
        ("62 / 20 =", (" 3.1", " 3.10", " 3.1, so", " 3.1."), (" 3.5", " 3,", " 3 ", " 3.\n", " 4", " 3.11", " 31/10")),
        ("25 * $1.50 = $", ("37.5", "37.50.", "37.50 a day"), ("42.50", "37 ", "37.05", "37.\n", "38")),
        ("$61.50 - $30.75 =", (" $30.75", " 30.75", " $30.750"), (" $30.25", " $30.7.", " $31.")),
        ("0.1 + 0.2 = 0", (".3", ".30"), (" ", ".4", "0", ".\n")),
        ("1,250.5 * 2 =", (" 2,501", " 2501", " $2,501.00"), (" 2,50 ", " 25,01", " 2,501.5")),
        ("5 / 20 = ", ("0.25", "25%", "25\\%"), ("25 ", "25.\n", "0.35", "35", ".")),
        ("5 / 20 = 0.25 =", (" 25%", " 1/4", " 0.25"), (" 26", " 25 ", " 1/5")),
        (
            "7 / 3 = ",
            ("2.33", "2.333", "7/3", "7 / 3 "),
            ("2 ", "2.3 ", "2.34", "2.32", "3", "7.", "7 apples", "7/4", "14/"),
        ),
        ("8 / 3 = 2.6", ("7", "67", "6666", "667"), ("6 ", "8", "66.\n", "65")),
        ("22 / 7 = 22/", ("7.\n", "7 of"), ("8", "77", ".", "70")),
        ("25% of $90 = ", ("$22.5", "22.50", "$22.50."), ("$22.25", "25", "22 ", "22.\n")),
        ("12.5% of 80 =", (" 10", " 10.0"), (" 12", " 0.125 *")),
        ("2 * (3 + 4) = ", ("2 * 7", "14", "15"), ("15.\n", "15 apples", "15 = ")),  # a chain may go on
        ("2 * (3 + 4) = 15", (" +", "0", " - 1."), (".\n", " apples and", "\n", "k")),
        ("1/2 + 1/4 = 3/", ("4", "4.\n"), ("5.\n", "5 and")),
        ("(4 + 3) / 3 = 2.3", ("3.\n", "33 "), (".\n", "4.\n", " of")),
    ],
)
def test_what_may_be_written(text, right, wrong):
    row = after(text)
    assert [piece for piece in right if not allowed(row, piece.encode())] == []
    assert [piece for piece in wrong if allowed(row, piece.encode())] == []


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (
            "31 >",
            (" 30", " 3 ", " 30.99 ", " $30.", " x", " the", "= 31 ", " -5."),
            (" 31 ", " 32", " 40", " 31.\n", "\n"),
        ),
        ("31 > 3", ("0", " ", ".9", ", so", " three"), ("1.", "2", ",000", "4")),
        ("31 <", (" 32", " 310.", " 3", "= 31.\n", " 31.5 "), (" 30 ", " 31 ", " -5", " 30.\n", " 3,")),
        ("800 < 1", (",200", "200.", "000 "), (" ", ".\n")),
        ("57 < 4", ("10", "00 ", "1"), (",", ".\n", " ", "1,")),
        ("$0 > ", ("-1", "x"), ("$", "0", "1")),
        ("7 - 9 = -2 < ", ("0", "-1 ", "5"), ("-3 ", "-2 ", "-20.\n")),
        ("3 * 4 > ", ("11", "2 * 5.\n"), ("12 ", "13", "2 * 6.\n", "2 * 7 of")),
        ("999999999 < ", ("x",), ("$",)),
    ],
)
def test_what_may_be_compared(text, right, wrong):
    row = after(text)
    assert [piece for piece in right if not allowed(row, piece.encode())] == []
    assert [piece for piece in wrong if allowed(row, piece.encode())] == []


@pytest.mark.parametrize(
    "text",
    [
        "about 3 * 12 =",
        "x + 3 =",
        "Suppose 3 * 12 =",
        "3 apples + 4 =",
        "2/5 =",  # ... = 12 hectares
        "Rounded, 10 / 4 =",
        "So 50% + 20% =",
        "With 8 of 25% of 40 =",  # what a number before has to do with it, words say
    ],
)
def test_nothing_is_forbidden_where_nothing_is_certain(text):
    assert Masker(VOCABULARY, (END,)).forbidden(after(text)) == frozenset()


def test_a_token_that_holds_the_sign_and_more_is_looked_at_too():
    table = [b"", b" = $", b" =", b" < 4", b" > 4", b" = 36", b" = 37"]
    assert Masker(table, ()).forbidden(after("$3 - $5")) == {1, 4, 5, 6}
    assert Masker(table, ()).forbidden(after("3 * 12")) == {6}
    assert Masker(table, ()).forbidden(after("Tom has 3")) == {4}


MASKER = Masker(VOCABULARY, (END,))
NUMBERS = (
    lambda rng: str(rng.randrange(60)),
    lambda rng: f"{rng.randrange(6000) / 100:.2f}",
    lambda rng: f"${rng.randrange(60)}",
    lambda rng: f"${rng.randrange(6000) / 100:.2f}",
    lambda rng: f"{rng.randrange(10**4):,}",
)
OPERATIONS = (" + ", " - ", " * ", " / ", "/", " = ", " < ", " > ")
BEGUN = (
    lambda rng: f"Tom has {pick(rng, NUMBERS)}{rng.choice(OPERATIONS[:-3])}{pick(rng, NUMBERS)} =",
    lambda rng: f"{rng.choice((5, 12.5, 20, 25, 50, 7))}% of {pick(rng, NUMBERS)} =",
    lambda rng: f"So {pick(rng, NUMBERS)}{rng.choice((' <', ' >'))}",
    lambda rng: f"{rng.randrange(9)} * ({rng.randrange(9)} + {rng.randrange(9)}) =",
    lambda rng: f"{rng.randrange(99)}{rng.choice('+-*/')}{rng.randrange(9)}{rng.choice('+-')}{rng.randrange(9)}=",
)
RESULT = re.compile(r"[$]?(-?[$]?[0-9][0-9,]*(?:[.][0-9]+)?)(%?)(?:\n|[.,]\s| [a-wyz])")


def pick(rng, choices):
    return rng.choice(choices)(rng)


def sampled(rng, text, most=12):
    """The tokens of ``text`` and some that the mask allows; asserts that there is no dead end."""
    watch = Watch(MASKER)
    tokens = [byte + 1 for byte in text.encode()]  # VOCABULARY begins with an empty one
    likely = [VOCABULARY.index(piece) for piece in LIKELY]
    for _ in range(most):
        forbidden = watch.forbidden(tokens)
        every = [
            token for token in range(len(VOCABULARY)) if token not in forbidden and (token == END or VOCABULARY[token])
        ]
        assert every, b"".join(VOCABULARY[token] for token in tokens)  # never a dead end
        free = [token for token in (*likely, *range(49, 59), END) if token not in forbidden]
        token = rng.choice(free or every)
        if token == END:
            break
        tokens.append(token)
    return b"".join(VOCABULARY[token] for token in tokens)


@settings(max_examples=200)
@given(st.integers(0, 10**9))
def test_whatever_is_written_under_a_mask_the_automaton_never_refutes(seed):
    rng = random.Random(seed)
    written = sampled(rng, pick(rng, BEGUN))
    row = after(written.decode(errors="surrogateescape"))
    if allowed(row, b"\n"):
        advance(row, b"\n")
    assert not row[At.REFUTED], written


@settings(max_examples=200)
@given(st.integers(0, 10**9))
def test_a_number_that_ends_under_a_mask_is_the_result(seed):
    """Against exact rationals that share nothing with the automaton."""
    rng = random.Random(seed)
    begun = pick(rng, BEGUN[:3])
    written = sampled(rng, begun + " ").decode(errors="replace")
    left, sign = begun.removeprefix("Tom has ").removeprefix("So ")[:-1].strip(), begun[-1]
    found = RESULT.match(written, len(begun) + 1)
    truth = value(left)
    if found is None or truth is None or "/" in left.replace(" / ", ""):
        return
    number = Fraction(found[1].replace("$", "").replace(",", "")) / (100 if found[2] else 1)
    places = len(found[1].partition(".")[2])
    finite = 10**6 % truth.denominator == 0
    holds = {"=": number == truth, "<": truth < number, ">": truth > number}[sign]
    assert holds or (sign == "=" and not finite and places > 1 and abs(number - truth) * 2 * 10**places <= 1), written


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_a_mask_agrees_with_a_look_at_each_token(seed):
    rng = random.Random(seed)
    text = pick(rng, BEGUN) + rng.choice(("", " ", " 3", " 2", " $", " 1,", "0."))
    row = after(text)
    expected = {token for token, piece in enumerate(VOCABULARY) if piece and not allowed(row, piece)}
    assert Masker(VOCABULARY, ()).forbidden(row) == expected


@pytest.mark.parametrize("text", ["(", "(36)", "\\frac", " (36 - 1)"])
def test_no_expression_stands_in_for_a_result(text):
    assert not allowed(after("3 * 12 ="), text.encode())
    assert allowed(after("2 + 3 * 12 ="), text.encode())


def test_a_watch_goes_back_with_the_text():
    masker = Masker(VOCABULARY, (END,))
    watch, text = Watch(masker), [byte + 1 for byte in b"3 * 12 = 3"]
    expected = watch.forbidden(text)
    assert expected
    assert watch.forbidden([*text, 55, 47]) == Watch(masker).forbidden([*text, 55, 47])
    assert watch.forbidden(text) == expected
    assert watch.forbidden(text[:4]) == frozenset()


def test_a_token_past_the_vocabulary_spells_nothing():
    """Models pad their embeddings, and may sample what no tokenizer knows."""
    masker = Masker(VOCABULARY, (END,))
    text = [byte + 1 for byte in b"3 * 12 ="]
    assert Watch(masker).forbidden([*text, len(VOCABULARY) + 7]) == Watch(masker).forbidden(text) != frozenset()


@given(st.lists(st.integers(0, 2)), st.lists(st.integers(0, 2)))
def test_the_common_beginning(known, now):
    count = common(known, now)
    assert known[:count] == now[:count]
    assert count == min(len(known), len(now)) or known[count] != now[count]


def test_a_problem_that_redefines_arithmetic_is_no_place_for_masks():
    assert ordinary("Tom has 3 boxes of 12 apples. How many apples?")
    assert not ordinary("Compute 3 * 4 in base 5.")
    assert not ordinary("Let a * b = a + 2b for all a and b. What is 3 * 4?")
