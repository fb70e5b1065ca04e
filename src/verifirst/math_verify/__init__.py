r"""Math-Verify's ``parse`` and ``verify``, safe in threads, with deadlines that hold, three-valued.

    >>> from verifirst.math_verify import judge, parse, verify
    >>> verify(parse(r"$\frac{1}{\sqrt{2}}$"), parse(r"The answer is $\boxed{\frac{\sqrt 2}{2}}$."))
    True
    >>> verify(parse("$[0, 1)$"), parse("$[0, 1]$"))
    False
    >>> judge("$5$ cm", "$5$ m").status
    <Status.UNKNOWN: 'unknown'>

No signals, no processes, no SymPy: every question is answered within a budget of work, which
is the same on any machine. ``verify`` is True only where equality is proved (or, for decimal
numbers, where they agree to ``float_rounding`` places); :func:`judge` tells *refuted* from
*unknown*.
"""

from __future__ import annotations

from verifirst.math_verify.answers import Answer
from verifirst.math_verify.api import judge, parse, verify
from verifirst.math_verify.configs import (
    ExprExtractionConfig,
    LatexExtractionConfig,
    LatexNormalizationConfig,
    StringExtractionConfig,
)
from verifirst.math_verify.outcome import Outcome

__all__ = [
    "Answer",
    "ExprExtractionConfig",
    "LatexExtractionConfig",
    "LatexNormalizationConfig",
    "Outcome",
    "StringExtractionConfig",
    "judge",
    "parse",
    "verify",
]
