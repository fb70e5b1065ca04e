"""Atoms of a formula: numbers, symbols, calls, groups, commands with arguments."""

from __future__ import annotations

from collections.abc import Callable

from verifirst.claims.formula import vocabulary as words
from verifirst.claims.formula.cursor import MAX_DEPTH, Cursor, OpaqueError
from verifirst.claims.side import literal
from verifirst.solvers.terms import Item, Term

_FUNCTION_LETTERS = frozenset("f g h F G H P phi psi sigma tau Gamma".split())
_SELDOM_FUNCTIONS = frozenset("x y z n k a b c m t i j".split())
_CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "{": ("}",), "|": ("|",), "floor": ("floor",), "ceil": ("ceil",)}
MAX_LABEL = 60
MAX_BASE = 36


def read(p: Cursor) -> Term:
    """The atom at hand. Raises OpaqueError where there is none."""
    handler = _ATOMS.get(p.kinds[p.i])
    p.depth += 1
    if handler is None or p.depth > MAX_DEPTH:
        raise OpaqueError
    found = handler(p)
    p.depth -= 1
    return found


def _number(p: Cursor) -> Term:
    text = p.texts[p.i]
    value = literal(text)
    if value is None:
        raise OpaqueError
    p.i += 1
    kind = p.kinds[p.i]
    if kind == "_":
        return (_in_base(p, text),)
    if kind == "v" and isinstance(value, int):
        return (value, *_vulgar(p), "+")
    if kind == "c" and p.texts[p.i] == "frac" and isinstance(value, int):
        return _mixed(p, value)
    if kind == "^" and p.typeset:
        _bare_power(p)
    return (value,)


def _bare_power(p: Cursor) -> None:
    """``2^10`` is typeset as 2¹0: not read."""
    if p.kinds[p.i + 1] == "n" and len(p.texts[p.i + 1]) > 1:
        raise OpaqueError


def _in_base(p: Cursor, digits: str) -> int:
    """``1011_2``, ``36_{10}``: digits with their base as a subscript."""
    p.i += 1
    braced = p.kinds[p.i] == "{"
    p.i += braced
    base = p.take("n")
    if braced:
        p.take("}")
    if not digits.isdecimal() or not base.isdecimal() or not 2 <= int(base) <= MAX_BASE:  # noqa: PLR2004  # bases
        raise OpaqueError
    try:
        return int(digits, int(base))
    except ValueError:
        raise OpaqueError from None


def _mixed(p: Cursor, whole: int) -> Term:
    r"""``3\frac{1}{2}``: a mixed number where the fraction is proper, else a product."""
    fraction = _command(p)
    proper = len(fraction) == 3 and all(isinstance(item, int) for item in fraction[:2]) and fraction[0] < fraction[1]  # type: ignore[operator]  # noqa: PLR2004  # n, d, /
    return (whole, *fraction, "+" if proper and not p.style.mixed_product else "*")


def _vulgar(p: Cursor) -> Term:
    top, bottom = words.VULGAR[p.take("v")]
    return (top, bottom, "/")


def superscript(digits: str) -> int:
    """The number that superscript digits spell."""
    value = 0
    for digit in digits:
        value = 10 * value + words.SUPERSCRIPTS[digit]
    return value


def _symbol(p: Cursor) -> Term:
    """A letter with its subscript and primes; a run of capitals is one name; perhaps a call."""
    name = p.texts[p.i]
    p.i += 1
    if name == "∞":
        raise OpaqueError
    if name == "π":
        return _call(p, "π") if p.style.calls and p.kinds[p.i] == "(" else ("pi",)
    if len(name) == 1 and name.isupper() and not p.style.letters:
        while p.kinds[p.i] == "a" and len(p.texts[p.i]) == 1 and p.texts[p.i].isupper() and p.glued():
            name += p.texts[p.i]
            p.i += 1
    if p.kinds[p.i] == "_":
        p.i += 1
        name += "_" + _subscript(p)
    while p.kinds[p.i] == "'":
        name += "'"
        p.i += 1
    if p.kinds[p.i] == "(" and _is_call(p, name) and not says_modulo(p):
        return _call(p, name)
    if name == "i" and p.style.imaginary:
        return ("i",)
    if name == "e" and (p.style.napier or (p.kinds[p.i] == "^" and not p.style.letter_e)):
        return ("e",)
    return ("$" + name,)


