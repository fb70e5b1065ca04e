r"""What follows from equations: membership in a polynomial ideal, by Groebner bases (flint).

    >>> known = Ideal([(("$x", "$y", "+"), (10,)), (("$x", "$y", "-"), (2,))])
    >>> known.judge(("$x",), (6,)), known.judge(("$x",), (7,)), known.judge(("$z",), (1,))
    ('holds', 'contradicts', 'open')

An equation holds if its numerator reduces to zero: it is then true wherever the known
equations are and both sides are defined. It contradicts if together with them it generates
the whole ring: no numbers, real or complex, satisfy all (Hilbert's Nullstellensatz). Anything
else is open. See Buchberger 1965; Cox, Little, O'Shea, *Ideals, Varieties, and Algorithms*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Literal, cast

from flint import fmpz_mpoly, fmpz_mpoly_vec

from verifirst.solvers.polynomials import OutsideError, Ring
from verifirst.solvers.terms import Term

Relation = tuple[Term, Term]
Answer = Literal["holds", "contradicts", "open"]

_LIMITS = (60, 200, 1_500)  # polynomials of a basis, terms of each, bits of a coefficient


class Ideal:
    """The ideal of some equations.

    ``consistent`` is False where the equations contradict each other (or outgrow the limits):
    every question is then open.
    """

    def __init__(self, equations: Iterable[Relation], ring: Ring | None = None) -> None:
        self.ring = Ring() if ring is None else ring
        polynomials = []
        for left, right in equations:
            with suppress(OutsideError):
                polynomials.append(self.ring.numerator(left, right))
        self._open(polynomials)

    @classmethod
    def of(cls, ring: Ring, polynomials: Iterable[fmpz_mpoly]) -> Ideal:
        """The ideal of polynomials of ``ring``."""
        found = object.__new__(cls)
        found.ring = ring
        found._open(polynomials)
        return found

    def _open(self, polynomials: Iterable[fmpz_mpoly]) -> None:
        self._given = [polynomial for polynomial in polynomials if polynomial]
        self._related: list[fmpz_mpoly] = self.ring.related(self._given)
        self._basis = self._generate(())
        self.consistent = self._basis is not None and not _whole(self._basis)

    def judge(self, left: Term, right: Term) -> Answer:
        """Where ``left = right`` stands. Never raises for well-formed terms."""
        try:
            claim = self.ring.numerator(left, right)
        except OutsideError:
            return "open"
        return self.judge_polynomial(claim)

    def judge_polynomial(self, claim: fmpz_mpoly) -> Answer:
        """The same for a polynomial of the ring that is claimed to be zero."""
        if self.entails(claim):
            return "holds"
        if not self.consistent:
            return "open"
        if claim.is_constant():
            return "contradicts"
        if not self._given and not self._related:
            return "open"  # one equation in free symbols has solutions
        joined = self._generate((claim,))
        return "contradicts" if joined is not None and _whole(joined) else "open"

    def entails(self, claim: fmpz_mpoly) -> bool:
        """Whether a polynomial of the ring is zero wherever the equations hold: the half that is quick."""
        if not claim:
            return True
        if not self.consistent or claim.is_constant():
            return False
        related = self.ring.related((*self._given, claim))
        if new := [item for item in related if not any(item is known for known in self._related)]:
            self._related += new  # the claim brings atoms of its own
            self._basis = self._generate(())
            self.consistent = self._basis is not None
        return self._basis is not None and any(True for _ in self._basis) and not _reduced(claim, self._basis)

    def _generate(self, more: Sequence[fmpz_mpoly]) -> fmpz_mpoly_vec | None:
        """A Groebner basis, or None where it outgrows the limits."""
        given = [*self._given, *self._related, *more]  # none of them zero: flint aborts on that
        if len(given) <= 1:
            return fmpz_mpoly_vec(given, self.ring.context)
        basis, complete = fmpz_mpoly_vec(given, self.ring.context).buchberger_naive(limits=_LIMITS)
        return cast("fmpz_mpoly_vec", basis) if complete else None


def _reduced(claim: fmpz_mpoly, basis: fmpz_mpoly_vec) -> fmpz_mpoly:
    """What is left of ``claim`` modulo the basis; the stubs of flint leave the method out."""
    return cast("fmpz_mpoly", claim.reduction_primitive_part(basis))  # type: ignore[attr-defined]


def _whole(basis: fmpz_mpoly_vec) -> bool:
    """Whether the basis holds a constant: the ideal is the whole ring."""
    return any(polynomial.is_constant() for polynomial in basis)
