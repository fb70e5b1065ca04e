r"""Reading facts about whole numbers: divisibility, primes, remainders, common divisors.

``51 is prime``, ``454 is not a multiple of 19``, ``the remainder when 17 is divided by 5 is 2``,
``17 divided by 5 is 3 with a remainder of 2``, ``the least common multiple of 24 and 90 is 360``,
``the factors of 12 are 1, 2, 3, 4, 6 and 12``. Every number stands there in digits, perhaps as
a power; the subject must be the whole subject of its clause.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from verifirst.claims.quantities.number_fact import NumberFact

MAX_FACTS = 60  # facts of one step that are read
MAX_TEXT = 20_000  # characters of a step that are searched
MAX_BITS = 1024  # of one number
MAX_LIST = 60  # numbers of a list

_LEFT, _RIGHT = r"[$\s]*(?:\\\(\s*)?", r"(?:\s*\\\)|\$)?"
_N = (
    r"[0-9]{1,15}(?:,[0-9]{3})*+(?:\^(?:[0-9]|\{[0-9]{1,4}\}))?"
    r"(?![0-9]|\.[0-9]|[,:][0-9]|\s*[-+*/^!×÷]|\s*\\(?:cdot|times|div|frac))"
)
_NUM = rf"{_LEFT}({_N}){_RIGHT}"
_SUBJECT = rf"(?<![0-9.,^])({_N}){_RIGHT}"
_LIST = rf"({_LEFT}{_N}{_RIGHT}(?:(?:,|,?\s*and){_LEFT}{_N}{_RIGHT}){{1,{MAX_LIST}}})"
_IS = r"(?:\s*,\s*which)?\s+(is|are|isn['’]t|aren['’]t)(\s+not)?(?:\s+(?:also|still|indeed|clearly|evenly|both))?\s+"
_VALUE_IS = r"\s*(?:,\s*which\s+)?(?:is|are|equals|=|is equal to|would be)\s*"

_SAYS = re.compile(
    rf"{_SUBJECT}{_IS}(?:evenly\s+)?(?:(divisible\s+by|(?:an?\s+)?(?:integer\s+)?multiples?\s+of|an?\s+(?:prime\s+)?(?:factor|divisor)\s+of"
    rf"|(?:relatively\s+prime|coprime)\s+(?:to|with)){_NUM}"
    r"|(an?\s+prime\s+numbers?|an?\s+prime|primes?(?:\s+numbers?)?|(?:an?\s+)?composite(?:\s+numbers?)?|an?\s+perfect\s+square"
    r"|an?\s+perfect\s+cube|(?:an?\s+)?even(?:\s+numbers?)?|(?:an?\s+)?odd(?:\s+numbers?)?)(?=\s*(?:[.,;:)\n]|$|so\b|and\b|but\b|because\b|since\b)))",
    re.IGNORECASE,
)
_DIVIDES = re.compile(
    rf"{_SUBJECT}\s+(divides|does\s+not\s+divide|doesn['’]t\s+divide)(?:\s+evenly\s+into)?{_NUM}", re.IGNORECASE
)
_REMAINDER = re.compile(
    rf"\bremainder\s+(?:when|of|upon|from|after)\s+(?:dividing\s+)?{_NUM}\s*(?:is\s+divided\s+by|divided\s+by|when\s+divided\s+by|by|÷)"
    rf"{_NUM}{_VALUE_IS}{_NUM}",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    rf"{_SUBJECT}\s+(?:leaves|has|gives)\s+(?:a\s+)?remainder\s+(?:of\s+)?{_NUM}\s+(?:when|upon|if|on|after)\s+(?:it\s+is\s+)?(?:divided|division|dividing)\s+by{_NUM}",
    re.IGNORECASE,
)
_DIVISION = re.compile(
    rf"{_SUBJECT}\s*(?:divided\s+by|÷|by){_NUM}\s*,?\s*(?:is|gives|equals|=|(?:and|to|we|you|I)\s+(?:get|have|obtain)|(?:and\s+)?(?:I|we|you)\s+get|yields|goes)"
    rf"(?:\s+(?:us|me))?(?:\s+a\s+quotient\s+of)?{_NUM}\s*,?\s*(?:with|and)?\s*(?:a\s+)?remainder\s+(?:of\s+|is\s+)?{_NUM}",
    re.IGNORECASE,
)
_COMMON = re.compile(
    r"\b(greatest\s+common\s+(?:divisor|factor)|highest\s+common\s+factor|gcd|gcf|hcf|(?:least|lowest|smallest)\s+common\s+"
    rf"(?:multiple|denominator)|lcm|lcd)\s*(?:\((?:GCD|GCF|LCM|HCF|LCD)\)\s*)?of{_LIST}{_VALUE_IS}{_NUM}",
    re.IGNORECASE,
)
_DIVISORS = re.compile(
    rf"\b(prime\s+|positive\s+|positive\s+integer\s+)?(?:factors|divisors)\s+of{_NUM}\s*(?:are|:|=)\s*{_LIST}(?=\s*(?:[.;\n]|$))",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"{_SUBJECT}\s+has\s+(?:exactly\s+|a\s+total\s+of\s+|only\s+)?{_NUM}\s+(?:positive\s+)?(?:integer\s+)?(?:factors|divisors)\b",
    re.IGNORECASE,
)
_PRIME_FACTOR = re.compile(
    rf"\b(largest|greatest|smallest|least)\s+prime\s+(?:factor|divisor)\s+of{_NUM}{_VALUE_IS}{_NUM}", re.IGNORECASE
)
_PRODUCT = r"[0-9]{1,15}(?:\s*\^\s*(?:[0-9]|\{[0-9]{1,3}\}))?"
_TIMES = r"\s*(?:\\cdot|\\times|[*×·⋅]|times)\s*"
_FACTORIZATION = re.compile(
    rf"\bprime\s+factori[sz]ation\s+of{_LEFT}(?:[A-Za-z]\s*=\s*)?({_N}){_RIGHT}\s*(?:is|as|gives|:|=){_LEFT}"
    rf"({_PRODUCT}(?:{_TIMES}{_PRODUCT}){{0,{MAX_LIST}}})(?=\s*(?:$|[$.,;)\n]|\\\)|so\b|and\b))",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:^|[\n.,;:!?=(]|\b(?:since|because|that|so|but|as|number|integer|thus|therefore|hence|then|now|also|however|value|know"
    r"|notice|note|indeed|yes|no|finally|similarly|while|although|though))[\s$\\(*]*$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|suppos\w+|assum\w+|unless|until|such\s+that|let|need|want|should|would|could|must|not|try|test|verify"
    r"|base|mod\w*)\b[^.;:,\n]*$|n['’]t\b[^.;:,\n]*$",
    re.IGNORECASE,
)


def may_state_facts(text: str) -> bool:
    """A quick look: whether ``text`` has a word that facts about whole numbers need."""
    for hint in _HINTS:  # noqa: SIM110  # a generator would cost more than the search
        if hint in text:
            return True
    return False


def number_facts(text: str) -> list[NumberFact]:
    """The facts about whole numbers that ``text`` states, in order."""
    found: list[NumberFact] = []
    for hints, pattern, read in _READERS:
        if not any(hint in text for hint in hints):
            continue
        for match in pattern.finditer(text, 0, MAX_TEXT):
            if len(found) < MAX_FACTS and (fact := read(match)) is not None and _asserted(text, match, fact):
                found.append(fact)
    said = {(fact.predicate, fact.numbers, fact.negated) for fact in found}
    kept = [fact for fact in found if (fact.predicate, fact.numbers, not fact.negated) not in said]
    return sorted(kept, key=lambda fact: fact.start)


def _asserted(text: str, match: re.Match[str], fact: NumberFact) -> bool:
    """Whether the clause begins with the fact and neither supposes nor asks it."""
    low = max(0, fact.start - 200)
    before = text[low : fact.start]
    if _SUPPOSED.search(before) or text[match.end() : match.end() + 1] == "?":
        return False
    return match.re not in _BY_SUBJECT or _OPENS.search(before) is not None


def _number(text: str) -> int | None:
    """A whole number in digits, perhaps with separators or as a power."""
    base, _, exponent = text.replace(",", "").replace(" ", "").partition("^")
    power = int(exponent.strip("{}") or 1)
    return int(base) ** power if int(base).bit_length() * power <= MAX_BITS else None


def _numbers(*texts: str) -> tuple[int, ...] | None:
    found = [_number(text) for text in texts]
    return None if None in found else tuple(number for number in found if number is not None)


def _fact(
    match: re.Match[str], predicate: str, texts: tuple[str, ...], value: tuple[str, ...] = (), *, negated: bool = False
) -> NumberFact | None:
    numbers, values = _numbers(*texts), _numbers(*value)
    if numbers is None or values is None:
        return None
    groups = [group for group in range(1, match.re.groups + 1) if match[group]]
    start, end = min(map(match.start, groups)), max(map(match.end, groups))
    return NumberFact(start, end, predicate, numbers, values, negated)


def _says(match: re.Match[str]) -> NumberFact | None:
    """``36 is divisible by 3``, ``51 is a prime``."""
    subject, verb, denial, relation, other, adjective = match.groups()
    negated = bool(denial) or verb[-1] == "t"
    if other is None:
        name = next(key for key in _ADJECTIVES if key in adjective.lower())
        return _fact(match, name, (subject,), negated=negated)
    relation = relation.lower()
    if "prime" in relation.split()[-2:] or "coprime" in relation:
        return _fact(match, "coprime", (subject, other), negated=negated)
    if "factor" in relation or "divisor" in relation:
        prime = "prime" in relation
        return (
            None
            if prime and negated
            else _fact(match, "prime divisor" if prime else "divisible", (other, subject), negated=negated)
        )
    return _fact(match, "divisible", (subject, other), negated=negated)


_ADJECTIVES = ("prime", "composite", "square", "cube", "even", "odd")


def _divides(match: re.Match[str]) -> NumberFact | None:
    """``7 divides 21``."""
    return _fact(match, "divisible", (match[3], match[1]), negated="n" in match[2].lower())


def _remainder(match: re.Match[str]) -> NumberFact | None:
    """``the remainder when 17 is divided by 5 is 2``."""
    return _fact(match, "remainder", (match[1], match[2]), (match[3],))


def _leaves(match: re.Match[str]) -> NumberFact | None:
    """``17 leaves a remainder of 2 when divided by 5``."""
    return _fact(match, "remainder", (match[1], match[3]), (match[2],))


def _division(match: re.Match[str]) -> NumberFact | None:
    """``17 divided by 5 is 3 with a remainder of 2``."""
    return _fact(match, "division", (match[1], match[2]), (match[3], match[4]))


def _common(match: re.Match[str]) -> NumberFact | None:
    """``the least common multiple of 24 and 90 is 360``."""
    greatest = match[1].lower()[0] in "gh"
    return _fact(match, "gcd" if greatest else "lcm", _listed(match[2]), (match[3],))


def _divisors(match: re.Match[str]) -> NumberFact | None:
    """``the factors of 12 are 1, 2, 3, 4, 6 and 12``."""
    prime = "prime" in (match[1] or "").lower()
    return _fact(match, "prime divisors" if prime else "divisors", (match[2],), _listed(match[3]))


def _count(match: re.Match[str]) -> NumberFact | None:
    """``24 has 8 divisors``."""
    return _fact(match, "divisor count", (match[1],), (match[2],))


def _prime_factor(match: re.Match[str]) -> NumberFact | None:
    """``the greatest prime factor of 3105 is 23``."""
    largest = match[1].lower() in ("largest", "greatest")
    return _fact(match, "largest prime" if largest else "smallest prime", (match[2],), (match[3],))


def _factorization(match: re.Match[str]) -> NumberFact | None:
    """``the prime factorization of 12 is 2^2 * 3``: base and exponent by turns."""
    powers = [part.partition("^") for part in re.split(_TIMES, match[2].strip())]
    flat = [
        text for base, _, exponent in powers if base.strip() != "1" for text in (base, exponent.strip(" {}") or "1")
    ]
    return _fact(match, "factorization", (match[1],), tuple(flat))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(_ONE.findall(text))


_ONE = re.compile(_N)
_READERS: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str]], NumberFact | None]], ...] = (
    (
        ("divisible", "multiple", "prime", "factor of", "divisor of", " even", " odd", "perfect", "composite"),
        _SAYS,
        _says,
    ),
    ((" divide",), _DIVIDES, _divides),
    (("remainder",), _REMAINDER, _remainder),
    (("remainder",), _LEAVES, _leaves),
    (("remainder",), _DIVISION, _division),
    (("ommon ", "GCD", "GCF", "LCM", "HCF", "gcd", "lcm", "LCD"), _COMMON, _common),
    (("actors of", "ivisors of"), _DIVISORS, _divisors),
    (("factors", "divisors"), _COUNT, _count),
    (("prime factor", "prime divisor"), _PRIME_FACTOR, _prime_factor),
    (("actorization of", "actorisation of"), _FACTORIZATION, _factorization),
)
_HINTS = frozenset(hint for hints, _, _ in _READERS for hint in hints)
_BY_SUBJECT = (_SAYS, _DIVIDES, _LEAVES, _COUNT)
