"""The shipped laws over every built-in convention, with and without the bound in play."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from verifirst.segment import CONVENTIONS, segmenter
from verifirst.testing import check_chunk_invariant, check_segmenter_rollback, check_steps_tile

NAMES = [name for name in CONVENTIONS if name not in ("auto", "think+newline")]  # other names for "think"
factories = pytest.mark.parametrize(
    "factory", [partial(segmenter, name, max_step_chars=bound) for name in NAMES for bound in (4000, 9)]
)


@factories
def test_any_chunking_gives_the_same_steps(factory: Any) -> None:
    check_chunk_invariant(factory, cases=20)


@factories
def test_rollback_equals_never_fed(factory: Any) -> None:
    check_segmenter_rollback(factory, cases=20)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_steps_tile_the_text(name: str) -> None:
    check_steps_tile(partial(segmenter, name), cases=20)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_forks_are_independent(name: str) -> None:
    origin = segmenter(name)
    origin.feed("1. It is 5. Th")
    fork = origin.fork()
    fork.feed("e end.\n2. Other\n")
    fork.rollback(3)
    twin = segmenter(name)
    twin.feed("1. It is 5. Th")
    assert origin.text == twin.text
    assert [*origin.feed("en\nb\n"), *origin.close()] == [*twin.feed("en\nb\n"), *twin.close()]
