"""The working precision of flint, which is one setting for the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from flint import ctx

_LOCK = RLock()


@contextmanager
def working(bits: int) -> Iterator[None]:
    """Compute balls with ``bits`` bits.

    Other threads wait: a ball stays an enclosure at any precision, but how wide it is, and so
    what it decides, must not depend on what another thread does.
    """
    with _LOCK, ctx.workprec(bits):
        yield
