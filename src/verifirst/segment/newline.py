r"""One line, one step; a multi-line block is one step.

A step closes at its line feed (``\n`` or ``\r\n``), at once and without lookahead. Display
maths (``\[ \]``, ``$$ $$``, ``\begin{..} \end{..}``) and fenced code that span lines stay
in one step, which closes at the line feed after the block.
"""

from __future__ import annotations

from verifirst.segment.base import MAX_STEP_CHARS, Cut, Scanner, Segmenter

_FENCE = "`"
_DISPLAY = "$"
_BRACKET = "["
_ENVIRONMENT = "{"


class LineScanner(Scanner):
    """Cuts at a line feed outside of blocks."""

    stops = "\n$`[]{"
    closers = "\n"

    def __init__(self) -> None:
        self._block = ""  # which kind of block is open
        self._depth = 0  # of nested environments
        self._run = (-1, 0)  # offset of the last $ or `, and the length of its run

    def take(self, char: str, at: int, before: str) -> Cut | None:
        """Cut after a line feed where no block is open."""
        if char == "\n":
            return None if self._block else Cut(at, at + 1)
        if char in "$`":
            self._mark(char, at, before)
        elif char == "{":
            self._environment(before)
        elif char == "[" and not self._block and _escaped(before):
            self._block = _BRACKET
        elif char == "]" and self._block == _BRACKET and _escaped(before):
            self._block = ""
        return None

    def _mark(self, char: str, at: int, before: str) -> None:
        """Toggle display maths at each pair of $, fenced code at the third of a run of `."""
        if char == "$" and _escaped(before):
            return
        last, run = self._run
        run = run + 1 if last == at - 1 and before.endswith(char) else 1
        if char == "$" and run == 2:  # noqa: PLR2004  # $$
            self._toggle(_DISPLAY)
            run = 0
        elif char == "`" and run == 3:  # noqa: PLR2004  # ```
            self._toggle(_FENCE)
        self._run = (at, run)

    def _toggle(self, block: str) -> None:
        if self._block in ("", block):
            self._block = "" if self._block else block

    def _environment(self, before: str) -> None:
        if self._block in ("", _ENVIRONMENT):
            if before.endswith(r"\begin"):
                self._depth += 1
            elif before.endswith(r"\end") and self._depth:
                self._depth -= 1
            self._block = _ENVIRONMENT if self._depth else ""


def _escaped(before: str) -> bool:
    """Whether an odd number of backslashes stands right before."""
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def newline(*, max_step_chars: int = MAX_STEP_CHARS) -> Segmenter:
    """A segmenter whose steps are lines and multi-line blocks."""
    return Segmenter(LineScanner, max_step_chars=max_step_chars)
