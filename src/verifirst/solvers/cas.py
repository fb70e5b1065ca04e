"""The worker's side of the deep solvers: symengine, then SymPy, then Z3.

Imported in workers only: it imports all three. Each stage answers *equal*, *different* or
*undecided*; SymPy's *different* rests on its numeric tests and so is a vote, not a proof.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import symengine  # type: ignore[import-untyped]
import sympy  # type: ignore[import-untyped]
from latex2sympy2_extended.latex2sympy2 import (  # type: ignore[import-untyped]
    ConversionConfig,
    latex2sympy,
)

from verifirst.solvers import smt
from verifirst.solvers.modular import shape
from verifirst.solvers.symbolic import Translator, UntranslatableError, term_of
from verifirst.solvers.terms import Term

Stage = tuple[str, str, dict[str, str]]
"""A solver's name, its answer, and the symbols' values where it says that the sides differ."""

MAX_LATEX = 2_000
_CONVERSION = ConversionConfig(lowercase_symbols=False)  # else AB reads as ab
_MAX_DEGREE = 48
_MAX_OPERATIONS = 300  # of a tree that SymPy is asked to simplify


def handle(job: tuple[Any, ...]) -> Any:
    """Answer ``("compare", left, right, real, all)``, ``("prove", premises, conclusion)`` or ``("read", latex)``."""
    kind, *rest = job
    return _HANDLERS[kind](*rest)


def compare(left: Term, right: Term, real: bool, every: bool) -> list[Stage]:
    """Ask the solvers in turn, until one decides or, with ``every``, all of them."""
    stages: list[Stage] = []
    for name, solver in _STAGES:
        try:
            answer, witness = solver(left, right, real)
        except (UntranslatableError, ArithmeticError, NotImplementedError, TypeError, ValueError) as error:
            answer, witness = f"undecided: {error}"[:120], {}
        stages.append((name, answer, witness))
        if not every and answer in ("equal", "different"):
            break
    return stages


def _by_symengine(left: Term, right: Term, real: bool) -> tuple[str, dict[str, str]]:
    _guard_degree(left, right)
    translator = Translator(symengine, real=real)
    gap = translator.tree(left) - translator.tree(right)
    return ("equal" if symengine.expand(gap) == 0 else "undecided"), {}


def _by_sympy(left: Term, right: Term, real: bool) -> tuple[str, dict[str, str]]:
    _guard_degree(left, right)
    translator = Translator(sympy, real=real)
    gap = translator.tree(left) - translator.tree(right)
    if gap.count_ops() > _MAX_OPERATIONS:
        return "undecided: too large", {}
    rest = sympy.simplify(gap.doit())
    if rest == 0:
        return "equal", {}
    vote = rest.equals(0)
    return ("undecided" if vote is None else "equal" if vote else "different"), {}


def _guard_degree(left: Term, right: Term) -> None:
    """Both systems expand, and an expansion can outgrow any machine."""
    if max(shape(left).degree, shape(right).degree) > _MAX_DEGREE:
        raise UntranslatableError("a high degree")


def _by_z3(left: Term, right: Term, real: bool) -> tuple[str, dict[str, str]]:
    if not real:
        return "undecided: complex", {}
    found, values = smt.prove((), (left, "=", right))
    return {"valid": "equal", "invalid": "different", "unknown": "undecided"}[found], values


def prove(premises: tuple[smt.Statement, ...], conclusion: smt.Statement) -> tuple[str, dict[str, str]]:
    """Whether a relation follows from others over the reals (Z3)."""
    try:
        return smt.prove(premises, conclusion)
    except UntranslatableError as error:
        return f"unknown: {error}", {}


def read(latex: str) -> Term | None:
    """LaTeX by ``latex2sympy2_extended``, as a term; None for what is no expression."""
    if len(latex) > MAX_LATEX:
        return None
    try:
        return term_of(latex2sympy(latex, conversion_config=_CONVERSION))
    except Exception:  # noqa: BLE001  # a parser of others, on hostile text: whatever it raises, it did not read
        return None


_STAGES: tuple[tuple[str, Callable[[Term, Term, bool], tuple[str, dict[str, str]]]], ...] = (
    ("symengine", _by_symengine),
    ("sympy", _by_sympy),
    ("z3", _by_z3),
)
_HANDLERS: dict[str, Callable[..., Any]] = {"compare": compare, "prove": prove, "read": read}
