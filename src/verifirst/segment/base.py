"""The segmenter contract, and the one incremental engine behind every convention.

A convention is a :class:`Scanner`: a small automaton that reads one region character by
character and says where to cut. :class:`Segmenter` does the rest: it skips what cannot
matter, cuts, bounds, rolls back and forks. Because the automaton sees characters and never
chunks, any split of the text gives the same steps.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable
from copy import copy
from functools import cache
from typing import NamedTuple

from verifirst.core.step import Step
from verifirst.errors import ConfigError, InputError
from verifirst.segment.pieces import Pieces

LOOK_BEHIND = 24  # characters of the region that a scanner sees before the current one
MAX_STEP_CHARS = 4000  # an open step longer than this is cut anyway
_SENTENCE_END = re.compile(r"[.!?;]\s")
_BLANK = re.compile(r"\s")
_SOLID = re.compile(r"\S")


class Cut(NamedTuple):
    """Where a region ends. Offsets count from the region's first solid character.

    ``end`` closes the step's text, ``boundary >= end`` begins the next region. Both may lie
    before the character that decided it (lookahead), and ``boundary`` is at least 1.
    """

    end: int
    boundary: int


class Scanner(ABC):
    """The automaton of one convention, over one region from its first solid character on.

    Its state may depend on nothing but the region's characters so far. ``copy.copy`` must
    copy it: keep immutable values in its attributes.
    """

    stops: str = ""
    """The characters that can change the state now; "" means every character can."""

    closers: str = ""
    """The characters that alone can decide a cut, in any state; "" means those in ``stops`` now."""

    @abstractmethod
    def take(self, char: str, at: int, before: str) -> Cut | None:
        """Read ``char`` at region offset ``at``; return a cut once one is certain.

        ``before`` is the region's text just before ``char``, its last ``LOOK_BEHIND``
        characters. Characters outside ``stops`` are not shown.
        """


class Segmenter:
    """Text to steps, incrementally.

    ``scanner`` makes a fresh automaton for each region. A step that reaches
    ``max_step_chars`` is cut anyway: at its last line end, sentence end or blank in its
    second half, else right there, so that unfinished markup never holds text for ever.
    Time and memory are linear in the text, for any chunking. Offsets are characters of
    :attr:`text`. Not thread-safe.
    """

    def __init__(self, scanner: Callable[[], Scanner], *, max_step_chars: int = MAX_STEP_CHARS) -> None:
        if not isinstance(max_step_chars, int) or max_step_chars < 2:  # noqa: PLR2004  # half a step must hold a character
            raise ConfigError(f"max_step_chars must be an int of at least 2, found {max_step_chars!r}")
        self._fresh = scanner
        self._max = max_step_chars
        self._text = Pieces()
        self._boundaries: list[int] = []
        self._enter(0)

    def _enter(self, offset: int) -> None:
        """Begin an empty region at ``offset``."""
        self._content = offset  # the region without the blanks and tags skipped at its start
        self._parts: list[str] = []  # characters of the region from _content on, read in earlier feeds
        self._held = 0  # their number
        self._tail = ""  # the last LOOK_BEHIND of them
        self._scan = self._fresh()

    @property
    def text(self) -> str:
        """Everything fed so far; joined on demand, O(len) after a feed."""
        return str(self._text)

    @property
    def closers(self) -> str:
        """The characters that can close a step now; "" means any can.

        Feeding text without them closes nothing and leaves ``closers`` as it is, unless the
        open step reaches ``max_step_chars``.
        """
        return self._scan.closers or self._scan.stops

    @property
    def open_start(self) -> int:
        """Offset where the open region begins: the last step's boundary, or 0."""
        return self._boundaries[-1] if self._boundaries else 0

    @property
    def steps(self) -> int:
        """The number of steps closed so far."""
        return len(self._boundaries)

    def feed(self, text: str) -> list[Step]:
        """Append ``text``; return the steps that it closes, in order."""
        if not isinstance(text, str):
            raise InputError(f"text must be a str, found {type(text).__name__}; decode bytes first")
        self._text.append(text)
        return self._advance(text)

    def close(self) -> list[Step]:
        """Close the open region as a step where it is not blank.

        Feeding may go on afterwards: a new region begins at the end of the text.
        """
        length = self._text.length
        if (step := self._step("".join(self._parts), length)) is None:
            return []
        self._boundaries.append(length)
        self._enter(length)
        return [step]

    def rollback(self, offset: int) -> None:
        """Cut the text at ``offset``; keep the steps whose boundary is not past it.

        The state becomes that of a fresh segmenter fed ``text[:offset]``, with each kept
        boundary pinned (as by :meth:`close`) where its decision had needed text past it.
        Costs what is dropped and the open region, not the text before.
        """
        if not isinstance(offset, int) or not 0 <= offset <= self._text.length:
            raise InputError(f"offset must be in 0..{self._text.length}, found {offset!r}")
        self._text.truncate(offset)
        del self._boundaries[bisect_right(self._boundaries, offset) :]
        self._enter(self.open_start)
        closed = self._advance(self._text.slice(self.open_start, offset))
        assert not closed, "no boundary lies between the last kept one and the offset"

    def fork(self) -> Segmenter:
        """An independent copy."""
        twin = copy(self)
        twin.__dict__.update(
            _text=self._text.copy(),
            _boundaries=self._boundaries.copy(),
            _parts=self._parts.copy(),
            _scan=copy(self._scan),
        )
        return twin

    def _advance(self, work: str) -> list[Step]:
        """Read ``work``, which continues the open region; return the steps it closes."""
        steps: list[Step] = []
        begin = at = 0  # work[begin:] belongs to the region, work[at:] is not read yet
        while True:
            if not self._held and at == begin:
                begin = at = self._skip_blanks(work, begin)
            limit = begin + self._max - self._held
            cut: Cut | None
            if at >= limit:
                cut = _forced("".join(self._parts) + work[begin:limit])
            elif (at := self._skip(work, at, limit)) < min(limit, len(work)):
                cut = self._scan.take(work[at], self._held + at - begin, self._before(work, begin, at))
                at += 1
            elif at >= limit:
                continue
            else:
                break
            if cut is None:
                continue
            content, work, begin = self._split(cut, work, begin)
            boundary = self._content + cut.boundary
            if (step := self._step(content, boundary)) is not None:
                steps.append(step)
                self._boundaries.append(boundary)
            self._enter(boundary)
            at = begin
        self._hold(work[begin:])
        return steps

    def _skip_blanks(self, work: str, begin: int) -> int:
        """Begin the region's content at its first character that is not blank."""
        found = _SOLID.search(work, begin)
        solid = found.start() if found else len(work)
        self._content += solid - begin
        return solid

    def _skip(self, work: str, at: int, limit: int) -> int:
        """The position of the next character that matters, at most ``limit``."""
        stops = self._scan.stops
        if not stops:
            return at
        found = _any_of(stops).search(work, at, limit)
        return found.start() if found else min(limit, len(work))

    def _before(self, work: str, begin: int, at: int) -> str:
        if at - begin >= LOOK_BEHIND:
            return work[at - LOOK_BEHIND : at]
        return (self._tail + work[begin:at])[-LOOK_BEHIND:]

    def _split(self, cut: Cut, work: str, begin: int) -> tuple[str, str, int]:
        """The text that ``cut`` closes, and the remaining work with its begin."""
        held = "".join(self._parts)
        if cut.boundary >= len(held):
            offset = begin - len(held)
            return held[: cut.end] + work[begin : max(begin, offset + cut.end)], work, offset + cut.boundary
        return held[: cut.end], held[cut.boundary :] + work[begin:], 0

    def _step(self, content: str, boundary: int) -> Step | None:
        """The step whose text is ``content`` without its trailing blanks; None where it is empty."""
        text = content.rstrip()  # content begins with its first solid character
        if not text:
            return None
        return Step(len(self._boundaries), self._content, self._content + len(text), boundary, text)

    def _hold(self, rest: str) -> None:
        self._parts.append(rest)
        self._held += len(rest)
        self._tail = (self._tail + rest[-LOOK_BEHIND:])[-LOOK_BEHIND:]


@cache
def _any_of(stops: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(stops)}]")


def _forced(region: str) -> Cut:
    """Cut an overlong region where it hurts least; the last half decides."""
    half = len(region) // 2
    if (line := region.rfind("\n", half)) >= 0:
        return Cut(line + 1, line + 1)
    for pattern in (_SENTENCE_END, _BLANK):
        ends = [found.end() for found in pattern.finditer(region, half)]
        if ends:
            return Cut(ends[-1], ends[-1])
    tag = region.rfind("<", max(half, len(region) - LOOK_BEHIND), len(region))
    at = tag if tag > 0 else len(region)  # never cut through what may become a tag
    return Cut(at, at)
