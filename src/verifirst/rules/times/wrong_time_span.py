"""A time of day, or the time between two, that is wrong.

What it checks
    ``from 1:00 PM to 5:00 PM is 4 hours``, ``3 hours after 10 PM is 1 AM``, ``6:00 + 48 minutes =
    6:48``, ``12:00 - 8:00 = 4 hours``: on a clock of twenty-four hours where both times say which
    half of the day they mean, else of twelve.

Why it matters
    Schedules and wages rest on such spans, and they are no plain arithmetic.

Limits
    Breaks, time zones and counting both ends make other answers right: where the text speaks of
    them the rule says UNKNOWN. Few labelled steps hold such a span, so it stays in preview.
"""

from __future__ import annotations

import re
from typing import ClassVar

from verifirst.claims import TimeSpan
from verifirst.claims.assertion import doubt
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Reason, Status, Verdict

MAX_TEXT = 20_000  # characters of problem and step that are searched
_BENT = re.compile(
    r"\b(?:breaks?|lunch|time[- ]zones?|zones?|daylight|inclusive|faster|slower|slow|fast|eastern|pacific|central|utc"
    r"|gmt|local)\b",
    re.IGNORECASE,
)


class WrongTimeSpan(Rule):
    """The time between two times of day is other than said."""

    code = "TM001"
    name = "wrong-time-span"
    claims = (TimeSpan,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("From 9:30 AM to 2:15 PM is 4 hours 45 minutes.", Status.VERIFIED),
        Example("From 1:00 PM to 5:00 PM, which is a total of 5 hours.", Status.REFUTED),
        Example("3 hours after 10 PM is 1 AM.", Status.VERIFIED),
        Example("6:00 + 48 minutes = 6:48", Status.VERIFIED),
        Example("12:00 - 8:00 = 4 hours", Status.VERIFIED),
        Example("From 9 AM to 5 PM is 7 hours, without the lunch break.", Status.UNKNOWN),
        Example("From 9 to 5 is 8 hours.", None, why="times of day need a colon or a half of the day"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Walk round the clock."""
        if not isinstance(claim, TimeSpan):
            return None
        context.budget.spend(4)
        parts = {"first": claim.first, "second": claim.second, "minutes": claim.minutes, "cycle": claim.cycle}
        evidence = Evidence("time-span", {name: str(value) for name, value in parts.items()})
        if claim.holds():
            return self.verified(claim, evidence)
        text = context.step.text
        if _BENT.search(text[:MAX_TEXT]) or _BENT.search(context.problem[:MAX_TEXT]):
            return self.unknown(claim, Reason.AMBIGUOUS, "the text speaks of what may bend the span")
        if why := doubt(text, claim.start, claim.end, context.problem, arithmetic=False):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        between = (claim.second - claim.first) % claim.cycle
        return self.refuted(claim, evidence, f"{between // 60} h {between % 60} min lie between the two times")
