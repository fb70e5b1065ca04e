"""Exit codes, the same for every command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code says to a script."""

    OK = 0  # it ran; nothing was refuted
    REFUTED = 1  # check: at least one step is refuted
    USAGE = 2  # a wrong option, a missing file, or a malformed line (even where others are refuted)
    BROKEN_PIPE = 141  # the reader of our output went away
