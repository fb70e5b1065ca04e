"""The protocol written down a second time, naively: greedy decoding under a verifier, one forward pass a token.

No cache, no tries, no late verdicts: the whole text is decoded and cut again for each token.
"""

import functools

from tests.engines.vllm.judged import offending

from verifirst import models


@functools.cache
def loaded():
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    path = str(models.path("first_light"))
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    return model, AutoTokenizer.from_pretrained(path)


def verified_greedy(prompt, problem, max_tokens, retries_per_boundary=8):
    """(text, finish reason, refusals) of greedy decoding where ``offending(problem, step)`` refutes steps."""
    model, tokenizer = loaded()
    ids = tokenizer(prompt)["input_ids"]
    eos = model.generation_config.eos_token_id
    tokens, boundary, banned, refusals, total = [], 0, [], 0, 0
    while True:
        token = best(model, ids + tokens, {path[-1] for path in banned if tokens[boundary:] == path[:-1]})
        tokens.append(token)
        ended = token == eos or len(tokens) == max_tokens
        if not (ended or "\n" in tokenizer.decode([token])):
            continue
        step = tokenizer.decode(tokens[boundary:], skip_special_tokens=True)
        assert step.find("\n") in (-1, len(step) - 1), "the shipped tokenizer keeps line ends to themselves"
        at = offending(problem, step.strip()) if step.strip() else None
        if at is None:
            boundary, banned, refusals = len(tokens), [], 0
        else:
            total += 1
            refusals += 1
            banned.append(tokens[boundary : boundary + covering(tokenizer, tokens[boundary:], step, at)])
            del tokens[boundary:]
            ended = False
        if refusals > retries_per_boundary:
            return tokenizer.decode(tokens, skip_special_tokens=True), "exhausted", total
        if ended:
            reason = "stop" if token == eos else "length"
            return tokenizer.decode(tokens, skip_special_tokens=True), reason, total


def best(model, ids, banned):
    import torch

    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    logits[list(banned)] = -torch.inf
    return int(logits.argmax())


def covering(tokenizer, tokens, step, at):
    """How many of the step's tokens spell its first ``at`` characters, leading blanks not counted."""
    blanks = len(step) - len(step.lstrip())
    for count in range(1, len(tokens) + 1):
        if len(tokenizer.decode(tokens[:count], skip_special_tokens=True)) >= blanks + at:
            return count
    return len(tokens)
