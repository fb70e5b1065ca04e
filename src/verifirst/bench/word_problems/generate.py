"""Draw problems. The same ``(split, n, seed)`` gives the same problems on any machine.

Splits: the structure of a story (kinds of sentences, in order) is its
*template*; one template in ten is kept for "heldout-templates". Problems of
the other templates go to "train", "dev" or "heldout-numbers" by a hash of
their text, so no text is ever in two splits whatever the seeds.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Literal, get_args

from verifirst.bench.word_problems import moves, questions
from verifirst.bench.word_problems.graph import Problem
from verifirst.bench.word_problems.moves import LARGEST, Move
from verifirst.bench.word_problems.story import Reject, Story
from verifirst.bench.word_problems.wording import DISTRACTIONS

Split = Literal["train", "dev", "heldout-numbers", "heldout-templates"]
SPLITS: tuple[str, ...] = get_args(Split)

MIN_STEPS, MAX_STEPS = 3, 7
"""Lines of a gold solution, the answer line included."""

DISTRACTION_RATE = 0.25


def generate(split: str, n: int, seed: int) -> Iterator[Problem]:
    """Yield ``n`` distinct problems of ``split`` (one of ``SPLITS``).

    Raises ValueError for an unknown split.
    """
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}: expected one of {', '.join(SPLITS)}")
    rng = random.Random(f"{split}/{seed}")
    seen: set[str] = set()
    while len(seen) < n:
        template, plan = draw_plan(rng)
        if (split == "heldout-templates") != is_held_out(template):
            continue
        problem = draw(rng, template, plan)
        if problem is None or problem.split != split or problem.text in seen:
            continue
        seen.add(problem.text)
        yield problem


def draw_plan(rng: random.Random) -> tuple[str, list[Move]]:
    """The kinds of sentences of one story: (template name, moves in order)."""
    family = rng.choices(("things", "sale", "money", "shop"), (10, 3, 3, 3))[0]
    plan: list[Move]
    asked = questions.MONEY_QUESTIONS
    if family == "shop":
        plan = [*moves.SHOP_STARTS, *rng.sample(moves.SHOP_CHANGES, rng.randint(0, 1))]
        asked = questions.SHOP_QUESTIONS
    elif family == "money":
        plan = [rng.choice(moves.MONEY_STARTS), *rng.sample(moves.MONEY_CHANGES, rng.randint(1, 2))]
    else:
        changes = rng.sample(moves.THING_CHANGES, rng.choice((1, 2, 2)))
        plan = [rng.choice(moves.THING_STARTS), *changes]
        if family == "sale":
            plan = [*plan[:2], moves.sell, *rng.sample(moves.MONEY_CHANGES[:2], rng.randint(0, 1))]
        else:
            asked = questions.THING_QUESTIONS
    plan.append(rng.choices([q for q, _ in asked], [w for _, w in asked])[0])
    return family + "/" + "+".join(move.__name__ for move in plan), plan


def is_held_out(template: str) -> bool:
    """True for the one template in ten that training never sees."""
    return digest(template) % 10 == 0


def draw(rng: random.Random, template: str, plan: list[Move]) -> Problem | None:
    """Play the moves once; None when the numbers drawn make no sense."""
    story = Story(rng)
    try:
        for move in plan:
            move(story)
            if story.value > LARGEST:
                return None
    except Reject:
        return None
    if not MIN_STEPS <= len(story.steps) <= MAX_STEPS:
        return None
    add_distraction(story)
    text = " ".join(story.sentences)
    return Problem(
        id=f"wp-{digest(text):012x}",
        text=text,
        answer=story.answer,
        solution_steps=tuple(story.steps),
        graph=story.graph(),
        template=template,
        asks=story.asks,
        split=split_of(template, text),
    )


def add_distraction(story: Story) -> None:
    """Now and then, a sentence whose number is of no use."""
    if story.rng.random() < DISTRACTION_RATE:
        words = {"name": story.hero, "other": story.other, "n": story.rng.randint(11, 60)}
        sentence = story.rng.choice(DISTRACTIONS).format(**words)
        story.sentences.insert(story.rng.randrange(len(story.sentences)), sentence)


def split_of(template: str, text: str) -> str:
    """The one split that a problem belongs to."""
    if is_held_out(template):
        return "heldout-templates"
    return {0: "dev", 1: "heldout-numbers"}.get(digest(text) % 10, "train")


def digest(text: str) -> int:
    """48 bits of SHA-256: the same on every machine, unlike ``hash``."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def prompt_text(problem: Problem) -> str:
    """What the shipped models read: the problem and one newline.

    They answer with the steps, one a line, and the end-of-text token right
    after the last line. No special token stands before the prompt.
    """
    return problem.text + "\n"
