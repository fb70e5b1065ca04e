import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.consistency import Fixed, Posterior, Sprt, ahead
from verifirst.errors import ConfigError, InputError

RULES = [Fixed(3), Posterior(), Sprt()]
votes = st.lists(st.integers(0, 6), max_size=5)


def beta_mass_above_half(wins, losses, cells=20_000):
    """Simpson's rule on the density of Beta(wins + 1, losses + 1)."""
    scale = math.exp(math.lgamma(wins + losses + 2) - math.lgamma(wins + 1) - math.lgamma(losses + 1))

    def density(at):
        return scale * at**wins * (1 - at) ** losses

    width = 0.5 / cells
    inner = math.fsum((4 if at % 2 else 2) * density(0.5 + at * width) for at in range(1, cells))
    return width / 3 * (density(0.5) + inner + density(1.0))


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (1, 0), (3, 0), (4, 1), (5, 5), (2, 7), (40, 25)])
def test_the_lead_is_the_integral_of_the_posterior(wins, losses):
    assert ahead(wins, losses) == pytest.approx(beta_mass_above_half(wins, losses), rel=1e-9)


def test_the_lead_is_what_simulation_finds():
    draw = random.Random(5)
    found = sum(draw.betavariate(6, 3) > 0.5 for _ in range(40_000)) / 40_000
    assert ahead(5, 2) == pytest.approx(found, abs=4 * 0.5 / math.sqrt(40_000))


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_lead_is_fair_and_rises_with_votes(one, two):
    assert ahead(one, two) + ahead(two, one) == pytest.approx(1)
    assert ahead(one + 1, two) >= ahead(one, two) >= ahead(one, two + 1)


def test_the_posterior_stops_after_four_votes_of_one_mind():
    rule = Posterior(0.95)
    assert [rule.done([lead], lead, 40) for lead in (3, 4)] == [False, True]  # 15/16 and 31/32
    assert not rule.done([4, 1], 5, 40)
    assert rule.done([2, 9, 1], 12, 40)


def first_stop(rule, draw, share, most):
    """Votes of two answers until the rule stops."""
    counts = [0, 0]
    while not rule.done(counts, sum(counts), most):
        counts[draw.random() >= share] += 1
    return counts


def test_the_posterior_holds_over_the_prior_and_not_for_one_even_split():
    draw = random.Random(11)
    trials, stopped, right = 3000, 0, 0
    for _ in range(trials):
        share = draw.random()
        counts = first_stop(Posterior(0.9), draw, share, 400)
        if sum(counts) < 400:
            stopped += 1
            right += (counts[0] > counts[1]) == (share > 0.5)
    assert right / stopped >= 0.9 - 3 * math.sqrt(0.9 * 0.1 / stopped)
    surest = [first_stop(Posterior(0.9), draw, 0.5, 400) for _ in range(300)]
    assert sum(sum(counts) < 400 for counts in surest) > 0.6 * 300  # no error bound: most even splits "lead"


@pytest.mark.parametrize(
    ("rule", "share"), [(Sprt(0.5, 0.8, 0.05, 0.1), 0.5), (Sprt(0.3, 0.6, 0.1, 0.02), 0.3), (Sprt(0.5, 0.8), 0.4)]
)
@pytest.mark.parametrize("most", [20, 10_000])
def test_wrong_acceptance_is_within_walds_bound(rule, share, most):
    accepted = decided_rate(rule, share, "accept", most, seed=1)
    assert accepted <= rule.alpha / (1 - rule.beta) + slack(rule.alpha / (1 - rule.beta))


@pytest.mark.parametrize(
    ("rule", "share"), [(Sprt(0.5, 0.8, 0.05, 0.1), 0.8), (Sprt(0.3, 0.6, 0.1, 0.02), 0.6), (Sprt(0.5, 0.8), 0.9)]
)
@pytest.mark.parametrize("most", [20, 10_000])
def test_wrong_rejection_is_within_walds_bound(rule, share, most):
    rejected = decided_rate(rule, share, "reject", most, seed=2)
    assert rejected <= rule.beta / (1 - rule.alpha) + slack(rule.beta / (1 - rule.alpha))


