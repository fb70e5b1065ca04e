"""A shipped fake: an engine without a model, for tests of policies, rules and user code.

The "model" is a function from the text so far to the next piece of text; a token is a
character. Everything else is the real thing: segmenter, verifier, dual stream.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from verifirst.core.report import Report
from verifirst.decoding import DualStream, Event, Settings
from verifirst.engines.base import Output, Request
from verifirst.policy import Policy
from verifirst.segment import segmenter
from verifirst.stream import InlineStream
from verifirst.verifier import Verifier

Script = Callable[[str, int], str | None]
"""(text so far, times rolled back so far) -> the text that comes next, or None to end."""


class CharacterDetokenizer:
    """Token ids are code points."""

    def spell(self, before: Sequence[int], tokens: Sequence[int], *, final: bool = False) -> tuple[str, bool]:  # noqa: ARG002  # the protocol's
        """The characters."""
        return "".join(map(chr, tokens)), True

    def plain(self, tokens: Sequence[int]) -> tuple[str, list[int]] | None:
        """The characters, one each."""
        return "".join(map(chr, tokens)), [1] * len(tokens)

    def characters(self, token: int) -> str | None:
        """The character."""
        return chr(token) if chr(token).isascii() else None


class ScriptedEngine:
    """Plays ``script`` under verification.

    ``delay`` is how many tokens stream 1 gets ahead before a verdict is delivered, to play
    a slow verifier.
    """

    def __init__(
        self,
        script: Script,
        *,
        verifier: Verifier | None = None,
        policy: Policy | None = None,
        settings: Settings | None = None,
        segment: str = "newline",
        delay: int = 0,
    ) -> None:
        self._script = script
        self._verifier = InlineStream(verifier or Verifier())
        self._policy = policy or Policy()
        self._settings = settings or Settings()
        self._segment = segment
        self._delay = delay

    def generate(self, request: Request | str, on_event: Callable[[Event], None] | None = None) -> Output:
        """Run one request to its end."""
        request = Request(request) if isinstance(request, str) else request
        stream = DualStream(
            0,
            request.max_tokens,
            CharacterDetokenizer(),
            segmenter(self._segment),
            self._policy,
            self._settings,
            on_event,
            request.prefix,
            greedy=request.temperature == 0,
        )
        late: deque[tuple[int, int, Report]] = deque()
        while not stream.finished:
            if stream.wants_token:
                self._play(stream)
            self._check(stream, request.prompt if request.problem is None else request.problem, late)
            while late and (not stream.wants_token or stream.tally.sampled - late[0][0] >= self._delay):
                _, ticket, report = late.popleft()
                stream.deliver(ticket, report)
        return Output.of(stream, tuple(map(ord, request.prompt)), enforced=True)

    def _check(self, stream: DualStream, problem: str, late: deque[tuple[int, int, Report]]) -> None:
        """Judge the steps that closed; their verdicts wait in ``late``, stamped with the tokens sampled so far."""
        for item in stream.take_submissions():
            self._verifier.submit("scripted", problem, item.before, item.step, item.ticket)
        late.extend((stream.tally.sampled, ticket, report) for _, ticket, report in self._verifier.drain())

    def _play(self, stream: DualStream) -> None:
        """Append the script's next piece, a character at a time, until a step closes or a ban forbids it."""
        piece = self._script(stream.text.text, stream.attempt)
        if piece is None:
            stream.append_end(0)
            return
        for char in piece:
            if ord(char) in stream.banned:
                stream.give_up()
            if not stream.wants_token:
                return
            stream.append(ord(char))