def _subscript(p: Cursor) -> str:
    kind = p.kinds[p.i]
    if kind in "naT":
        p.i += 1
        return p.texts[p.i - 1]
    p.take("{")
    parts: list[str] = []
    while (kind := p.kinds[p.i]) != "}":
        if kind not in "na+-*,'T(){_" or len(parts) > MAX_LABEL:
            raise OpaqueError
        if kind == "{":
            raise OpaqueError
        parts.append(p.texts[p.i])
        p.i += 1
    p.i += 1
    return "".join(parts)


def _is_call(p: Cursor, name: str) -> bool:
    """Whether a bracket after ``name`` holds an argument rather than a factor."""
    letter = name.rstrip("'").partition("_")[0]
    if name in p.called or letter in p.called or "'" in name:
        return True
    if letter in _FUNCTION_LETTERS:
        return not p.style.calls
    lone = p.kinds[p.i + 1] in "an" and p.kinds[p.i + 2] == ")"
    return lone and letter not in _SELDOM_FUNCTIONS and not p.style.calls


def names_function(p: Cursor, item: Item) -> bool:
    """Whether a symbol is one that the text uses, or people use, as a function's name."""
    letter = str(item)[1:].rstrip("'").partition("_")[0]
    return letter in p.called or letter in _FUNCTION_LETTERS


def _call(p: Cursor, name: str) -> Term:
    arguments = _arguments(p)
    return (*(item for argument in arguments for item in argument), f"@{name}/{len(arguments)}")


def _arguments(p: Cursor) -> list[Term]:
    p.take("(")
    bars, p.in_bars = p.in_bars, 0
    found = [p.sum()]
    while p.kinds[p.i] == ",":
        p.i += 1
        found.append(p.sum())
    p.in_bars = bars
    p.take(")")
    return found


def _group(p: Cursor) -> Term:
    """What brackets, floor or ceiling marks, or braces enclose."""
    opener, kind = p.texts[p.i], p.kinds[p.i]
    p.i += 1
    bars, p.in_bars = p.in_bars, 0
    inner = p.sum()
    if kind == "{":
        if p.kinds[p.i] == "c" and p.texts[p.i] == "choose":
            p.i += 1
            inner = p.join(inner, p.sum(), "binom")
        p.take("}")
    elif p.take(")") not in _CLOSERS[opener]:
        raise OpaqueError
    p.in_bars = bars
    if opener in ("floor", "ceil"):
        return (*inner, opener)
    return (*inner, "abs") if opener == "|" else inner


def _bars(p: Cursor) -> Term:
    """``|x|``: the bars pair up in order; none open inside others."""
    if p.texts[p.i] == "||" or p.in_bars:
        raise OpaqueError
    p.i += 1
    p.in_bars = 1
    inner = p.sum()
    p.take("|")
    p.in_bars = 0
    return (*inner, "abs")


def _function(p: Cursor) -> Term:
    """A prefix function, its power, its argument with or without brackets."""
    name = p.texts[p.i]
    p.i += 1
    item = words.FUNCTIONS[name]
    if not item:
        raise OpaqueError
    base: Term = ()
    power: Term = ()
    if p.kinds[p.i] == "_":
        p.i += 1
        base = read(p)
    if p.kinds[p.i] == "^":
        p.i += 1
        power = p.exponent()
        if power == (1, "neg"):
            item, power = words.INVERSE.get(name, ""), ()
            if not item:
                raise OpaqueError
    elif item in ("log", "lg") and not base:
        base = ("e",) if p.style.natural_log else (2,) if p.style.binary_log else (10,)
    argument = _argument(p)
    if item in ("log", "lg"):
        found = (*(base or (10,)), *argument, "log")
    elif base:
        raise OpaqueError
    else:
        found = (*argument, item)
    return (*found, *power, "^") if power else found


def _argument(p: Cursor) -> Term:
    """A group (no power after it: ambiguous), or factors up to the next sign or function."""
    p.in_function += 1
    if p.kinds[p.i] in "({":
        inner = _group(p)
        if p.kinds[p.i] == "^":
            raise OpaqueError
    else:
        inner = p.factor_of_argument()
        number = isinstance(inner[-1], int) or len(inner) == 1
        while (number or p.style.wide) and p.kinds[p.i] not in "F(G" and p.begins_factor():
            factor = p.factor_of_argument()
            inner = p.join(inner, factor, "*")
            number = False
    p.in_function -= 1
    return (*inner, "deg") if p.style.degrees and "deg" not in inner and "pi" not in inner else inner