def test_the_test_decides_for_the_truth_when_the_budget_lets_it():
    assert decided_rate(Sprt(0.5, 0.8, 0.05, 0.1), 0.8, "accept", 10_000, seed=3) > 0.85
    assert decided_rate(Sprt(0.5, 0.8, 0.05, 0.1), 0.5, "reject", 10_000, seed=4) > 0.9


TRIALS = 3000


def slack(rate):
    """Three deviations of a share of ``TRIALS``."""
    return 3 * math.sqrt(rate * (1 - rate) / TRIALS)


def decided_rate(rule, share, wanted, most, seed):
    """How often votes of a candidate named in advance come to ``wanted``."""
    draw = random.Random(seed)
    found = 0
    for _ in range(TRIALS):
        agree = disagree = 0
        while (decision := rule.decide(agree, disagree)) == "continue" and agree + disagree < most:
            if draw.random() < share:
                agree += 1
            else:
                disagree += 1
        found += decision == wanted
    return found / TRIALS


def test_the_leader_as_candidate_is_outside_walds_bound():
    """Five answers equally likely: none has half of the votes, yet a leader often passes for one."""
    draw, rule, accepted = random.Random(9), Sprt(0.2, 0.5, 0.05, 0.05), 0
    for _ in range(2000):
        counts = [0] * 5
        while not rule.done(counts, sum(counts), 200):
            counts[draw.randrange(5)] += 1
        accepted += rule.decide(max(counts), sum(counts) - max(counts)) == "accept"
    assert accepted / 2000 > 2 * rule.alpha / (1 - rule.beta)


def test_even_odds_make_the_ratio_test_a_lead():
    rule = Sprt(0.25, 0.75, 0.1, 0.1)  # log 9 = two steps of log 3
    assert rule.decide(2, 0) == rule.decide(7, 5) == "accept"
    assert rule.decide(6, 5) == "continue"
    assert rule.decide(3, 5) == "reject"


@given(votes, st.integers(0, 10), st.integers(1, 40), st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_every_rule_stops_at_the_budget_and_ignores_the_order_of_answers(counts, silent, most, rule, shuffler):
    drawn = sum(counts) + silent
    shuffled = list(counts)
    shuffler.shuffle(shuffled)
    done = rule.done(counts, drawn, most)
    assert done == rule.done(shuffled, drawn, most) == rule.done([*counts, 0], drawn, most)
    assert done or drawn < most


def test_a_fixed_number_is_drawn_whatever_the_votes_say():
    assert [Fixed(3).done([drawn], drawn, 8) for drawn in range(5)] == [False, False, False, True, True]
    assert Fixed(9).done([], 4, 4)  # forks that abstain count as drawn


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("counts", "drawn", "most"), [([-1], 3, 8), ([2, 2], 3, 8), ([1], 1, 0)])
def test_votes_that_cannot_be_are_refused(rule, counts, drawn, most):
    with pytest.raises(InputError):
        rule.done(counts, drawn, most)


@pytest.mark.parametrize(
    ("rule", "settings", "name"),
    [
        (Fixed, {"forks": 0}, "forks"),
        (Posterior, {"probability": 1.0}, "probability"),
        (Sprt, {"p0": 0.8, "p1": 0.5}, "p0"),
        (Sprt, {"p1": 1.0}, "p1"),
        (Sprt, {"alpha": 0.0}, "alpha"),
        (Sprt, {"alpha": 0.5, "beta": 0.5}, "alpha"),
    ],
)
def test_settings_are_refused_by_name(rule, settings, name):
    with pytest.raises(ConfigError, match=name):
        rule(**settings)
