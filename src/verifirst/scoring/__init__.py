"""Step reward models beside the rules: a calibrated likelihood for each step, and never a proof.

``Scorer`` is what a model has to be, ``Calibrated`` makes its scores probabilities and states what a
refusal costs, ``ScoredVerifier`` puts them beside the verdicts, ``standing`` says which is which.
The models themselves are reached through ``verifirst.engines``. Standard library only.
"""

from verifirst.scoring.base import Scored, Scorer, Scores, Unscored, score
from verifirst.scoring.calibrated import Calibrated, Likelihood
from verifirst.scoring.digest import checkpoint_digest
from verifirst.scoring.encoding import Encoded, Encoder
from verifirst.scoring.layout import QWEN_MATH_PRM, Layout
from verifirst.scoring.standing import Standing, Word, standing
from verifirst.scoring.verifier import CODE, ScoredVerifier, annotate, attach

__all__ = [
    "CODE",
    "QWEN_MATH_PRM",
    "Calibrated",
    "Encoded",
    "Encoder",
    "Layout",
    "Likelihood",
    "Scored",
    "ScoredVerifier",
    "Scorer",
    "Scores",
    "Standing",
    "Unscored",
    "Word",
    "annotate",
    "attach",
    "checkpoint_digest",
    "score",
    "standing",
]