def _listed(p: Cursor) -> Term:
    """``gcd(a, b, c)``: folded from the left."""
    item = words.LISTED[p.texts[p.i]]
    p.i += 1
    found, *others = _arguments(p)
    if not others:
        raise OpaqueError
    for other in others:
        found = p.join(found, other, item)
    return found


def _command(p: Cursor) -> Term:
    name = p.texts[p.i]
    p.i += 1
    handler = _COMMANDS.get(name)
    if handler is None:
        raise OpaqueError
    return handler(p)


def _fraction(p: Cursor) -> Term:
    top = _braced(p)
    return p.join(top, _braced(p), "/")


def _binomial(p: Cursor) -> Term:
    top = _braced(p)
    return p.join(top, _braced(p), "binom")


def _braced(p: Cursor) -> Term:
    r"""An argument of a command: a group, or one digit of ``\frac12``, or one letter."""
    kind = p.kinds[p.i]
    if kind == "n":
        p.i += 1
        digit = p.texts[p.i - 1]
        if len(digit) > 1:
            raise OpaqueError
        return (int(digit),)
    if kind not in "{a":
        raise OpaqueError
    return read(p)


def _root(p: Cursor) -> Term:
    index: Term = ()
    if p.kinds[p.i] == "(" and p.texts[p.i] == "[":
        index = _group(p)
    inner = _braced(p) if p.typeset or p.kinds[p.i] == "{" else read(p)
    return p.join(index, inner, "root") if index else (*inner, "sqrt")


def _bound(p: Cursor) -> Term:
    r"""``\sum_{k=1}^{n} body``: the body goes up to the next plus or minus."""
    kind = p.texts[p.i - 1]
    p.take("_")
    p.take("{")
    index = p.take("a")
    if p.take("r") != "=":
        raise OpaqueError
    low = p.sum()
    p.take("}")
    p.take("^")
    high = p.exponent()
    body = p.factor_of_argument()
    while p.kinds[p.i] in "*/" or p.begins_factor():
        op = "*"
        if p.kinds[p.i] in "*/":
            op = p.kinds[p.i]
            p.i += 1
        body = p.join(body, p.factor_of_argument(), op)
    item: Item = (kind, index, body)
    return (*low, *high, item)


def _braces_over(p: Cursor) -> Term:
    r"""``\underbrace{x}_{note}``: the note is left out."""
    inner = _braced(p)
    if p.kinds[p.i] in "_^":
        p.i += 1
        _skip_group(p)
    return inner


def _skip_group(p: Cursor) -> None:
    if p.kinds[p.i] != "{":
        p.i += 1
        return
    depth = 0
    while True:
        kind = p.kinds[p.i]
        depth += (kind == "{") - (kind == "}")
        if kind in "bE":
            raise OpaqueError
        p.i += 1
        if not depth:
            return


def _label(p: Cursor) -> Term:
    r"""``\text{Area}`` where an operand is wanted names a quantity."""
    said = p.texts[p.i]
    if len(said) > MAX_LABEL or said.partition(" ")[0].lower() in words.LINKS or not said[0].isalpha():
        raise OpaqueError
    p.i += 1
    if p.kinds[p.i] in "_(":
        raise OpaqueError
    return ("$" + said,)


def is_unit(said: str) -> bool:
    """Whether words after an operand are a unit rather than the beginning of something new."""
    return said.strip(" .,()").partition(" ")[0].lower() not in words.LINKS


def goes_on(said: str) -> bool:
    """Whether words after an operand may change what it says: all but those that join a new statement."""
    return said.strip(" .,()").partition(" ")[0].lower() not in words.JOINS


def says_modulo(p: Cursor) -> bool:
    """Whether the bracket at hand is ``(mod 7)``."""
    following = p.texts[p.i + 1].strip().lower()
    return p.kinds[p.i + 1] in "Twc" and following.startswith("mod")


_ATOMS: dict[str, Callable[[Cursor], Term]] = {
    "n": _number, "v": _vulgar, "a": _symbol, "F": _function, "G": _listed, "c": _command, "(": _group, "{": _group,
    "|": _bars, "T": _label,
}  # fmt: skip
_COMMANDS: dict[str, Callable[[Cursor], Term]] = {
    "frac": _fraction, "binom": _binomial, "sqrt": _root, "sum": _bound, "prod": _bound, "underbrace": _braces_over,
    "overbrace": _braces_over,
}  # fmt: skip
COMMANDS = frozenset(_COMMANDS)
