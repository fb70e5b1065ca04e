"""Tails of the binomial distribution, summed and not approximated."""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p


def lower_tail(successes: int, trials: int, share: float) -> float:
    """P(X <= ``successes``) for X binomial with ``trials`` draws of probability ``share`` in (0, 1).

    Terms are computed through logarithms, so that nothing underflows before it matters; the
    relative error is about 1e-9 at a million trials and less below.
    """
    if successes >= trials:
        return 1.0
    log_trials = lgamma(trials + 1)
    return min(
        1.0,
        fsum(
            exp(
                log_trials
                - lgamma(count + 1)
                - lgamma(trials - count + 1)
                + count * log(share)
                + (trials - count) * log1p(-share)
            )
            for count in range(successes + 1)
        ),
    )


def fair_lower_tail(successes: int, trials: int) -> float:
    """P(X <= ``successes``) for ``trials`` tosses of a fair coin: whole numbers, rounded once."""
    ways, total = 1, 0  # of choosing ``count`` of the tosses; of at most as many
    for count in range(min(successes, trials) + 1):
        total += ways
        ways = ways * (trials - count) // (count + 1)
    return total / (1 << trials)
