"""A world of word problems with a known quantity graph, and an independent oracle.

>>> problem = next(iter(generate("dev", 1, seed=0)))
>>> all(step.valid for step in judge(problem, list(problem.solution_steps)))
True
"""

from verifirst.bench.word_problems.generate import SPLITS, Split, generate, prompt_text
from verifirst.bench.word_problems.graph import Graph, Problem, Quantity, Slot, Statement
from verifirst.bench.word_problems.oracle import (
    StepJudgement,
    final_answer,
    is_correct,
    is_spurious,
    judge,
)

__all__ = [
    "SPLITS",
    "Graph",
    "Problem",
    "Quantity",
    "Slot",
    "Split",
    "Statement",
    "StepJudgement",
    "final_answer",
    "generate",
    "is_correct",
    "is_spurious",
    "judge",
    "prompt_text",
]
