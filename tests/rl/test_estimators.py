"""Each estimator against exact enumeration of everything that a toy policy can sample."""

from dataclasses import replace
from itertools import pairwise
from statistics import median

import pytest

torch = pytest.importorskip("torch", reason="estimators are torch")

from hypothesis import given  # noqa: E402  # after importorskip
from hypothesis import settings as tries  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tests.rl.toy import (  # noqa: E402
    FLAG,
    PLAIN,
    PROMPT,
    Table,
    acceptance,
    attempts,
    estimate,
    expected_gradient,
    holds_b,
    holds_b_or_is_c,
    outcome,
    reward,
    value,
    ways,
)

from verifirst.decoding import FinishReason, Release, Settings  # noqa: E402
from verifirst.errors import InputError  # noqa: E402
from verifirst.rl.advantages import group_advantages  # noqa: E402
from verifirst.rl.estimators import (  # noqa: E402
    acceptance_rows,
    completion_rows,
    contrasts,
    preference_pairs,
    step_rows,
    verified_rows,
)
from verifirst.rl.losses import policy_loss, preference_loss  # noqa: E402

TINY = 1e-10
VERIFIERS = [holds_b, holds_b_or_is_c]


def gap(found, expected):
    return (found - expected).abs().max().item()


def exact(rollout):
    return verified_rows([rollout], [reward(rollout)])


def accepted_only(rollout):
    return completion_rows([rollout], [reward(rollout)])


@pytest.mark.parametrize("bad", VERIFIERS)
def test_the_ways_of_the_toy_are_all_of_them(bad):
    found = ways(Table(0), 3, bad)
    assert sum(way.probability for way in found) == pytest.approx(1, abs=1e-12)
    expected = sum(way.probability * reward(way.rollout) for way in found)
    assert expected == pytest.approx(value(Table(0), 3, bad, tries=2).item(), abs=1e-12)


@pytest.mark.parametrize("bad", VERIFIERS)
def test_outcome_reward_on_raw_rollouts_is_the_gradient_of_the_raw_policy(bad):
    table = Table(1)
    found = ways(table, 4, bad, policy=FLAG)
    everything_stands = value(table, 4, lambda text: False)
    assert gap(estimate(table, found, accepted_only), table.gradient(everything_stands)) < TINY


@pytest.mark.parametrize("bad", VERIFIERS)
@pytest.mark.parametrize("retries", [0, 1])
def test_accepted_and_refused_is_the_gradient_of_the_verified_policy_with_its_cap(bad, retries):
    table = Table(2)
    found = ways(table, 3, bad, replace(PLAIN, retries_per_boundary=retries))
    assert gap(estimate(table, found, exact), table.gradient(value(table, 3, bad, tries=retries + 1))) < TINY


DECODERS = st.builds(
    Settings,
    retries_per_boundary=st.integers(0, 1),
    reopens_per_boundary=st.integers(0, 1),
    retries_per_request=st.integers(0, 3),
    work_factor=st.sampled_from([1.0, 1.5, 99.0]),
    back_jump=st.booleans(),
    ban=st.just(False),
    release=st.sampled_from(Release),
)
CAUSES = st.sampled_from([None, lambda step: 0, lambda step: max(0, step.index - 1)])


@tries(max_examples=40, deadline=None)
@given(DECODERS, st.sampled_from(VERIFIERS), CAUSES, st.integers(0, 9))
def test_accepted_and_refused_is_exact_whatever_the_decoder_does(settings, bad, cause, seed):
    """Jumps back, budgets and causes too: every sampled token is counted, once, after the tokens it followed."""
    table = Table(seed)
    found = ways(table, 2, bad, settings, cause=cause)
    assert gap(estimate(table, found, exact), expected_gradient(table, found, reward)) < TINY


def test_two_retries_are_exact_too():
    table = Table(2)
    found = ways(table, 3, holds_b, replace(PLAIN, retries_per_boundary=2))
    assert gap(estimate(table, found, exact), table.gradient(value(table, 3, holds_b, tries=3))) < TINY


