"""From labelled outputs to a calibrated scorer: what the rules let stand, up to the first error."""

from __future__ import annotations

from collections.abc import Sequence

from recipes.step_classifier.data import Labelled

from verifirst.core.verdict import Status
from verifirst.scoring import Calibrated, Scored, Scorer
from verifirst.session import check_steps
from verifirst.verifier import Verifier

ALPHA = 0.02
"""At most this share of an output's right steps may be refused, in expectation."""


def let_stand(labelled: Labelled, verifier: Verifier) -> Labelled:
    """The steps up to the first error, without it where a rule refutes it.

    A decoder that rolls back shows a scorer such steps and no others, so these are what its
    probabilities are calibrated on. A right step that a rule refutes ends the output, too.
    """
    cut = labelled.to_first_error
    reports = check_steps(verifier, cut.problem.text, cut.steps)
    end = next((at for at, report in enumerate(reports) if report.status is Status.REFUTED), len(reports))
    return Labelled(cut.problem, cut.steps[:end], cut.kinds[:end])


def calibrated(scorer: Scorer, outputs: Sequence[Labelled], *, alpha: float = ALPHA) -> Calibrated:
    """Calibrate ``scorer`` on labelled outputs, after the default rules."""
    verifier = Verifier()
    stand = [let_stand(output, verifier) for output in outputs]
    kept = [output for output in stand if output.steps]
    return Calibrated.fit(scorer, [traced(output) for output in kept], [output.right for output in kept], alpha=alpha)


def traced(labelled: Labelled) -> Scored:
    """What a scorer is given of a labelled output."""
    return Scored(labelled.problem.text, labelled.steps)
