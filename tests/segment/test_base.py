from __future__ import annotations

import time
from typing import Any

import pytest

from verifirst.errors import ConfigError, InputError
from verifirst.segment import CONVENTIONS, newline, segmenter


def test_an_unknown_convention_is_named_with_those_that_exist() -> None:
    with pytest.raises(ConfigError, match="unknown segmenter 'lines'; expected one of: newline, sentence"):
        segmenter("lines")
    with pytest.raises(ConfigError, match="unknown segmenter None"):
        segmenter(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("bound", [0, 1, -5, 2.5, None])
def test_the_bound_must_be_sensible(bound: Any) -> None:
    with pytest.raises(ConfigError, match="max_step_chars"):
        newline(max_step_chars=bound)


def test_only_text_is_fed() -> None:
    with pytest.raises(InputError, match="decode bytes first"):
        newline().feed(b"abc")  # type: ignore[arg-type]


@pytest.mark.parametrize("offset", [-1, 4, "1", None])
def test_rollback_stays_in_the_text(offset: Any) -> None:
    cutter = newline()
    cutter.feed("abc")
    with pytest.raises(InputError, match=r"0\.\.3"):
        cutter.rollback(offset)


def test_closing_twice_and_feeding_on() -> None:
    cutter = newline()
    assert [step.text for step in [*cutter.feed("a"), *cutter.close(), *cutter.close()]] == ["a"]
    (step,) = cutter.feed(" b\n")
    assert (step.index, step.start, step.text) == (1, 2, "b")
    assert cutter.text == "a b\n"


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("piece", ["7", "$", "`", ". A", "\n", "<think>", "a\n", "\\[", " "])
def test_time_is_linear_in_the_text(name: str, piece: str) -> None:
    def seconds(size: int) -> float:
        cutter = segmenter(name)
        start = time.process_time()
        for _ in range(size):  # piecewise, and the same again at once
            cutter.feed(piece)
        cutter.feed(piece * size)
        cutter.close()
        return time.process_time() - start

    small = max(min(seconds(1000) for _ in range(3)), 0.001)
    # Quadratic time is 16 times over linear in every try; a busy machine is not in all of three.
    assert any(seconds(16_000) < 16 * 4 * small for _ in range(3))
