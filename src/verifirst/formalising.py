"""Self-formalisation: the model that solves a problem in steps also writes it as a program, from its own prompt.

The program is run exactly (:mod:`verifirst.solvers.program`), so that what it establishes owes nothing to the
model's arithmetic, and is compared with what the steps establish (program-aided language models: Gao et al. 2023).
"""

from __future__ import annotations

PROGRAM = "Program:\n"
"""What the shipped model reads behind a problem when it is to write a program."""


def program_prompt(problem: str) -> str:
    """The prompt of the shipped model for the program of ``problem``."""
    return f"{problem}\n{PROGRAM}"
