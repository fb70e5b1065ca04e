"""Moves: what may happen in a story (data-like: each move is a few lines).

A move tells one or two sentences and adds the steps that follow from them.
Raising ``Reject`` throws the whole draw away, so a move may be picky.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verifirst.bench.word_problems.story import Reject, Story
from verifirst.bench.word_problems.wording import DAYS, FEES, GOALS, JOBS

Move = Callable[[Story], None]

LARGEST = 240
"""No quantity of things goes beyond this: arithmetic is what a small model learns last."""

HAS = ("{hero} has {eq} {things}.", "Now {hero} has {eq} {things}.")
LEFT = (*HAS, "{hero} has {eq} {things} left.", "{hero} keeps {eq} {things}.", "After that it is {eq} {things}.")
MORE = (*HAS, "With those it is {eq} {things}.")
HAS_MONEY = ("{hero} has {eq}.", "Now {hero} has {eq}.")
MONEY_LEFT = (*HAS_MONEY, "{hero} has {eq} left.", "After that it is {eq}.")
MORE_MONEY = (*HAS_MONEY, "With that it is {eq}.")
"""Sentences that say as well what the hero has: at any time, behind a loss, behind a gain."""


def bounded(story: Story, low: int, high: int) -> int:
    """A random whole number, the draw rejected when the range is empty."""
    if high < low:
        raise Reject
    return story.rng.randint(low, high)


# starts: things ------------------------------------------------------------
def groups(s: Story) -> None:
    """N boxes of k."""
    n, k = s.rng.randint(3, 9), s.rng.randint(4, 16)
    s.tell(
        "{hero} {gets} {n} {boxes} of {things} with {k} in each.",
        "There are {n} {boxes} with {k} {things} each, and all belong to {hero}.",
        "{hero} has {n} {boxes} of {k} {things}.",
        n=s.count(n), k=k,
    )  # fmt: skip
    s.now = s.derive(s.given(n), "*", s.given(k), "{hero} has {eq} {things}.", HAS)


def dozens(s: Story) -> None:
    """N dozen."""
    n = s.rng.randint(3, 12)
    s.tell("{hero} {gets} {n} dozen {things}.", "{hero} has {n} dozen {things}.", n=s.count(n))
    s.now = s.derive(s.given(n), "*", s.given(12), "{hero} has {eq} {things}.", HAS)


def two_days(s: Story) -> None:
    """A on one day, b on another."""
    a, b = s.rng.randint(15, 99), s.rng.randint(15, 99)
    first, second = s.rng.sample(DAYS, 2)
    s.tell(
        "{hero} {gets} {a} {things} on {first} and {b} on {second}.",
        "On {first} {hero} {gets} {a} {things}, and on {second} another {b}.",
        a=a, b=b, first=first, second=second,
    )  # fmt: skip
    s.now = s.derive(s.given(a), "+", s.given(b), "{hero} has {eq} {things}.", HAS)


def times(s: Story) -> None:
    """K times as many as someone who has a."""
    a, k = s.rng.randint(11, 30), s.rng.randint(3, 6)
    s.tell(
        "{other} has {a} {things}. {hero} has {k} times as many.",
        "{hero} has {k} times as many {things} as {other}, who has {a}.",
        a=a, k=k,
    )  # fmt: skip
    s.now = s.derive(s.given(k), "*", s.given(a), "{hero} has {eq} {things}.", HAS)


def week(s: Story) -> None:
    """K a day for a week."""
    k = s.rng.randint(6, 25)
    s.tell(
        "{hero} {gets} {k} {things} a day for a week.",
        "Every day for a week {hero} {gets} {k} {things}.",
        k=k,
    )
    s.now = s.derive(s.given(7), "*", s.given(k), "{hero} has {eq} {things}.", HAS)


def more_than(s: Story) -> None:
    """D more than someone who has a."""
    a, d = s.rng.randint(20, 120), s.rng.randint(12, 70)
    s.tell(
        "{other} has {a} {things}. {hero} has {d} more than {other}.",
        "{hero} has {d} more {things} than {other}, who has {a}.",
        a=a, d=d,
    )  # fmt: skip
    s.now = s.derive(s.given(a), "+", s.given(d), "{hero} has {eq} {things}.", HAS)


# changes: things -----------------------------------------------------------
def lose(s: Story) -> None:
    """X are lost."""
    x = bounded(s, 8, s.whole - 15)
    s.tell("{hero} {loses} {x} of them.", "Then {hero} {loses} {x} {things}.", x=x)
    s.now = s.derive(s.now, "-", s.given(x), "{hero} has {eq} {things} left.", LEFT)


def give(s: Story) -> None:
    """X go to someone."""
    x = bounded(s, 8, s.whole - 15)
    s.tell("{hero} gives {x} to {third}.", "{third} takes {x} of them.", x=x)
    s.now = s.derive(s.now, "-", s.given(x), "After that it is {eq} {things}.", LEFT)


def gain(s: Story) -> None:
    """X come from someone."""
    x = s.rng.randint(12, 80)
    s.tell("{third} brings {x} more.", "{hero} gets {x} more from {third}.", x=x)
    s.now = s.derive(s.now, "+", s.given(x), "With those it is {eq} {things}.", MORE)


def gain_boxes(s: Story) -> None:
    """N boxes of k arrive."""
    n, k = s.rng.randint(3, 9), s.rng.randint(4, 12)
    s.tell(
        "{hero} buys {n} more {boxes} of {k}.",
        "Later {n} {boxes} with {k} {things} each arrive.",
        n=s.count(n), k=k,
    )  # fmt: skip
    extra = s.derive(s.given(n), "*", s.given(k), "The new {boxes} hold {eq} {things}.")
    s.now = s.derive(s.now, "+", extra, "Now {hero} has {eq} {things}.", MORE)


def treat_friends(s: Story) -> None:
    """N friends get k each."""
    n, k = s.rng.randint(3, 9), s.rng.randint(3, 12)
    s.tell(
        "{hero} gives {k} {things} to each of {n} friends.",
        "{n} friends get {k} {things} each.",
        n=n, k=k,
    )  # fmt: skip
    gone = s.derive(s.given(n), "*", s.given(k), "The friends get {eq} {things}.")
    s.now = s.derive(s.now, "-", gone, "{hero} keeps {eq} {things}.", LEFT)


def percent_bad(s: Story) -> None:
    """p% are thrown away."""
    fits = [p for p in (10, 20, 25, 30, 40, 50, 60, 75) if s.whole * p % 100 == 0]
    if not fits:
        raise Reject
    p = s.rng.choice(fits)
    s.tell(
        "{p}% of the {things} are {bad} and go in the bin.",
        "{hero} throws {p}% of the {things} away because they are {bad}.",
        p=p,
    )
    bad = s.derive(s.given(p), "% of", s.now, "{eq} {things} are {bad}.")
    s.now = s.derive(s.now, "-", bad, "That leaves {eq} good {things}.", LEFT)


def sell(s: Story) -> None:
    """All are sold at one price: from here on the story is about money."""
    p = s.rng.choice((2, 3, 4, 5, Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)))
    if s.whole * p > LARGEST:
        raise Reject
    price = s.given(p, money=True)
    s.tell(
        "{hero} sells all of them for {p} each.",
        "All these {things} are sold at {p} each.",
        p=money(p),
    )
    s.now = s.derive(s.now, "*", price, "{hero} earns {eq}.", HAS_MONEY)


# starts: money -------------------------------------------------------------
def work(s: Story) -> None:
    """H hours at r an hour."""
    h, r = s.rng.randint(3, 12), s.rng.randint(5, 20)
    s.tell(
        "{hero} {job} for {h} hours and gets {r} an hour.",
        "{hero} {job} and is paid {r} an hour. This week {hero} works {h} hours.",
        job=s.rng.choice(JOBS), h=s.count(h), r=money(r),
    )  # fmt: skip
    s.now = s.derive(s.given(h), "*", s.given(r, money=True), "{hero} earns {eq}.", HAS_MONEY)


def save_daily(s: Story) -> None:
    """K a week for n weeks."""
    n, k = s.rng.randint(3, 9), s.rng.randint(5, 20)
    s.tell(
        "{hero} saves {k} a week for {n} weeks.",
        "For {n} weeks {hero} puts {k} a week in a jar.",
        n=s.count(n), k=money(k),
    )  # fmt: skip
    s.now = s.derive(s.given(n), "*", s.given(k, money=True), "{hero} saves {eq}.", HAS_MONEY)


def shop(s: Story) -> None:
    """N boxes at p each, and a bag."""
    n = s.rng.randint(3, 9)
    p = s.rng.choice((*range(3, 15), *(Fraction(x, 2) for x in range(3, 16, 2))))
    q = s.rng.randint(4, 40)
    s.tell(
        "{hero} wants {n} {boxes} of {things} at {p} each and a bag for {q}.",
        "A {box} of {things} costs {p} and a bag costs {q}. {hero} takes {n} {boxes} and a bag.",
        n=s.count(n), p=money(p), q=money(q),
    )  # fmt: skip
    cost = s.derive(s.given(n), "*", s.given(p, money=True), "The {boxes} cost {eq}.")
    s.now = s.derive(cost, "+", s.given(q, money=True), "Together that is {eq}.")


# changes: money ------------------------------------------------------------
def pay(s: Story) -> None:
    """X is paid for something."""
    x = bounded(s, 5, int(s.value) - 10)
    s.tell("{hero} pays {x} for {fee}.", "{fee_} costs {hero} {x}.", x=money(x), **fee(s))
    s.now = s.derive(s.now, "-", s.given(x, money=True), "{hero} has {eq} left.", MONEY_LEFT)


def gift(s: Story) -> None:
    """X is added."""
    x = s.rng.randint(10, 80)
    s.tell("{third} adds {x}.", "{hero} gets {x} more from {third}.", x=money(x))
    s.now = s.derive(s.now, "+", s.given(x, money=True), "With that it is {eq}.", MORE_MONEY)


def weekly_cost(s: Story) -> None:
    """K a day for n days is spent."""
    n, k = s.rng.randint(3, 8), s.rng.randint(3, 12)
    s.tell(
        "{hero} spends {k} a day on food for {n} days.",
        "For {n} days {hero} pays {k} a day for food.",
        n=s.count(n), k=money(k),
    )  # fmt: skip
    food = s.derive(s.given(n), "*", s.given(k, money=True), "The food costs {eq}.")
    s.now = s.derive(s.now, "-", food, "After the food {hero} has {eq}.", MONEY_LEFT)


def coupon(s: Story) -> None:
    """p% off."""
    p = s.rng.choice((10, 20, 25, 50))
    s.tell("A coupon takes {p}% off.", "The shop takes {p}% off the price.", p=p)
    off = s.derive(s.given(p), "% of", s.now, "The coupon saves {eq}.")
    s.now = s.derive(s.now, "-", off, "The price is {eq}.")


def tax(s: Story) -> None:
    """p% goes to tax."""
    p = s.rng.choice((10, 20, 25))
    s.tell("{hero} pays {p}% of it as tax.", "{p}% of that goes to tax.", p=p)
    due = s.derive(s.given(p), "% of", s.now, "The tax is {eq}.")
    s.now = s.derive(s.now, "-", due, "After tax it is {eq}.", MONEY_LEFT)


def money(value: int | Fraction) -> str:
    """``$3`` or ``$3.50``."""
    return f"${value}" if isinstance(value, int) else f"${float(value):.2f}"


def fee(s: Story) -> dict[str, object]:
    """What the money goes to, in both spellings."""
    what = s.rng.choice(FEES)
    return {"fee": what, "fee_": what[0].upper() + what[1:]}


def goal(s: Story) -> str:
    """Something to save for."""
    return s.rng.choice(GOALS)


THING_STARTS: tuple[Move, ...] = (groups, dozens, two_days, times, week, more_than)
THING_CHANGES: tuple[Move, ...] = (lose, give, gain, gain_boxes, treat_friends, percent_bad)
MONEY_STARTS: tuple[Move, ...] = (work, save_daily)
MONEY_CHANGES: tuple[Move, ...] = (pay, gift, weekly_cost, tax)
SHOP_STARTS: tuple[Move, ...] = (shop,)
SHOP_CHANGES: tuple[Move, ...] = (coupon,)
