"""Small programs that a model writes of a problem, run exactly and never by ``eval``.

A program is lines of assignments in the common part of Python and school arithmetic; its answer is the
last value called ``answer``:

    eggs = 3 * 12
    left = eggs - 25% of eggs
    answer = "yes" if left > 20 else "no"

See :mod:`~verifirst.solvers.program.parser` for the grammar and :func:`run` for what comes out.
"""

from verifirst.solvers.program.errors import ProgramError
from verifirst.solvers.program.evaluate import Computed, Run, Value, run

__all__ = ["Computed", "ProgramError", "Run", "Value", "run"]
