"""Words that matter to arithmetic, by their hashes.

The host reads such words with patterns over the sentence (``claims.assertion``,
``claims.lexicon``); here each is a word of its own, and its effect falls on the whole line.
That forgives more than the host forgives, never less.
"""

from __future__ import annotations

from enum import IntFlag

from verifirst.claims import lexicon

MASK = (1 << 40) - 1
STEP = 131


def hashed(word: str) -> int:
    """The hash of a lower-case word: ``h * STEP + letter`` for each, in 40 bits."""
    value = 0
    for letter in word.encode():
        value = extend(value, letter)
    return value


def extend(value: int, letter: int) -> int:
    """The hash of a word with one more letter, a lower-case byte."""
    return (value * STEP + letter) & MASK


KILL = frozenset(lexicon.NOT_UNITS | set(lexicon.SCALES) | {"equals", "equal", "percent", "percents", "per", "frac"})
"""Words that make arithmetic of their own: nothing is decided on a line that has one."""

BINDING = frozenset(lexicon.BINDING)
"""Words that no number may stand right before: ``36 of``, ``7 times``."""

DOUBT = frozenset(
    "not no never cannot false true wrong impossible absurd invalid untrue instead rather than nope nor none without "
    "isnt arent aint doesnt dont didnt wont wouldnt couldnt shouldnt hasnt havent hadnt wasnt werent cant mustnt "
    "neednt mightnt shant if whether unless let lets say "
    "perhaps maybe might hypothetically would could should would actually "
    "symbol convention base bases binary octal hexadecimal mod modulo modular congruent clock oclock noon midnight "
    "am pm remainder remainders star circ about roughly around nearly almost close nearest ish twice thrice "
    "double triple half times plus minus by over less divided squared cubed root tenth tenths hundredth "
    "hundredths halves third thirds fourth fourths fifth fifths quarter quarters pair pairs question "
    "dozen dozens hundreds thousands millions billions rem operator operators operation operations".split()
)  # fmt: skip
"""Words that may excuse an equation that fails: it is denied, supposed, rounded, or goes on in words."""

LATE = frozenset("wait oops sorry redo hold hmm typo more fewer fail fails".split())
"""Words that may excuse an equation that stands before them; masks know only what stands before the equation."""

DOUBT_PREFIXES = frozenset(
    "incorrect contradict claim mistak false suppos assum imagin pretend try tri guess check verif test plug substitut "
    "correct error recalculat recheck apolog miscalculat denot defin approximat round estimat truncat multipl "
    "hypothe".split()
)
"""Beginnings of such words."""

LINKS = frozenset(
    "of to from into with at per and for on in by or the a an his her their its than between times".split()
)
"""Words by which a number before may belong to the number behind."""

NUMERALS = frozenset("one two three four five six seven eight nine ten eleven twelve twenty".split())
"""Numbers in words."""

UNITS = frozenset(
    "second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months year "
    "years inch inches foot feet ft yard yards yd mile miles mi cm mm km kg mg meter meters metre metres "
    "kilometer kilometers centimeter centimeters millimeter millimeters gram grams kilogram kilograms pound "
    "pounds lb lbs ounce ounces oz ton tons liter liters litre litres ml milliliter milliliters gallon gallons "
    "quart quarts pint pints cup cups tablespoon tablespoons teaspoon teaspoons cent cents dollar dollars penny "
    "pennies nickel nickels dime dimes euro euros decade decades century centuries score scores gross fortnight "
    "fortnights degree degrees radian radians acre acres byte bytes gb mb tb kb mph kph sq cc".split()
)
"""Units that convert into each other: an equation that fails may be a conversion."""


class Means(IntFlag):
    """What a word does."""

    KILL = 1
    DOUBT = 2
    BINDING = 4
    LINK = 8
    UNIT = 16
    NUMERAL = 32
    ALONE = 64
    LATE = 128


_SETS = {Means.KILL: KILL, Means.DOUBT: DOUBT, Means.BINDING: BINDING, Means.LINK: LINKS, Means.UNIT: UNITS}
_SETS |= {Means.NUMERAL: NUMERALS, Means.ALONE: frozenset(("a", "i")), Means.LATE: LATE}

MEANINGS: dict[int, int] = {}
"""By hash, what each word does."""
for _meaning, _words in _SETS.items():
    for _word in _words:
        MEANINGS[hashed(_word)] = MEANINGS.get(hashed(_word), 0) | _meaning

PREFIXES = frozenset(map(hashed, DOUBT_PREFIXES))
"""The hashes of beginnings that raise doubt."""
