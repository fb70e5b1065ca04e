"""Solvers, each behind one narrow function and a budget.

``rational`` is exact arithmetic and needs nothing. Optional solvers live here too, and
only here: a missing one raises :class:`verifirst.errors.SolverUnavailable`.
"""
