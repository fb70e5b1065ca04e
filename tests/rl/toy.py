"""A policy small enough to write down: a table of logits, and every way its decoder can go.

Four tokens: ``a`` and ``b`` end a line, ``c`` does not, and the end of the text. A state is
the number of output tokens and the last one. Verdicts are decided by the step's text.
"""

from dataclasses import dataclass, replace
from math import exp
from types import SimpleNamespace

import torch

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.verdict import Status, Verdict
from verifirst.decoding import DualStream, FinishReason, Settings
from verifirst.decoding.text import ByteDetokenizer
from verifirst.engines.base import Output
from verifirst.policy import OnRefuted, Policy
from verifirst.rl.losses import policy_loss
from verifirst.rl.rollouts import Rollout
from verifirst.segment import segmenter

A, B, C, END = range(4)
SPELLING = [b"a\n", b"b\n", b"c", b""]
PROMPT = (C,)
PLAIN = Settings(ban=False, back_jump=False, retries_per_boundary=1, retries_per_request=99, work_factor=99.0)
FLAG = Policy(on_refuted=OnRefuted.FLAG)


def holds_b(text):
    return "b" in text


def holds_b_or_is_c(text):
    return "b" in text or text == "c"


class Table(torch.nn.Module):
    """Logits by state; called as a causal language model is, with prompts of one token."""

    def __init__(self, seed, longest=5):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.logits = torch.nn.Parameter(torch.randn(longest + 1, 4, 4, generator=generator, dtype=torch.float64))

    def forward(self, input_ids, attention_mask=None):
        return SimpleNamespace(logits=self.logits[torch.arange(input_ids.shape[1])[None], input_ids])

    def logprob(self, before, token):
        """Of ``token`` after the output tokens ``before``; differentiable."""
        return self.logits[len(before), [*PROMPT, *before][-1]].log_softmax(-1)[token]

    def known(self):
        """Log-probabilities as numbers: state, last token, token."""
        return self.logits.detach().log_softmax(-1).tolist()

    def gradient(self, value):
        """Of ``value`` by the table, flat."""
        self.zero_grad()
        value.backward()
        return self.logits.grad.clone().flatten()


@dataclass(frozen=True)
class Way:
    """One way that sampling can go: all that was sampled, and what came of it.

    ``sampled`` are (output tokens before, the last of them, token).
    """

    probability: float
    sampled: tuple[tuple[int, int, int], ...]
    rollout: Rollout


def ways(table, max_tokens, bad=holds_b, settings=PLAIN, policy=None, cause=None):
    """Every way, through the real decoder: their probabilities sum to 1."""
    found, todo, known = [], [()], table.known()
    while todo:
        choices = todo.pop()
        way = play(known, choices, max_tokens, bad, settings, policy or Policy(), cause)
        if way is None:
            todo += [(*choices, token) for token in range(4)]
        else:
            found.append(way)
    return found


def play(known, choices, max_tokens, bad, settings, policy, cause):
    """Sample ``choices`` in turn; None where there are too few to finish."""
    detokenizer = ByteDetokenizer(SPELLING)
    stream = DualStream(0, max_tokens, detokenizer, segmenter("newline"), policy, settings)
    total, sampled = 0.0, []
    for token in choices:
        state = (len(stream.tokens), (stream.tokens or PROMPT)[-1], token)
        logprob = known[state[0]][state[1]][token]
        total += logprob
        sampled.append(state)
        (stream.append_end if token == END else stream.append)(token, logprob)
        while items := stream.take_submissions():
            for item in items:
                stream.deliver(item.ticket, report(item.step, bad, cause))
    if not stream.finished:
        return None
    return Way(exp(total), tuple(sampled), Rollout.of(Output.of(stream, PROMPT, enforced=True)))


def expected_gradient(table, found, reward):
    """Of the expected reward, from the probabilities of everything sampled and nothing else."""
    weights = torch.zeros_like(table.logits)
    for way in found:
        for state in way.sampled:
            weights[state] += way.probability * reward(way.rollout)
    return table.gradient((weights * table.logits.log_softmax(-1)).sum())


def report(step, bad, cause):
    refuted = bad(step.text)
    verdict = Verdict(Status.REFUTED if refuted else Status.VERIFIED, Claim(0, len(step.text)), "T001", offending=1)
    return Report(step, (verdict,), cause=cause(step) if refuted and cause else None)


def estimate(table, found, rows):
    """The exact expectation of what ``rows(rollout)`` estimates."""
    weighed = [
        replace(row, weights=tuple(way.probability * weight for weight in row.weights))
        for way in found
        for row in rows(way.rollout)
    ]
    return -table.gradient(policy_loss(table, [row for row in weighed if any(row.weights)], per=1, clip=None))


def reward(rollout):
    """Any reward: it tells every outcome from every other."""
    value = 0.3
    for token in rollout.completion_ids:
        value = (value * 7.3 + token + 0.61) % 1.0
    return value - (0.4 if rollout.finish_reason is FinishReason.EXHAUSTED else 0.0)


# -- closed forms, which know no decoder -------------------------------------------------


def attempts(table, prefix, max_tokens, bad):
    """What can be sampled at a boundary: (log-probability, the output then, finish reason or None, refuted)."""
    todo = [(torch.zeros((), dtype=torch.float64), ())]
    while todo:
        logprob, step = todo.pop()
        for token in range(4):
            total, longer = logprob + table.logprob((*prefix, *step), token), (*step, token)
            text = b"".join(SPELLING[token] for token in longer).decode().strip()
            full = len(prefix) + len(longer) == max_tokens
            if token == END:
                yield total, (*prefix, *longer), FinishReason.STOP, bool(text) and bad(text)
            elif token != C:
                yield total, (*prefix, *longer), FinishReason.LENGTH if full else None, bad(text)
            elif full:  # cut short: dropped where it reads as false, and no retry
                kept = prefix if bad(text) else (*prefix, *longer)
                yield total, kept, FinishReason.LENGTH, False
            else:
                todo.append((total, longer))


def outcome(prefix, reason):
    return reward(Rollout(PROMPT, prefix, (), (), "", reason))


def acceptance(table, prefix, max_tokens, bad):
    """Z(h): the probability that an attempt is not refused."""
    return sum(lp.exp() for lp, _, _, refuted in attempts(table, prefix, max_tokens, bad) if not refuted)


def value(table, max_tokens, bad, tries=None, prefix=()):
    """Expected reward from a boundary on, where a step may be tried ``tries`` times (None: until accepted)."""
    accepted, refused = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for logprob, output, reason, refuted in attempts(table, prefix, max_tokens, bad):
        if refuted:
            refused = refused + logprob.exp()
            continue
        ahead = outcome(output, reason) if reason else value(table, max_tokens, bad, tries, output)
        accepted = accepted + logprob.exp() * ahead
    if tries is None:
        return accepted / (1 - refused)
    law = sum(refused**k for k in range(tries))  # geometric, cut off
    return accepted * law + refused**tries * outcome(prefix, FinishReason.EXHAUSTED)
