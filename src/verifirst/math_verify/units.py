r"""What an answer is counted in: units and money written beside it.

Units are told apart, never converted: ``5 cm`` is not ``5 m``, and whether it is ``50 mm`` stays open.
"""

from __future__ import annotations

import re

_SPELLINGS = """
cm: centimeter centimetre; mm: millimeter millimetre; km: kilometer kilometre; m: meter metre; in: inch inches
ft: foot feet; yd: yard; mi: mile; g: gram; kg: kilogram; mg: milligram; lb: pound lbs; oz: ounce; s: second sec
min: minute; h: hour hr; day: day; week: week; month: month; year: year yr; l: liter litre L; ml: milliliter mL
mph: mph; dollar: usd buck; cent: cent; euro: eur; gbp: gbp; j: joule J; n: newton N; w: watt W; v: volt V; kw: kW
degree: deg
"""
_CANONICAL = {
    spelling: name.strip()
    for entry in _SPELLINGS.replace("\n", ";").split(";")
    if ":" in entry
    for name, _, others in [entry.partition(":")]
    for spelling in [name.strip(), *others.split()]
}
_CURRENCY = {"\\$": "dollar", "$": "dollar", "€": "euro", "£": "gbp", "¥": "yen", "₹": "rupee"}
_NEUTRAL = frozenset({"", "unit", "radian", "rad"})
_POWERS = {"square": "^2", "sq": "^2", "cubic": "^3", "cu": "^3"}

_MONEY = re.compile(r"\s*+([-−]?)\s*+(\\\$|[$€£¥₹])\s*+(?=[0-9.\\(-])")
_MONEY_AFTER = re.compile(r"(?<=[0-9])\s*+(\\\$|[$€£¥₹])\Z")
_TYPESET = re.compile(
    r"(?:\s|~|\\[,;:! ])*+\\(?:text|mbox|textbf|mathrm|textrm|textit|textsf)\s*+\{\s*+([^{}\\]*+)\}\s*+"
    r"(?:\^\s*+\{?\s*+([0-9])\s*+\}?)?\Z"
)
_TYPED = re.compile(r"(?<=[0-9)%½¼¾}])\s*+((?:[A-Za-z]{1,20}\.?(?:[ /]|per){0,2}){1,5}?)(?:\^?([23²³]))?\Z")
_LETTERS = re.compile(r"(?<=[0-9)}])\s*+([A-Za-z]{1,12})(?:\^\s*+\{?([0-9])\}?|([²³]))?\Z")
_BESIDE = re.compile(r"\s*+([A-Za-z]{1,12})(?![A-Za-z])(\s*+[.,;]?\s*+\Z)?")
_LINKS = frozenset("and or if for where when since so because then is are thus hence therefore to".split())


def money(text: str) -> tuple[str, str]:
    """``text`` without a sign of money, and the money's name."""
    if match := _MONEY.match(text):
        return match[1] + text[match.end() :], _CURRENCY[match[2]]
    if match := _MONEY_AFTER.search(text):
        return text[: match.start()], _CURRENCY[match[1]]
    return text, ""


def unit(text: str, *, typeset: bool) -> tuple[str, str]:
    """``text`` without the unit that it ends with, and the unit in one spelling."""
    match = _TYPESET.search(text)
    if match is None and not typeset:
        match = _TYPED.search(text)
        if match and len(match[1]) == 1 and match[1] not in _CANONICAL:
            return text, ""  # 2x
    if match is None:
        match = _LETTERS.search(text)
        if match and (len(match[1]) < 2 or _single(match[1]) not in _CANONICAL):  # noqa: PLR2004  # 5m may be 5 times m
            return text, ""
    if match is None or not match.start() or not text[: match.start()].strip():
        return text, ""
    words = match[1].strip(" .,()")
    if words.partition(" ")[0].lower() in _LINKS:
        return text, ""
    power = {"²": "2", "³": "3"}.get(match[2] or "", match[2] or "")
    return text[: match.start()], spelled(words) + (f"^{power}" if power else "")


def beside(text: str, at: int) -> str:
    """The unit in the prose right after a formula that ends at ``at``, or ``""``."""
    match = _BESIDE.match(text, at)
    if match is None or _single(match[1]) not in _CANONICAL:
        return ""
    short = len(match[1]) == 1 or match[1] == "in"  # a word as well, but not at the end
    return "" if short and match[2] is None else match[1]


def spelled(words: str) -> str:
    """A unit in one spelling; ``""`` for what says nothing, such as *units*."""
    if words in _CANONICAL:
        return _CANONICAL[words]
    said = words.lower().split()
    power = _POWERS.get(said[0], "") if len(said) > 1 else ""
    said = [_single(word.strip(".,")) for word in (said[1:] if power else said)]
    name = " ".join(word for word in said if word not in _NEUTRAL)
    return name + power if name else ""


def _single(word: str) -> str:
    if word in _CANONICAL:
        return _CANONICAL[word]
    if word.endswith("s") and len(word) > 2:  # noqa: PLR2004  # a plural, but not "s" or "is"
        word = word[:-1]
    return _CANONICAL.get(word, word)