def test_a_cap_on_retries_is_another_policy_and_the_gap_closes_geometrically():
    table = Table(3)
    without = table.gradient(value(table, 3, holds_b))
    gaps = [(table.gradient(value(table, 3, holds_b, tries=n)) - without).abs().max() for n in (1, 2, 4, 8, 16, 64)]
    assert all(later < earlier * 0.9 for earlier, later in pairwise(gaps))
    assert gaps[-1] < TINY


def boundaries(table, max_tokens, bad, prefix=(), reach=1.0):
    """(prefix, probability that sampling comes by) under the policy that retries until accepted."""
    yield prefix, reach
    share = acceptance(table, prefix, max_tokens, bad).item()
    for logprob, output, reason, refuted in attempts(table, prefix, max_tokens, bad):
        if reason is None and not refuted:
            yield from boundaries(table, max_tokens, bad, output, reach * logprob.exp().item() / share)


def accepted_paths(table, max_tokens, bad, prefix=(), path=()):
    """Every accepted completion: its boundaries with what was accepted there, the output, the finish reason."""
    for logprob, output, reason, refuted in attempts(table, prefix, max_tokens, bad):
        if refuted:
            continue
        longer = (*path, (prefix, logprob))
        if reason:
            yield longer, outcome(output, reason)
        else:
            yield from accepted_paths(table, max_tokens, bad, output, longer)


def verified_probability(table, path, max_tokens, bad):
    total = 1.0
    for prefix, logprob in path:
        total *= (logprob.exp() / acceptance(table, prefix, max_tokens, bad)).item()
    return total


def test_accepted_only_is_off_by_what_the_page_says():
    """Its bias without a cap: E[R sum grad log Z(h)]; with 40 tries the cap is gone."""
    table, bad, longest = Table(4), holds_b, 2
    scores, drift = 0.0, 0.0
    for path, got in accepted_paths(table, longest, bad):
        probability = verified_probability(table, path, longest, bad)
        scores = scores + probability * got * sum(logprob for _, logprob in path)
        drift = drift + probability * got * sum(acceptance(table, prefix, longest, bad).log() for prefix, _ in path)
    truth, bias = table.gradient(value(table, longest, bad)), table.gradient(drift)
    assert gap(table.gradient(scores), truth + bias) < TINY
    assert bias.abs().max() > 0.3 * truth.abs().max(), "a bias worth stating"
    found = ways(table, longest, bad, replace(PLAIN, retries_per_boundary=4))
    left = estimate(table, found, accepted_only) - (truth + bias)
    assert left.abs().max() < 0.05 * bias.abs().max(), "the rows are those of the closed form, but for the cap"


def test_accepted_only_with_the_value_of_each_boundary_as_baseline_is_unbiased():
    """The bias is a sum of E[R | h] grad log Z(h): nothing is left of it where the baseline is the value."""
    table, bad, longest = Table(5), holds_b, 3
    scores = 0.0
    for path, got in accepted_paths(table, longest, bad):
        probability = verified_probability(table, path, longest, bad)
        for prefix, logprob in path:
            scores = scores + probability * (got - value(table, longest, bad, prefix=prefix).item()) * logprob
    assert gap(table.gradient(scores), table.gradient(value(table, longest, bad))) < TINY


@pytest.mark.parametrize("retries", [1, 2])
def test_acceptance_rows_are_the_gradient_of_log_z_less_what_the_cap_takes(retries):
    table, bad = Table(6), holds_b
    found = ways(table, 3, bad, replace(PLAIN, retries_per_boundary=retries))
    expected = sum(often * accepted.log() for _, accepted, often in contrasted(table, found, bad, retries))
    assert gap(estimate(table, found, lambda rollout: acceptance_rows([rollout])), table.gradient(expected)) < TINY


