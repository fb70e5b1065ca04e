"""Labelled steps: solutions that a model sampled, and gold solutions with one step made wrong.

The labels are the oracle's (``verifirst.bench.word_problems.judge``): a step is right when
nothing is wrong with it, read after the steps before it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from verifirst.bench.word_problems import Problem, generate, judge, prompt_text
from verifirst.bench.word_problems.graph import show

BATCH = 128
MOST_TOKENS = 160

EQUATION = re.compile(
    r"(?P<left>\$?\d+(?:\.\d+)?)(?P<sign> [-+*/] |% of )(?P<right>\$?\d+(?:\.\d+)?) = (?P<result>\$?\d+(?:\.\d+)?)"
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SIGNS = (" + ", " - ", " * ")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A derivation with the oracle's word on each step: ``kinds[i]`` is "valid", or why step i is not."""

    problem: Problem
    steps: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, problem: Problem, steps: Sequence[str]) -> Labelled:
        """Label ``steps``; blank ones are left out, as a segmenter would."""
        kept = tuple(step.strip() for step in steps if step.strip())
        return cls(problem, kept, tuple(judgement.kind for judgement in judge(problem, kept)))

    @property
    def right(self) -> tuple[bool, ...]:
        """Whether each step is right."""
        return tuple(kind == "valid" for kind in self.kinds)

    @property
    def to_first_error(self) -> Labelled:
        """The steps up to the first wrong one, which is kept: what a decoder that rolls back would see."""
        end = next((at + 1 for at, kind in enumerate(self.kinds) if kind != "valid"), len(self.kinds))
        return Labelled(self.problem, self.steps[:end], self.kinds[:end])


def sampled(model: Path, split: str, n: int, seed: int) -> list[Labelled]:
    """One solution at temperature 1 of each of ``n`` problems, unverified. Seeded; moves torch's global seed."""
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(model)
    network = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    problems = sorted(generate(split, n, seed), key=lambda problem: len(problem.text))  # little padding
    found: list[Labelled] = []
    for start in range(0, n, BATCH):
        chunk = problems[start : start + BATCH]
        texts = _complete(network, tokenizer, [prompt_text(problem) for problem in chunk])
        found += [Labelled.of(problem, text.split("\n")) for problem, text in zip(chunk, texts, strict=True)]
    return found


@torch.inference_mode()
def _complete(network: AutoModelForCausalLM, tokenizer: AutoTokenizer, prompts: list[str]) -> list[str]:
    inputs = tokenizer(prompts, return_tensors="pt", padding=True)
    width = inputs["input_ids"].shape[1]
    output = network.generate(
        input_ids=inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        max_new_tokens=MOST_TOKENS,
        do_sample=True,
        temperature=1.0,
        top_k=0,
        top_p=1.0,
    )
    texts: list[str] = tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)
    return texts


def corrupted(problems: Iterable[Problem], seed: int) -> Iterator[Labelled]:
    """Gold solutions, each cut after one step that was made wrong; those left right by it are kept, too.

    The changed equation is true again, nine times in ten: what is wrong is which numbers were taken, or what
    was done with them. Such steps pass any check of arithmetic, and a sampler makes too few of them to learn from.
    """
    rng = random.Random(seed)
    for problem in problems:
        steps = list(problem.solution_steps)
        at = rng.randrange(len(steps))
        steps[at] = _wrong(steps[at], _numbers(problem, steps[:at]), rng)
        yield Labelled.of(problem, steps[: at + 1])


def _numbers(problem: Problem, before: Sequence[str]) -> list[str]:
    """Every number that a step may take: the text's, the results so far, and what words stand for."""
    given = [show(quantity.value) for quantity in problem.graph.quantities if quantity.operation == "given"]
    return given + NUMBER.findall(problem.text) + [NUMBER.findall(step)[-1] for step in before if NUMBER.search(step)]


def _wrong(step: str, numbers: Sequence[str], rng: random.Random) -> str:
    found = EQUATION.search(step)
    if found is None:
        return _replaced_number(step, numbers, rng)
    if rng.random() < 0.1:  # noqa: PLR2004  # a slip in the result
        return _put(step, found, result=str(int(Fraction(found["result"].strip("$"))) + rng.choice((-10, -1, 1, 10))))
    for _ in range(20):
        changed = _put(step, found, **_other_operand(found, numbers, rng))
        if changed != step and "= #" not in changed:
            return changed
    return step


def _other_operand(found: re.Match[str], numbers: Sequence[str], rng: random.Random) -> dict[str, str]:
    """Another left side, another right side, or another sign, with the result that then is true; "#" where none is."""
    parts = {name: found[name] for name in ("left", "sign", "right")}
    name = rng.choice(("left", "right", "right", "sign"))
    if name == "sign":
        parts["sign"] = rng.choice(SIGNS)
    else:
        dollar = "$" if parts[name].startswith("$") else ""
        parts[name] = dollar + rng.choice(numbers)
    return parts | {"result": _result(parts, money=found["result"].startswith("$"))}


def _result(parts: dict[str, str], *, money: bool) -> str:
    left, right = (Fraction(parts[name].strip("$")) for name in ("left", "right"))
    if parts["sign"] == " / " and not right:
        return "#"
    value = {
        " + ": left + right,
        " - ": left - right,
        " * ": left * right,
        " / ": left / (right or 1),
        "% of ": left * right / 100,
    }[parts["sign"]]
    if value <= 0 or (value * 100).denominator != 1:
        return "#"
    return show(value, money)


def _put(step: str, found: re.Match[str], **parts: str) -> str:
    """``step`` with the parts of its equation replaced."""
    left, sign, right, result = (parts.get(name, found[name]) for name in ("left", "sign", "right", "result"))
    return f"{step[: found.start()]}{left}{sign}{right} = {result}{step[found.end() :]}"


def _replaced_number(step: str, numbers: Sequence[str], rng: random.Random) -> str:
    """A comparison or an answer with another number in it; a step without one stays."""
    places = list(NUMBER.finditer(step))
    if not places or not numbers:
        return step
    place = rng.choice(places)
    return step[: place.start()] + rng.choice(numbers) + step[place.end() :]
