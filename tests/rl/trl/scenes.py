"""Small trainers over the shipped base model, and what its verifier does to it."""

import itertools
from functools import partial

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from verifirst import models
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.verifier import Verifier

MODEL = str(models.path("first_light_base"))
PROBLEMS = list(itertools.islice(generate("train", 12, seed=1), 12))
ACCEPT_ALL = partial(Verifier, [])


def length(completions, **_):
    """A reward that differs between completions."""
    return [float(len(text)) for text in completions]


def config(folder, **changes):
    """Settings for a CPU: 8 rollouts a step, 4 for each prompt."""
    given = {
        "output_dir": str(folder),
        "max_steps": 2,
        "per_device_train_batch_size": 8,
        "num_generations": 4,
        "max_completion_length": 96,
        "learning_rate": 1e-3,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": True,
        "bf16": False,
    }
    return GRPOConfig(**(given | changes))


def dataset(problems=PROBLEMS):
    return Dataset.from_dict({"prompt": [prompt_text(p) for p in problems], "answer": [p.answer for p in problems]})


def trainer(folder, rollouts, *, kind=GRPOTrainer, reward=length, config_changes=(), **options):
    """A trainer that has not begun."""
    given = {
        "model": MODEL,
        "reward_funcs": reward,
        "args": config(folder, **dict(config_changes)),
        "train_dataset": dataset(),
        "rollout_func": rollouts,
    }
    return kind(**(given | options))


def examples(count=8, each=4):
    """Rows of the data set as TRL hands them to a generation: each ``each`` times."""
    rows = [row for row in dataset() for _ in range(each)]
    return [dict(row) for row in rows[:count]]
