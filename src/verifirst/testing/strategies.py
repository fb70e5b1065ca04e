"""What the laws are tried on: traces, hostile text, and ways to chop a text up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from verifirst.core.rule import Example

MAX_STEPS = 6
_PIECES = (  # what breaks segmenters and readers: marks that open, close, or look like numbers
    "\n", "\r\n", "\n\n", " ", "\t", "\r", "\u2028", "\x00", "\ud800", "\ufeff", "e\u0301", "\u0664\u0662", "\u4e09",
    ". ", "! ", "? ", "... ", ".", ",", ";", ":", "Mr. ", "e.g. ", "U.S. ", "a.m. ", "No. 5", "1. ", "2) ", "(3) ",
    "Step 4: ", "**Step 5** ", "### ", "- ", "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\begin{align}", "\\end{align}",
    "\\frac{1}{2}", "\\frac{", "```", "`", "<think>", "</think>", "<thin", "<", ">", "=", "==", "+", "-", "*", "/", "^",
    "(", ")", "%", "$4.20", "3.5", "1,000", "0", "7", "12", "1/2", "2 1/2", "9^9^9", "x", "y = 3", "A", "so ", "Then ",
    "the", "12:30", "10%", "\u00bd", "\u00d7", "\u00f7", "\u2248", "not ", "if ", "suppose ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trace:
    """A problem and the steps written about it."""

    problem: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"problem: {self.problem!r}"]
        return "\n".join(lines + [f"step {index}: {step!r}" for index, step in enumerate(self.steps)])


def hostile_text(max_pieces: int = 30) -> st.SearchStrategy[str]:
    """Text made of what breaks readers: unfinished markup, marks, odd characters, numbers."""
    piece = st.one_of(st.sampled_from(_PIECES), st.text(max_size=3), numbers())
    return st.lists(piece, max_size=max_pieces).map("".join)


def numbers() -> st.SearchStrategy[str]:
    """Numbers as people write them."""
    small = st.integers(0, 60)
    return st.one_of(
        small.map(str),
        st.integers(1000, 9_999_999).map(lambda number: f"{number:,}"),
        st.tuples(small, st.integers(0, 99)).map(lambda parts: f"{parts[0]}.{parts[1]:02d}"),
        st.tuples(small, st.integers(0, 99)).map(lambda parts: f"${parts[0]}.{parts[1]:02d}"),
        small.map(lambda number: f"{number}%"),
        st.tuples(small, st.integers(1, 12)).map(lambda parts: f"{parts[0]}/{parts[1]}"),
    )


@st.composite
def equations(draw: st.DrawFn) -> str:
    """An equation or comparison of two small numbers: true, near, or arbitrary."""
    left, right = draw(st.integers(0, 60)), draw(st.integers(1, 60))
    sign = draw(st.sampled_from("+-*/"))
    value = {"+": left + right, "-": left - right, "*": left * right, "/": left // right}[sign]
    result = draw(st.sampled_from([str(value), str(value + 1), str(-value)])) if draw(st.booleans()) else str(value)
    relation = draw(st.sampled_from(["=", "=", "=", "<", ">", "<=", "\u2248", "!="]))
    shown = draw(st.sampled_from([sign, {"*": "\u00d7", "/": "\u00f7"}.get(sign, sign)]))
    gap = draw(st.sampled_from([" ", " ", ""]))
    return f"{left}{gap}{shown}{gap}{right}{gap}{relation}{gap}{result}"


def sentences() -> st.SearchStrategy[str]:
    """Steps as models write them, around equations and numbers."""
    shapes = (
        "{e}", "So {e}.", "She has {e} apples.", "Then {n} of them are left, {e}.", "{e} = {n}", "${e}$",
        "\\[ {e} \\]", "The answer is {n}.", "Therefore, the answer is \\boxed{{{n}}}", "If {e}, then no.",
        "It is not true that {e}.", "{n} apples and {n} pears", "Wait, {e}? No.", "<<{e}>>{n} dollars", "- {e}",
        "Let x = {n}.", "x = {n}", "{n}% of {n} is {n}.", "About {e} (rounded).", "1. {e}\n2. {e}",
    )  # fmt: skip
    return st.builds(_fill, st.sampled_from(shapes), equations(), st.lists(numbers(), min_size=3, max_size=3))


def _fill(shape: str, equation: str, values: Sequence[str]) -> str:
    text = shape.replace("{e}", equation)
    for value in values:
        text = text.replace("{n}", value, 1)
    return text.replace("{{", "{").replace("}}", "}")


def steps(examples: Sequence[Example] = ()) -> st.SearchStrategy[str]:
    """One step: model-like, hostile, or from ``examples`` (whole, or with a piece put in or out)."""
    drawn = st.one_of(sentences(), sentences(), hostile_text(12))
    if not examples:
        return drawn
    known = st.sampled_from([example.step for example in examples])
    return st.one_of(drawn, known, known.flatmap(_mutants))


def _mutants(text: str) -> st.SearchStrategy[str]:
    place = st.integers(0, len(text))
    piece = st.one_of(st.sampled_from(_PIECES), numbers(), st.just(""))
    return st.builds(lambda at, cut, new: text[:at] + new + text[at + cut :], place, st.integers(0, 2), piece)


def traces(examples: Sequence[Example] = ()) -> st.SearchStrategy[Trace]:
    """A problem with up to ``MAX_STEPS`` steps; the examples' own traces are among them."""
    problem = st.lists(st.one_of(sentences(), hostile_text(6)), max_size=3).map(" ".join)
    drawn = st.builds(Trace, problem, st.lists(steps(examples), min_size=1, max_size=MAX_STEPS).map(tuple))
    if not examples:
        return drawn
    own = [Trace(example.problem, (*example.before, example.step)) for example in examples]
    return st.one_of(drawn, st.sampled_from(own))


def blocks() -> st.SearchStrategy[str]:
    """Markup over several lines: display maths, fenced code, list items, thoughts."""
    shapes = (
        "\\[\n{a}\n\\]", "$$\n{a}\n{b}\n$$",
        "\\begin{align}\n{a}\\\\[2pt]\n{b}\n\\end{align}", "```python\n{a}\n\n{b}\n```",
        "<think>\n{a}\n{b}</think>", "1. {a}\n   {b}\n2. {a}", "Step 1: {a}\n**Step 2** {b}", "{a}. {b}! {a}? {b}",
    )  # fmt: skip
    return st.builds(
        lambda shape, a, b: shape.replace("{a}", a).replace("{b}", b), st.sampled_from(shapes), sentences(), sentences()
    )


def texts() -> st.SearchStrategy[str]:
    """A trace's text: steps put together by any convention's separators."""
    piece = st.one_of(sentences(), hostile_text(8), blocks())
    parts = st.tuples(piece, st.sampled_from(["\n", "\n", ". ", "\n\n", "\r\n", " ", "", "\n2. ", "</think>"]))
    return st.lists(parts, max_size=8).map(lambda drawn: "".join(text + gap for text, gap in drawn))


@st.composite
def chunked(draw: st.DrawFn, text: str) -> list[str]:
    """Some way to chop ``text`` up; empty chunks may occur."""
    if draw(st.booleans()):
        return list(text)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
