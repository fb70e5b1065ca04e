"""Accuracy, spurious-correct rate and error kinds of a checkpoint, judged by the oracle.

python -m recipes.word_problems.evaluate first_light --problems 400
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

from verifirst.bench.word_problems import SPLITS, Problem, generate, is_correct, judge, prompt_text
from verifirst.bench.word_problems.graph import show
from verifirst.bench.word_problems.sentence import same_answer
from verifirst.errors import BudgetExceeded
from verifirst.formalising import program_prompt
from verifirst.models import path
from verifirst.solvers.program import ProgramError, run


@dataclass(slots=True)
class Score:
    """Counts over problems; ``first_errors`` counts the kind of the first invalid step."""

    problems: int = 0
    correct: int = 0
    valid: int = 0
    spurious: int = 0
    tokens: int = 0
    first_errors: Counter[str] = field(default_factory=Counter)
    by_question: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, problem: Problem, text: str, tokens: int) -> None:
        """Judge one completion."""
        steps = text.split("\n")
        judgements = judge(problem, steps)
        correct, valid = is_correct(problem, steps), all(j.valid for j in judgements)
        self.problems += 1
        self.tokens += tokens
        self.correct += correct
        self.valid += correct and valid
        self.spurious += correct and not valid
        self.by_question[problem.asks, "n"] += 1
        self.by_question[problem.asks, "correct"] += correct
        if not valid:
            self.first_errors[next(j.kind for j in judgements if not j.valid)] += 1

    def __str__(self) -> str:
        n, right = max(1, self.problems), max(1, self.correct)
        kinds = ", ".join(f"{k} {100 * c / n:.1f}%" for k, c in self.first_errors.most_common())
        asked = ", ".join(
            f"{q} {100 * self.by_question[q, 'correct'] / self.by_question[q, 'n']:.0f}%"
            for q in sorted({q for q, _ in self.by_question})
        )
        return (
            f"n={self.problems} right {100 * self.correct / n:.1f}% "
            f"all-valid {100 * self.valid / n:.1f}% "
            f"spurious {100 * self.spurious / right:.1f}% of right, {self.tokens / n:.0f} tokens\n"
            f"    first errors: {kinds}\n    right by question: {asked}"
        )


@torch.inference_mode()
def complete(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, prompts: list[str], temperature: float
) -> list[tuple[str, int]]:
    """A completion of each prompt and its tokens; greedy at temperature 0."""
    inputs = tokenizer(prompts, return_tensors="pt", padding=True)
    sampling = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
    output = model.generate(
        input_ids=inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        max_new_tokens=160,
        **(sampling if temperature else {"do_sample": False}),
    )
    rows = [
        [t for t in row.tolist() if t != tokenizer.pad_token_id] for row in output[:, inputs["input_ids"].shape[1] :]
    ]
    return [(tokenizer.decode(ids, skip_special_tokens=True), len(ids)) for ids in rows]


def score(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    problems: list[Problem],
    temperature: float,
    seed: int = 0,
) -> Score:
    """Decode each problem once (greedily at temperature 0) and judge it."""
    torch.manual_seed(seed)
    result = Score()
    for start in range(0, len(problems), 100):
        chunk = problems[start : start + 100]
        completions = complete(model, tokenizer, [prompt_text(p) for p in chunk], temperature)
        for problem, (text, tokens) in zip(chunk, completions, strict=True):
            result.add(problem, text, tokens)
    return result


def score_programs(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    problems: list[Problem],
    temperature: float,
    seed: int = 0,
) -> float:
    """The share of problems whose program has the right answer, decoded once each."""
    torch.manual_seed(seed)
    right = 0
    for start in range(0, len(problems), 100):
        chunk = problems[start : start + 100]
        completions = complete(model, tokenizer, [program_prompt(p.text) for p in chunk], temperature)
        right += sum(same_answer(answer_of(text), p.answer) for p, (text, _) in zip(chunk, completions, strict=True))
    return right / max(1, len(problems))


def answer_of(program: str) -> str:
    """What a program answers, as solutions write it; empty where it cannot be run or its answer cannot be written."""
    try:
        answer = run(program).answer
        return show(answer) if isinstance(answer, Fraction) else str(answer)
    except (ProgramError, BudgetExceeded, ValueError):
        return ""


def main() -> None:
    """Print the figures of one checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="the name of a shipped model, or a folder")
    parser.add_argument("--problems", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=["heldout-numbers", "heldout-templates"])
    args = parser.parse_args()
    folder = Path(args.model)
    if not folder.is_dir():
        folder = path(args.model)
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    for split in args.splits:
        problems = list(generate(split, args.problems, args.seed))
        for temperature in (0.0, 1.0):
            begun = time.process_time()
            result = score(model, tokenizer, problems, temperature, args.seed)
            spent = time.process_time() - begun
            print(f"{split}, T={temperature:g}, {spent:.0f} CPU s: {result}", flush=True)
            written = score_programs(model, tokenizer, problems, temperature, args.seed)
            print(f"{split}, T={temperature:g}: {written:.1%} of the programs have the right answer", flush=True)


if __name__ == "__main__":
    main()