@pytest.mark.parametrize("retries", [1, 2])
def test_acceptance_by_worth_is_what_the_page_says(retries):
    table, bad = Table(6), holds_b
    found = ways(table, 3, bad, replace(PLAIN, retries_per_boundary=retries))
    expected = 0.0
    for prefix, accepted, often in contrasted(table, found, bad, retries):
        share = accepted.item()
        mean, aligned = 0.0, 0.0
        for logprob, output, reason, refuted in attempts(table, prefix, 3, bad):
            if not refuted:
                ahead = outcome(output, reason) if reason else value(table, 3, bad, retries + 1, output).item()
                weight = ahead * logprob.exp().item() / share
                mean, aligned = mean + weight, aligned + weight * logprob
        covariance = aligned - mean * accepted.log()
        expected = expected + often * (mean * accepted.log() + (1 - share) * covariance)
    rows = estimate(table, found, lambda rollout: acceptance_rows([rollout], worth=[reward(rollout)]))
    assert gap(rows, table.gradient(expected)) < TINY


def test_a_rollout_of_no_worth_has_no_contrast():
    rollout = next(way.rollout for way in ways(Table(0), 3) if list(contrasts(way.rollout)))
    assert acceptance_rows([rollout, rollout], worth=[0.0, None]) == []
    assert acceptance_rows([rollout], 0.5, [2.0]) == acceptance_rows([rollout])


def contrasted(table, found, bad, retries):
    """Each boundary: the prefix, Z there, and how often an accepted step stands against refusals, over 1 - Z."""
    for prefix in {prefix for prefix, _ in boundaries(table, 3, bad)}:
        reach = sum(way.probability for way in found if comes_by(way.rollout, prefix))
        accepted = acceptance(table, prefix, 3, bad)
        yield prefix, accepted, reach * (1 - (1 - accepted.item()) ** retries)


def comes_by(rollout, prefix):
    """Whether something was sampled at the boundary after ``prefix``."""
    ids, ends = rollout.completion_ids, {0, *(step.end for step in rollout.steps)}
    if ids[: len(prefix)] != prefix or len(prefix) not in ends:
        return False
    return len(ids) > len(prefix) or any(branch.boundary == len(prefix) for branch in rollout.dropped)


def test_the_acceptance_objective_is_added_to_the_exact_one():
    rollout = next(way.rollout for way in ways(Table(0), 3) if list(contrasts(way.rollout)))
    together = verified_rows([rollout], [0.7], acceptance=0.2)
    assert together == verified_rows([rollout], [0.7]) + acceptance_rows([rollout], 0.2)


@pytest.mark.parametrize("penalty", [0.0, 0.8])
def test_step_credit_is_the_gradient_of_the_raw_policy_and_of_local_validity(penalty):
    table, bad, invalid = Table(7), holds_b_or_is_c, -0.25
    found = ways(table, 4, bad, policy=FLAG)

    def rows(rollout):
        return step_rows([rollout], [got(rollout)], penalty)

    def got(rollout):
        return invalid if rollout.first_refuted else reward(rollout)

    local = table.gradient(sum(reach * valid for reach, valid in raw_boundaries(table, 4, bad)))
    assert gap(estimate(table, found, rows), expected_gradient(table, found, got) + penalty * local) < TINY


def test_a_charge_falls_without_an_advantage_too():
    rollout = next(way.rollout for way in ways(Table(7), 3, policy=FLAG) if way.rollout.first_refuted)
    (row,) = step_rows([rollout, rollout], [0.0, None], 0.5)
    assert set(row.weights) <= {0.0, -0.5}
    assert -0.5 in row.weights


def raw_boundaries(table, max_tokens, bad, prefix=(), reach=1.0):
    """(probability that the raw policy comes by without a refuted step, Z there); a text cut short may be refuted."""
    found = list(flagged_attempts(table, prefix, max_tokens, bad))
    yield reach, sum(logprob.exp() for logprob, _, _, refuted in found if not refuted)
    for logprob, output, reason, refuted in found:
        if reason is None and not refuted:
            yield from raw_boundaries(table, max_tokens, bad, output, reach * logprob.exp().item())


def flagged_attempts(table, prefix, max_tokens, bad):
    for logprob, output, reason, refuted in attempts(table, prefix, max_tokens, bad):
        cut_short = reason is FinishReason.LENGTH and output == prefix
        yield logprob, output, reason, refuted or cut_short


