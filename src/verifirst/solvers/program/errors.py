"""What is wrong with a program."""

from __future__ import annotations

from verifirst.errors import InputError


class ProgramError(InputError):
    """The program cannot be read or run; ``line`` is the 0-based line where that shows."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line + 1} of the program: {what}")
        self.line = line
