"""Laws of whatever is fed text: segmenters, sessions, and what others build on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from hypothesis import strategies as st

from verifirst.testing.strategies import chunked, texts
from verifirst.testing.trial import CASES, same, try_cases


class Fed(Protocol):
    """Anything incremental: text in, results out, a tail to flush."""

    def feed(self, text: str) -> Sequence[Any]:
        """Take text; return what it completes."""
        ...

    def close(self) -> Sequence[Any]:
        """Return what the end of the text completes."""
        ...


class Session(Fed, Protocol):
    """What ``verifirst.Session`` promises, as far as the laws look at it."""

    @property
    def text(self) -> str:
        """Everything fed and not rolled back."""
        ...

    @property
    def reports(self) -> Sequence[Any]:
        """One report per closed step."""
        ...

    def rollback(self, steps: int) -> None:
        """Keep the first ``steps`` steps."""
        ...

    def fork(self) -> Session:
        """An independent continuation."""
        ...


def check_chunk_invariant(factory: Callable[[], Fed], *, cases: int = CASES) -> None:
    """Any split of a text into chunks gives the same results (law 3)."""

    def law(case: tuple[str, list[str]]) -> None:
        text, chunks = case
        whole = factory()
        expected = [*whole.feed(text), *whole.close()]
        parts = factory()
        found = [result for chunk in chunks for result in parts.feed(chunk)]
        found += parts.close()
        same(found, expected, f"the results depend on how the text is chunked; chunks: {chunks!a}")

    try_cases(texts().flatmap(lambda text: st.tuples(st.just(text), chunked(text))), law, cases)


def check_rollback_exact(factory: Callable[[], Session], *, cases: int = CASES) -> None:
    """``feed a; feed b; rollback`` equals ``feed a``, in state and in what follows (law 4)."""

    def law(case: tuple[str, bool, int, str]) -> None:
        text, closed, choice, after = case
        session = factory()
        session.feed(text)
        if closed:
            session.close()
        kept = choice % (len(session.reports) + 1)
        reference, story = _only(factory, session, kept)
        session.rollback(kept)
        what = f"rollback({kept}) of {text!a} (closed: {closed}) differs from never feeding the rest ({story})"
        same(session.text, reference.text, f"{what}: text")
        same(list(session.reports), list(reference.reports), f"{what}: reports")
        session.feed(after), session.close()
        reference.feed(after), reference.close()
        same(list(session.reports), list(reference.reports), f"{what}: reports after feeding {after!a}")

    try_cases(st.tuples(texts(), st.booleans(), st.integers(0, 12), texts()), law, cases)


def _only(factory: Callable[[], Session], session: Session, kept: int) -> tuple[Session, str]:
    """A session that was never fed more than the first ``kept`` steps of ``session``."""
    fresh = factory()
    at = 0
    for report in session.reports[:kept]:
        boundary = report.step.boundary
        fresh.feed(session.text[at:boundary])
        if len(fresh.reports) <= report.step.index:
            fresh.close()  # this boundary had needed text past it
        at = boundary
    return fresh, f"a fresh session fed {session.text[:at]!a}"


def check_fork_independent(factory: Callable[[], Session], *, cases: int = CASES) -> None:
    """What happens to a fork never shows in its origin, and the reverse."""

    def law(case: tuple[str, str, str, int]) -> None:
        text, one, other, choice = case
        origin = factory()
        origin.feed(text)
        fork = origin.fork()
        origin.feed(one), origin.close()
        fork.rollback(choice % (len(fork.reports) + 1))
        fork.feed(other), fork.close()
        alone = factory()
        alone.feed(text)
        alone.feed(one), alone.close()
        what = f"the fork of a session fed {text!a} is not independent"
        same(origin.text, alone.text, f"{what}: text of the origin, fed {one!a}")
        same(list(origin.reports), list(alone.reports), f"{what}: reports of the origin, fed {one!a}")
        twin = factory()
        twin.feed(text)
        twin.rollback(choice % (len(twin.reports) + 1))
        twin.feed(other), twin.close()
        same(fork.text, twin.text, f"{what}: text of the fork, fed {other!a}")
        same(list(fork.reports), list(twin.reports), f"{what}: reports of the fork, fed {other!a}")

    try_cases(st.tuples(texts(), texts(), texts(), st.integers(0, 12)), law, cases)
