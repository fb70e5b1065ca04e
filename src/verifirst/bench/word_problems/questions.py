"""Questions: how a story ends, and the steps that lead to its answer.

Four kinds: "value" asks for a quantity; "compare", "enough" and "packs" have
answers of low entropy, which a wrong computation may well hit by luck.
"""

from __future__ import annotations

import math
from fractions import Fraction

from verifirst.bench.word_problems.graph import Slot, show
from verifirst.bench.word_problems.moves import Move, bounded, goal, money
from verifirst.bench.word_problems.story import Reject, Story


def ask(s: Story, *variants: str, **numbers: object) -> None:
    """The question is the last sentence."""
    s.tell(*variants, **numbers)


def conclude_value(s: Story) -> None:
    """The answer is the current quantity."""
    q = s.quantity(s.now)
    s.conclude(show(q.value, q.money), "value")


def near(s: Story, low: float = 0.6, high: float = 1.5) -> int:
    """A number of the size of the current quantity, never equal to it."""
    n = bounded(s, math.ceil(low * s.value), math.floor(high * s.value))
    if n in (s.value, 1):
        raise Reject
    return n


# things --------------------------------------------------------------------
def how_many(s: Story) -> None:
    """What is there in the end."""
    ask(
        s,
        "How many {things} does {hero} have at the end?",
        "What is the number of {things} that {hero} has in the end?",
    )
    conclude_value(s)


def still_needed(s: Story) -> None:
    """What is missing to t."""
    t = bounded(s, s.whole + 5, s.whole + 99)
    s.tell("{event_} needs {t} {things}.", "{hero} needs {t} {things} for {event}.", t=t, **event(s))
    s.now = s.derive(s.given(t), "-", s.now, "{hero} still needs {eq} {things}.")
    ask(s, "How many more {things} does {hero} need?", "How many {things} are missing?")
    conclude_value(s)


def share(s: Story) -> None:
    """Equal shares, only where they come out even."""
    fits = [n for n in range(3, 13) if s.whole % n == 0]
    if not fits:
        raise Reject
    n = s.rng.choice(fits)
    s.tell("{hero} puts them equally into {n} bowls.", "They go equally into {n} bowls.", n=n)
    s.now = s.derive(s.now, "/", s.given(n), "Each bowl holds {eq} {things}.")
    ask(s, "How many {things} are in each bowl?", "How many {things} does a bowl hold?")
    conclude_value(s)


def together(s: Story) -> None:
    """The sum with what someone else has."""
    b = s.rng.randint(12, 99)
    s.tell("{rival} has {b} {things}.", "{rival} owns {b} {things}.", b=b)
    s.now = s.derive(s.now, "+", s.given(b), "Together they have {eq} {things}.")
    ask(
        s,
        "How many {things} do {hero} and {rival} have together?",
        "How many {things} do they have in total?",
    )
    conclude_value(s)


def packs(s: Story) -> None:
    """Bags of k, rounded up: an error of a few things is often absorbed."""
    k = s.rng.choice((2, 4, 5, 10, 20))
    if s.whole % k == 0 or s.whole < 2 * k:
        raise Reject
    s.tell("A bag holds {k} {things}.", "{hero} puts {k} {things} in a bag.", k=k)
    per = s.given(k)
    left = s.quantity(s.now).value
    exact = s.add(left / k, "/", (s.now, per), False)
    bags = s.add(Fraction(math.ceil(left / k)), "ceil", (exact,), False)
    template = s.fill("{eq}, so {hero} needs {result} bags.")
    s.state(template, Slot("=", exact), Slot("=", bags))
    result = show(s.quantity(bags).value)
    s.steps.append(template.format(eq=f"{show(left)} / {k} = {show(left / k)}", result=result))
    ask(s, "How many bags does {hero} need?", "How many bags are needed for all of them?")
    s.conclude(result, "packs")


def enough_things(s: Story) -> None:
    """Is it enough for t?"""
    t = near(s)
    s.tell("{event_} needs {t} {things}.", "{hero} needs {t} {things} for {event}.", t=t, **event(s))
    target = s.given(t)
    yes = s.compare(s.now, target, "{eq}, so {hero} has enough.", "{eq}, so that is not enough.")
    ask(s, "Does {hero} have enough?", "Are there enough {things}?")
    s.conclude("yes" if yes else "no", "enough")


def who_has_more(s: Story) -> None:
    """A comparison with a given number."""
    b = near(s)
    s.tell("{rival} has {b} {things}.", "{rival} owns {b} {things}.", b=b)
    finish_comparison(s, s.given(b), "{things}")


