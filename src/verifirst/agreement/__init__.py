"""Derivations of one problem compared by the facts that they establish, not by their texts.

Self-consistency (Wang et al. 2022) counts final answers. Right answers with wrong steps agree in their
answer and differ on the way, so here each derivation is a list of facts, and what is released
is the derivation of the leading answer whose facts most others establish, too. Programs of
the problem (:mod:`verifirst.formalising`) vote beside derivations in steps.
"""

from verifirst.agreement.calibration import Calibration, Labelled
from verifirst.agreement.derivation import Derivation, Established, Key, derivation
from verifirst.agreement.election import Election, elect
from verifirst.agreement.likelihood import answer_score, step_scores
from verifirst.agreement.program import program_derivation
from verifirst.agreement.support import Ballot, Support

__all__ = [
    "Ballot",
    "Calibration",
    "Derivation",
    "Election",
    "Established",
    "Key",
    "Labelled",
    "Support",
    "answer_score",
    "derivation",
    "elect",
    "program_derivation",
    "step_scores",
]
