"""The requests that the laws are tried on."""

import itertools

from tests.engines.vllm.judged import offending

from verifirst import models
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.testing.engines import refuted_in

ENGINE = {"model": str(models.path("first_light")), "max_model_len": 512, "block_size": 32}
JUDGED = {"verifier": "tests.engines.vllm.judged:Judged", "segment": "newline"}
PROMPTS = [prompt_text(problem) for problem in itertools.islice(generate("heldout-numbers", 24, seed=5), 24)]


def enforced(problem, prompts=PROMPTS, settings=(), mutants=(), **params):
    """A round: one request a prompt; ``problem`` orders the verifier about (see ``judged``)."""
    extra = {"verifirst_problem": problem} | {f"verifirst_{name}": value for name, value in dict(settings).items()}
    return stock(prompts, **params, extra_args=extra) | {"mutants": list(mutants)}


def stock(prompts=PROMPTS, **params):
    """A round for an engine without enforcement."""
    params = {"temperature": 0, "max_tokens": 160} | params
    return {"requests": [{"prompt": prompt, "params": params} for prompt in prompts]}


def column(round_, name):
    """One field of every completion, in order."""
    return [completion[name] for output in round_["outputs"] for completion in output]


def refuted_steps(problem, text):
    """The steps of a released text that the verifier refutes: none may ever leave."""
    return refuted_in(text, problem, offending)


def nothing(left):
    """Whether nothing is left in the engine."""
    return not any(left.values())
