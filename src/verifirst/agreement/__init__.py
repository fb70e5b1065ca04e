"""Derivations of one problem compared by the facts that they establish, not by their texts.

Self-consistency (Wang et al. 2022) counts final answers. Right answers with wrong steps agree in their
answer and differ on the way, so here each derivation is a list of facts, and what is released
is the derivation of the leading answer whose facts most others establish, too. Programs of
the problem (:mod:`verifirst.formalising`) vote beside derivations in steps.
"""

from verifirst.agreement.derivation import Derivation, Established, Key, derivation
from verifirst.agreement.election import Election, elect
from verifirst.agreement.program import program_derivation
from verifirst.agreement.support import Ballot, Support

__all__ = [
    "Ballot",
    "Derivation",
    "Election",
    "Established",
    "Key",
    "Support",
    "derivation",
    "elect",
    "program_derivation",
]