@pytest.mark.parametrize("seed", range(3))
def test_the_preference_loss_starts_as_the_acceptance_objective(seed):
    table, beta = Table(seed), 0.4
    for way in ways(table, 3):
        if not list(contrasts(way.rollout)):
            continue
        pairs, rows = preference_pairs([way.rollout]), acceptance_rows([way.rollout])
        found = table.gradient(preference_loss(table, pairs, per=1, beta=beta))
        assert gap(found, beta / 2 * table.gradient(policy_loss(table, rows, per=1))) < TINY


def test_the_mean_of_the_others_is_a_baseline_without_bias():
    """Over every pair of rollouts of one prompt."""
    table = Table(8)
    found = ways(table, 2, holds_b)
    rows = []
    for one in found:
        for other in found:
            advantages = group_advantages([reward(one.rollout), reward(other.rollout)], 2)
            weight = one.probability * other.probability / 2
            rows += [
                replace(row, weights=tuple(weight * each for each in row.weights))
                for row in verified_rows([one.rollout, other.rollout], advantages)
            ]
    truth = table.gradient(value(table, 2, holds_b, tries=2))
    assert gap(-table.gradient(policy_loss(table, rows, per=1, clip=None)), truth) < TINY


def test_rows_follow_the_tokens_they_were_sampled_after():
    jumping = replace(PLAIN, back_jump=True, release=Release.END, reopens_per_boundary=1, retries_per_request=3)
    for way in ways(Table(9), 2, holds_b_or_is_c, jumping):
        rows = verified_rows([way.rollout], [1.0])
        assert rows[0].context_ids == PROMPT
        assert sum(len(row.token_ids) for row in rows) == way.rollout.sampled
        for row in rows:
            after = [*row.context_ids[1:]]
            for token, logprob in zip(row.token_ids, row.logprobs, strict=True):
                assert Table(9).logprob(after, token).item() == logprob
                after.append(token)


def test_attempts_under_bans_are_refused():
    rollout = next(way.rollout for way in ways(Table(0), 3) if way.rollout.branches)
    with pytest.raises(InputError, match="ban=False"):
        verified_rows([replace(rollout, resampled=False)], [1.0])
    with pytest.raises(InputError, match="ban=False"):
        acceptance_rows([replace(rollout, resampled=False)])


def test_what_weighs_nothing_is_no_row():
    rollout = ways(Table(0), 3)[0].rollout
    assert completion_rows([rollout, rollout], [None, 0.0]) == []
    assert verified_rows([rollout, rollout], [None, 0.0]) == []


def test_the_figures_of_the_page():
    """Twenty policies: how far accepted tokens alone are off, and what a cap takes."""
    accepted, capped = [], []
    for seed in range(20):
        table = Table(seed)
        truth, mean = table.gradient(value(table, 3, holds_b)), value(table, 3, holds_b).item()
        for baseline in (0.0, mean):
            scores = 0.0
            for path, got in accepted_paths(table, 3, holds_b):
                weight = verified_probability(table, path, 3, holds_b) * (got - baseline)
                scores = scores + weight * sum(logprob for _, logprob in path)
            found = table.gradient(scores)
            cosine = torch.cosine_similarity(found, truth, dim=0)
            accepted.append((baseline != 0, ((found - truth).norm() / truth.norm()).item(), cosine.item()))
        found = [table.gradient(value(table, 3, holds_b, tries=n)) for n in (5, 9)]
        capped.append([((each - truth).norm() / truth.norm()).item() for each in found])
    for with_baseline, error, cosine in ((False, 3.9, 0.31), (True, 0.20, 0.98)):
        rows = [row for row in accepted if row[0] is with_baseline]
        assert median(row[1] for row in rows) == pytest.approx(error, abs=0.01)
        assert median(row[2] for row in rows) == pytest.approx(cosine, abs=0.01)
    assert [median(column) for column in zip(*capped, strict=True)] == pytest.approx([0.34, 0.05], abs=0.005)
    assert median(acceptance(Table(seed), (), 3, holds_b).item() for seed in range(20)) == pytest.approx(
        0.68, abs=0.005
    )
