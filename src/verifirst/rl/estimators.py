"""Estimators of the policy gradient: rollouts and advantages to training rows.

Each function states what its rows estimate: the expectation of the sum over rows and tokens
of ``weight * grad log pi(token)``, per rollout. ``pi`` is the policy that is trained, ``h`` a
step boundary (the prompt and the steps that stand), ``Z(h)`` the probability that a step
sampled there is accepted. The mathematics is in docs/rl.md; each statement is tested against
exact enumeration.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifirst.errors import InputError
from verifirst.rl.rollouts import Branch, Rollout, walk

Advantages = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens to train on after a context, with a weight each.

    ``logprobs`` are those that the tokens were sampled with, for importance ratios.
    """

    context_ids: tuple[int, ...]
    token_ids: tuple[int, ...]
    weights: tuple[float, ...]
    logprobs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """An accepted and a refused step after the same context, each with its raw sampling logprobs.

    ``weight`` shares one unit among the pairs of a boundary.
    """

    context_ids: tuple[int, ...]
    chosen_ids: tuple[int, ...]
    rejected_ids: tuple[int, ...]
    chosen_logprobs: tuple[float, ...]
    rejected_logprobs: tuple[float, ...]
    weight: float = 1.0


def completion_rows(rollouts: Sequence[Rollout], advantages: Advantages) -> list[Row]:
    """Each completion with its rollout's advantage (REINFORCE).

    Of rollouts sampled without rollback: the gradient of the raw policy's expected reward. Of
    verified rollouts: the gradient of the verified policy's expected reward plus a bias, the
    expectation of ``advantage * sum over h of grad log Z(h)``.
    """
    return [_completion(rollout, _same(rollout, advantage)) for rollout, advantage in _pairs(rollouts, advantages)]


def step_rows(rollouts: Sequence[Rollout], advantages: Advantages, penalty: float = 1.0) -> list[Row]:
    """Credit to steps, for rollouts sampled without rollback, of which refuted steps stand.

    Tokens after the first refuted step are left out, those of the step are charged
    ``penalty`` besides the advantage. Where the reward of a rollout with a refuted step is a
    constant, this is the gradient of the raw policy's expected reward, plus ``penalty`` times
    the expectation of the sum of ``grad Z(h)`` over the boundaries up to the first refutation.
    """
    rows = []
    for rollout, advantage in zip(rollouts, advantages, strict=True):
        if advantage is None:
            continue
        weights = _same(rollout, advantage)
        if (refuted := rollout.first_refuted) is not None:
            weights[refuted.end :] = [0.0] * (len(weights) - refuted.end)
            for at in range(refuted.start, refuted.end):
                weights[at] -= penalty
        if any(weights):  # a charge falls where the advantage is 0, too
            rows.append(_completion(rollout, weights))
    return rows


def verified_rows(
    rollouts: Sequence[Rollout], advantages: Advantages, acceptance: float = 0.0, worth: Advantages | None = None
) -> list[Row]:
    """All that was sampled, accepted or refused, with its rollout's advantage.

    The exact gradient of the expected reward of the verified policy as it is sampled, its
    budgets of retries and tokens included: refusals are moves of the environment. With
    ``acceptance``, rows that add this much of the gradient of the sum of log Z(h) over the
    boundaries of the rollout, weighed by its ``worth``: see :func:`acceptance_rows`.

    Raises InputError for rollouts with refusals that were not retried by plain resampling.
    """
    rows = []
    for rollout, advantage in _pairs(rollouts, advantages):
        _check_resampled(rollout)
        rows.append(_completion(rollout, _same(rollout, advantage)))
        for prefix, branch in zip(rollout.prefixes(), rollout.dropped, strict=True):
            rows.append(_dropped(rollout, prefix, branch, advantage))
    return rows + (acceptance_rows(rollouts, acceptance, worth) if acceptance else [])


