"""Masks: what may be written where a result is due, against the automaton's own verdicts."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.kernels.layout import At
from verifirst.kernels.masking import Masker, Watch, allowed, common, ordinary
from verifirst.kernels.reference import advance
from verifirst.kernels.state import fresh

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
)
END = 0


def after(text):
    row = fresh()
    advance(row, text.encode())
    return row


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("3 * 12 =", (" 3", " 36", " $36.", " 36 apples", " 36.00"), (" 4", " 37", " 3 ", " -", "\n", " six", " 36.5")),
        ("Tom has 3 * 12 = 3", ("6", "6.", "6 +"), ("7", ".", " ", "\n", "x")),
        ("3 - 12 = ", ("-", "-9"), ("9", "-8", " ")),  # one space is enough
        ("3 - 12 =", (" ", " -9"), ("  ",)),
        ("3 * 400 = 1", ("200", ",200", ",2", "200.00"), (",3", ",20 ", ",2000", "20.")),
        ("3 * 40000 = 120", (",", ",000", "000"), (",0,", "00,000")),
        ("2 * (3 + 4) = ", ("2 * 7", "14", "15"), ("15.\n",)),  # a chain may go on
        ("2 * (3 + 4) = 15", (" +", "0"), (".\n", " apples and", "\n")),
        ("10 / 4 = ", ("2", "2.5", "3 "), ()),  # whole items
    ],
)
def test_what_may_be_written(text, right, wrong):
    row = after(text)
    assert [piece for piece in right if not allowed(row, piece.encode())] == []
    assert [piece for piece in wrong if allowed(row, piece.encode())] == []


@pytest.mark.parametrize("text", ["about 3 * 12 =", "Tom has 3", "x + 3 =", "Suppose 3 * 12 =", "3 apples + 4 ="])
def test_nothing_is_forbidden_where_nothing_is_certain(text):
    assert Masker(VOCABULARY, (END,)).forbidden(after(text)) == frozenset()


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_whatever_is_written_under_a_mask_the_automaton_never_refutes(seed):
    rng = random.Random(seed)
    masker = Masker(VOCABULARY, (END,))
    watch = Watch(masker)
    a, b = rng.randrange(60), rng.randrange(60)
    tokens = list(f"Tom has {a} {rng.choice('+-*')} {b} =".encode())
    tokens = [byte + 1 for byte in tokens]  # VOCABULARY begins with an empty one
    likely = [VOCABULARY.index(piece) for piece in LIKELY]
    for _ in range(12):
        forbidden = watch.forbidden(tokens)
        every = [
            token for token in range(len(VOCABULARY)) if token not in forbidden and (token == END or VOCABULARY[token])
        ]
        assert every  # never a dead end
        free = [token for token in (*likely, *range(49, 59), END) if token not in forbidden]
        token = rng.choice(free or every)
        if token == END:
            break
        tokens.append(token)
    written, row = b"".join(VOCABULARY[token] for token in tokens), fresh()
    advance(row, written + b"\n")
    assert not row[At.REFUTED], written


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_a_mask_agrees_with_a_look_at_each_token(seed):
    rng = random.Random(seed)
    text = rng.choice(("3 * 12 =", "3 * 400 = 1,", "2 + (3 + 4) = 1", "7 - 9 = ", "6 / 3 = ")) + rng.choice(
        ("", " ", "3", "2")
    )
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