def who_has_more_boxes(s: Story) -> None:
    """A comparison with a product."""
    n = s.rng.randint(3, 9)
    k = bounded(s, math.ceil(Fraction(6, 10) * s.value / n), math.floor(Fraction(3, 2) * s.value / n))
    if k in (1, 2):
        raise Reject
    s.tell("{rival} has {n} {boxes} of {k} {things}.", "{rival} owns {n} {boxes} with {k} each.", n=s.count(n), k=k)
    theirs = s.derive(s.given(n), "*", s.given(k), "{rival} has {eq} {things}.")
    finish_comparison(s, theirs, "{things}")


def finish_comparison(s: Story, theirs: str, what: str) -> None:
    """The comparison step, the question with the names in random order, the answer."""
    more = s.compare(s.now, theirs, "{eq}, so {hero} has more.", "{eq}, so {rival} has more.")
    pair = [s.hero, s.rival]
    s.rng.shuffle(pair)
    ask(s, "Who has more " + what + ", {a} or {b}?", "Who has more: {a} or {b}?", a=pair[0], b=pair[1])
    s.conclude(s.hero if more else s.rival, "compare")


def event(s: Story) -> dict[str, object]:
    """The event, as the subject of a sentence."""
    return {"event_": s.theme.event[0].upper() + s.theme.event[1:]}


# money ---------------------------------------------------------------------
def how_much(s: Story) -> None:
    """The money in the end."""
    ask(
        s,
        "How much money does {hero} have at the end?",
        "What amount of money does {hero} have in the end?",
    )
    conclude_value(s)


def how_much_missing(s: Story) -> None:
    """What is missing to a price."""
    c = bounded(s, int(s.value) + 5, int(s.value) + 99)
    s.tell("{hero} wants a {goal} for {c}.", "A {goal} costs {c}.", goal=goal(s), c=money(c))
    s.now = s.derive(s.given(c, money=True), "-", s.now, "{hero} still needs {eq}.")
    ask(s, "How much more does {hero} need for it?", "How much is missing?")
    conclude_value(s)


def enough_money(s: Story) -> None:
    """Is it enough for a price?"""
    c = near(s)
    s.tell("{hero} wants a {goal} for {c}.", "A {goal} costs {c}.", goal=goal(s), c=money(c))
    price = s.given(c, money=True)
    yes = s.compare(s.now, price, "{eq}, so {hero} has enough.", "{eq}, so that is not enough.")
    ask(s, "Can {hero} buy it?", "Does {hero} have enough for it?")
    s.conclude("yes" if yes else "no", "enough")


def who_has_more_money(s: Story) -> None:
    """A comparison with a given amount."""
    c = near(s)
    s.tell("{rival} has {c}.", "{rival} owns {c}.", c=money(c))
    finish_comparison(s, s.given(c, money=True), "money")


# shop ----------------------------------------------------------------------
def change(s: Story) -> None:
    """The change from a note."""
    bill = next((b for b in (20, 50, 100, 200) if b > s.value + 1), None)
    if bill is None:
        raise Reject
    s.tell("{hero} pays with {bill}.", "{hero} gives the shop {bill}.", bill=money(bill))
    s.now = s.derive(s.given(bill, money=True), "-", s.now, "The change is {eq}.")
    ask(s, "How much change does {hero} get?", "What is the change?")
    conclude_value(s)


def total_price(s: Story) -> None:
    """The price in the end."""
    ask(s, "How much does {hero} pay?", "What does {hero} pay in the end?")
    conclude_value(s)


def can_pay(s: Story) -> None:
    """Is the purse enough for the price?"""
    c = near(s)
    s.tell("{hero} has {c}.", "There is {c} in the purse of {hero}.", c=money(c))
    purse = s.given(c, money=True)
    yes = s.compare(purse, s.now, "{eq}, so {hero} has enough.", "{eq}, so that is not enough.")
    ask(s, "Is that enough?", "Can {hero} pay for everything?")
    s.conclude("yes" if yes else "no", "enough")


THING_QUESTIONS: tuple[tuple[Move, int], ...] = (
    (how_many, 4),
    (still_needed, 4),
    (share, 3),
    (together, 4),
    (packs, 3),
    (enough_things, 2),
    (who_has_more, 1),
    (who_has_more_boxes, 1),
)
MONEY_QUESTIONS: tuple[tuple[Move, int], ...] = (
    (how_much, 4),
    (how_much_missing, 4),
    (enough_money, 2),
    (who_has_more_money, 1),
)
SHOP_QUESTIONS: tuple[tuple[Move, int], ...] = ((change, 3), (total_price, 3), (can_pay, 2))
