"""A program of the problem as a derivation: its operations are facts, exact, under the names of its variables."""

from __future__ import annotations

from fractions import Fraction

from verifirst.agreement.derivation import Derivation, Established, Key, answer_key
from verifirst.errors import BudgetExceeded
from verifirst.solvers.program import Computed, ProgramError, run


def program_derivation(text: str) -> Derivation:
    """Run a program and read its facts; one that cannot be run establishes nothing and has no answer."""
    try:
        ran = run(text)
    except (ProgramError, BudgetExceeded):
        return Derivation("", program=True)
    if not isinstance(ran.answer, (Fraction, str)):
        return Derivation("", program=True)
    return Derivation(answer_key(ran.answer), tuple(map(_established, ran.computed)), program=True)


def _established(computed: Computed) -> Established:
    label = computed.name.casefold().replace("_", " ")
    if computed.sign == "<":
        compared: Key = ("<", computed.operands)
        return Established(compared, compared, label, computed.line)
    key: Key = ("=", (computed.value, *sorted(computed.operands)))
    return Established(key, ("=", (computed.value, *computed.grounds)), label, computed.line)
