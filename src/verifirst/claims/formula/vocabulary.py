"""Commands and signs of mathematical text, by the part they play (data only)."""

from __future__ import annotations

FUNCTIONS = dict.fromkeys("sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln exp".split(), "")
FUNCTIONS = {name: name for name in FUNCTIONS} | {"arcsec": "", "log": "log", "lg": "lg", "sqrt": "sqrt"}
"""Prefix functions and the item they become; an empty item is known but not decided."""

INVERSE = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}

LISTED = {"gcd": "gcd", "lcm": "lcm", "max": "max", "min": "min"}
"""Functions of two or more operands, folded from the left."""

GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma "
    "tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega ell".split()
)

SIGNS = {"times": "*", "cdot": "*", "ast": "*", "div": "/", "%": "%"}

SKIPPED = frozenset(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle limits "
    "nolimits boxed fbox mathstrut strut nonumber notag $ , ; : ! ( ) [ ]".split()
) | {" "}
"""Commands that leave no token; the braces after ``boxed`` are a group like any other."""

BREAKS = frozenset(
    "implies Rightarrow Longrightarrow rightarrow longrightarrow to iff Leftrightarrow Longleftrightarrow therefore "
    "because quad qquad \\ hline land lor wedge vee mapsto leadsto".split()
)
IMPLYING = frozenset("implies Rightarrow Longrightarrow iff Leftrightarrow Longleftrightarrow therefore".split())

RELATIONS = {
    "=": "=", "==": "=", "≈": "≈", "≅": "≈", "≃": "≈", "≠": "!=", "!=": "!=", "<": "<", ">": ">", "≤": "<=",
    "≥": ">=", "<=": "<=", ">=": ">=", "=<": "<=", "≡": "≡", ":=": ":=", "~": "~", "⩽": "<=", "⩾": ">=",
    "\\approx": "≈", "\\simeq": "≈", "\\doteq": "≈", "\\ne": "!=", "\\neq": "!=", "\\lt": "<", "\\gt": ">",
    "\\le": "<=", "\\leq": "<=", "\\leqslant": "<=", "\\ge": ">=", "\\geq": ">=", "\\geqslant": ">=",
    "\\equiv": "≡", "\\coloneqq": ":=", "\\sim": "~", "\\cong": "~", "\\mid": "|", "\\nmid": "~", "\\in": "~",
    "\\notin": "~", "\\ll": "~", "\\gg": "~", "\\propto": "~", "\\subset": "~", "\\subseteq": "~", "\\perp": "~",
    "\\parallel": "~", "\\triangleq": ":=", "∈": "~", "∝": "~", "∼": "~", "\\overset": "~", "\\stackrel": "~",
}  # fmt: skip
"""Relation signs; ``~`` is one that we do not judge, ``:=`` a definition."""

STYLED = frozenset("mathbf mathcal mathbb mathsf mathfrak boldsymbol bm vec hat tilde bar widehat".split())
"""Commands that make a letter another letter."""

WRAPPED = frozenset("overline underline angle triangle measuredangle widehat overrightarrow overleftrightarrow".split())
"""Commands that name something by what they are put on."""

MATRICES = frozenset("matrix pmatrix bmatrix vmatrix Vmatrix Bmatrix smallmatrix array tabular tikzpicture".split())
"""Environments that are one thing, which we do not read."""

TEXT = frozenset("text mathrm textbf mbox textit textrm operatorname textsf hbox".split())

LINKS = frozenset(
    "and or if for where when since so because then but with as which that is are thus hence therefore while "
    "given by let from case otherwise only".split()
)
"""Words inside typeset text that end one formula and begin another."""

JOINS = frozenset("and so thus hence therefore then".split())
"""Links after which the formula before them stands as it is."""

SUPERSCRIPTS = {c: i for i, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
VULGAR = {
    "½": (1, 2),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "⅛": (1, 8),
    "⅜": (3, 8),
    "⅝": (5, 8),
    "⅞": (7, 8),
}
GREEK_LETTERS = dict(zip("αβγδεζηθικλμνξρστυφχψω", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu "
    "nu xi rho sigma tau upsilon phi chi psi omega".split(), strict=True))  # fmt: skip

CLEAN_BEFORE = frozenset(
    "so then thus that have has had get gets got is are gives give giving since because where therefore hence means "
    "implies yields find found know with as equation equations becomes obtain into us we equal now let if and but "
    "when which or formula function expression line obtained rewrite solve solving simplify simplifying substitute "
    "substituting for given from to factor expand case".split()
)
"""Words in prose after which a formula begins cleanly."""