def acceptance_rows(rollouts: Sequence[Rollout], scale: float = 1.0, worth: Advantages | None = None) -> list[Row]:
    """Steps that were refused at first, against their refusals: raises the acceptance rate.

    A step accepted after n - 1 > 0 refusals weighs 1, each refusal -1 / (n - 1): what came of
    the attempt less the mean of the others (for the accepted one, 0). The expectation at a
    boundary is ``grad log Z(h)``, times ``1 - (1 - Z)^retries`` where retries are limited: at
    a boundary where they ran out there is no contrast. It asks for no reward.

    ``worth`` weighs each rollout's contrasts, say by 1 where its answer is right and else 0: valid
    steps that lead nowhere are then not made likelier. With ``V(h)`` for the worth expected at
    ``h`` and ``V(s)`` for that after the step ``s``, the expectation is the same factor times
    ``V(h) grad log Z(h) + (1 - Z) Cov(V(s), grad log pi(s))``, over accepted steps.
    """
    rows = []
    for rollout, each in _pairs(rollouts, [1.0] * len(rollouts) if worth is None else worth):
        _check_resampled(rollout)
        weight = scale * each
        for start, end, branches in contrasts(rollout):
            context = rollout.prompt_ids + rollout.completion_ids[:start]
            chosen, logprobs = rollout.completion_ids[start:end], rollout.constrained_logprobs[start:end]
            rows.append(Row(context, chosen, (weight,) * len(chosen), logprobs))
            for branch in branches:
                weights = (-weight / len(branches),) * len(branch.token_ids)
                rows.append(Row(context, branch.token_ids, weights, branch.constrained_logprobs))
    return rows


def preference_pairs(rollouts: Sequence[Rollout]) -> list[Pair]:
    """Each accepted step against each of its refusals, for a DPO-style loss.

    At the sampling policy the gradient of ``preference_loss`` over them is ``-beta / 2``
    times what :func:`acceptance_rows` estimates; away from it pairs that are told apart
    already weigh less.
    """
    return [
        Pair(
            rollout.prompt_ids + rollout.completion_ids[:start],
            rollout.completion_ids[start:end],
            branch.token_ids,
            rollout.logprobs[start:end],
            branch.logprobs,
            1 / len(branches),
        )
        for rollout in rollouts
        for start, end, branches in contrasts(rollout)
        for branch in branches
    ]


def contrasts(rollout: Rollout) -> Iterator[tuple[int, int, list[Branch]]]:
    """Boundaries where an attempt was accepted after refusals: (its start, its end, the refused branches).

    To end the text is an attempt, too. Left out are branches that the decoder jumped back over
    since, and those that dropped earlier steps with them: they are no attempts at one step.
    """
    at: dict[int, list[Branch]] = defaultdict(list)
    for branch, (_, live) in zip(rollout.branches, walk(rollout.completion_ids, rollout.branches), strict=True):
        if live and not branch.reopened:
            at[branch.boundary].append(branch)
    spans = [(step.start, step.end) for step in rollout.steps]
    spans.append((spans[-1][1] if spans else 0, len(rollout.completion_ids)))
    for start, end in spans:
        if start < end and start in at:
            yield start, end, at.pop(start)


def _pairs(rollouts: Sequence[Rollout], advantages: Advantages) -> Iterator[tuple[Rollout, float]]:
    """The rollouts that weigh something: None and 0 are left out."""
    for rollout, advantage in zip(rollouts, advantages, strict=True):
        if advantage:
            yield rollout, advantage


def _same(rollout: Rollout, weight: float) -> list[float]:
    return [weight] * len(rollout.completion_ids)


def _completion(rollout: Rollout, weights: Sequence[float]) -> Row:
    return Row(rollout.prompt_ids, rollout.completion_ids, tuple(weights), rollout.constrained_logprobs)


def _dropped(rollout: Rollout, prefix: tuple[int, ...], branch: Branch, weight: float) -> Row:
    weights = (weight,) * len(branch.token_ids)
    return Row(rollout.prompt_ids + prefix, branch.token_ids, weights, branch.constrained_logprobs)


def _check_resampled(rollout: Rollout) -> None:
    if rollout.branches and not rollout.resampled:
        raise InputError(
            "refused steps of this rollout were retried under bans or at another temperature, so that its attempts "
            "do not follow the policy; sample with Settings(ban=False, retry_temperature=1.0)"
        )
