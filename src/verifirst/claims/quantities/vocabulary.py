"""Words of prose arithmetic (data only)."""

from __future__ import annotations

COPULAS = frozenset("is are was were be equals equal gives give makes make yields yield totals becomes become".split())
"""Verbs that state a value."""

STOPS = COPULAS | frozenset(
    "and or but so then than of to from by with in on at for per as if when while because since that which who whose "
    "where what how the a an this these those his her their its he she they it we you i there not no has have had "
    "get gets got will would can could should must do does did times plus minus divided multiplied squared cubed more "
    "less fewer greater larger smaller bigger equals over mod modulo base into between about approximately half twice "
    "double triple thrice percent dozen dozens hundred thousand million billion thus therefore hence also now after "
    "before until remainder remaining leaving giving making total altogether both only just increased decreased "
    "reduced raised added subtracted point come comes amounts simplifies works results leaves leave".split()
)
"""Words that no unit contains."""

DETERMINERS = frozenset(
    "the a an this that these those his her their its all my our your both remaining original initial total "
    "other".split()
)
"""Words that may stand between ``of`` and a number without changing it."""

GOES_ON = frozenset(
    "more less fewer greater larger smaller bigger times plus minus of than divided multiplied squared cubed over or "
    "to half halves third thirds quarter quarters fourth fourths fifth fifths tenth tenths hundred thousand million "
    "billion dozen dozens percent short away below above under out mod modulo base remainder remainders factorial "
    "choose point times-as twice double triple per apart through between away too raised power root off ago later "
    "earlier cents pm am o'clock extra additional as".split()
)
"""Words after a value that may make something else of it."""

BELONGS = frozenset(
    "times plus minus by of than divided multiplied over from to as squared cubed half twice double triple thrice "
    "percent less more fewer point mod modulo base root power sum product difference quotient average mean per with "
    "into at in for on step day week month year grade question problem case equation part page row column line chapter "
    "figure table number example rule property theorem lemma section option choice version level round "
    "game set nth square negative minus roughly about nearly almost approximately around only sin cos tan log ln "
    "subtract subtracting subtracted add adding added divide dividing multiply multiplying factorial except without "
    "not never after before beyond above below past "
    "substituting using numerator denominator exponent remainder hundred thousand million".split()
)
"""Words before a phrase of which it may be a part."""

FEW = frozenset("as many much long far tall old heavy large big high fast expensive great wide deep".split())
"""Words between the two ``as`` of ``twice as many as``."""

LISTS = {
    "sum": "+", "total": "+", "product": "*", "difference": "-", "quotient": "/", "average": "mean", "mean": "mean",
}  # fmt: skip
"""Nouns that make one number of several."""

VERBS = {
    "adding": ("+", "and to plus with"), "add": ("+", "and to plus with"), "adds": ("+", "and to"),
    "summing": ("+", "and"), "subtracting": ("-", "from"), "subtract": ("-", "from"), "subtracts": ("-", "from"),
    "taking": ("-", "from"), "multiplying": ("*", "by and times with"), "multiply": ("*", "by and times with"),
    "multiplies": ("*", "by"), "dividing": ("/", "by"), "divide": ("/", "by"), "divides": ("/", "by"),
}  # fmt: skip
"""Verbs that make one number of several, and the words that join those."""

MULTIPLES = {"twice": 2, "double": 2, "thrice": 3, "triple": 3}
SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
    "dozens": 12,
}  # fmt: skip
