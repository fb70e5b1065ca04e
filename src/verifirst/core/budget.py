"""A deterministic budget: it counts work, never seconds."""

from __future__ import annotations

from verifirst.errors import BudgetExceeded


class Budget:
    """Work units left to one step's verification.

    A unit is about one elementary operation (a token parsed, a node evaluated). The count
    is a function of the input alone, so verdicts are the same on any machine.
    """

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.spent = 0

    def spend(self, units: int = 1) -> None:
        """Count ``units`` of work; raise :class:`BudgetExceeded` once over the limit."""
        self.spent += units
        if self.spent > self.limit:
            raise BudgetExceeded(f"work budget of {self.limit} units is spent")
