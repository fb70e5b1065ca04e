from __future__ import annotations

import pytest

from verifirst.segment import newline

CASES = [
    ("a\nb", ["a", "b"]),
    ("a\r\n\r\n\n  b  \n", ["a", "b"]),
    ("", []),
    (" \n\t\n", []),
    ("one \\[\nx = 1\n\\] end\ntwo\n", ["one \\[\nx = 1\n\\] end", "two"]),
    ("$$\nx\n$$\ny\n", ["$$\nx\n$$", "y"]),
    ("pay $5 and $6\nnext\n", ["pay $5 and $6", "next"]),
    ("\\$$ \nnext\n", ["\\$$", "next"]),
    (
        "\\begin{align}\na &= b \\\\[2pt]\n\\begin{c}\n\\end{c}\n\\end{align}\nz",
        ["\\begin{align}\na &= b \\\\[2pt]\n\\begin{c}\n\\end{c}\n\\end{align}", "z"],
    ),
    ("\\end{x}\nz", ["\\end{x}", "z"]),
    ("```python\nx = 1\n\n$$\n```\nz", ["```python\nx = 1\n\n$$\n```", "z"]),
    ("use ```x``` here\nz", ["use ```x``` here", "z"]),
    ("a\x00b\n\ud800\n", ["a\x00b", "\ud800"]),
    ("a\u2028b\x85c\rd\n", ["a\u2028b\x85c\rd"]),
]


@pytest.mark.parametrize(("text", "steps"), CASES)
def test_lines_and_blocks(text: str, steps: list[str]) -> None:
    cutter = newline()
    assert [step.text for step in [*cutter.feed(text), *cutter.close()]] == steps


def test_a_line_feed_closes_at_once_and_its_boundary_is_right_after_it() -> None:
    cutter = newline()
    assert cutter.feed("  two + two\r") == []
    (step,) = cutter.feed("\n")
    assert (step.index, step.start, step.end, step.boundary) == (0, 2, 11, 13)
    assert cutter.open_start == 13
    assert cutter.feed("\n\n") == []
    assert cutter.open_start == 13


def test_unfinished_markup_holds_text_for_a_bounded_time_only() -> None:
    cutter = newline(max_step_chars=100)
    steps = cutter.feed("\\[ x = 1\n" * 50)
    assert steps
    assert all(len(step.text) <= 100 for step in steps)
    assert all(step.text.endswith("x = 1") for step in steps)  # cut at line ends
