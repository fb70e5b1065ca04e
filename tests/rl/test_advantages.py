import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.errors import InputError
from verifirst.rl.advantages import group_advantages

REWARDS = st.lists(st.one_of(st.none(), st.integers(-4, 4).map(float)), min_size=1, max_size=6)


@given(REWARDS)
def test_the_baseline_is_the_mean_of_the_others(rewards):
    for at, (reward, found) in enumerate(zip(rewards, group_advantages(rewards, len(rewards)), strict=True)):
        others = [other for place, other in enumerate(rewards) if place != at and other is not None]
        if reward is None or not others:
            assert found is None
        else:
            assert found == pytest.approx(reward - sum(others) / len(others))


@given(REWARDS)
def test_scaled_advantages_have_mean_zero_and_unit_spread(rewards):
    found = [advantage for advantage in group_advantages(rewards, len(rewards), scale=True) if advantage is not None]
    assert sum(found) == pytest.approx(0, abs=1e-9)
    if len({reward for reward in rewards if reward is not None}) > 1:
        assert sum(each**2 for each in found) / (len(found) - 1) == pytest.approx(1, rel=1e-2)


def test_groups_do_not_mix():
    assert group_advantages([1.0, 0.0, 5.0, 5.0], 2) == [1.0, -1.0, 0.0, 0.0]


@pytest.mark.parametrize("group", [0, 3])
def test_a_broken_group_is_refused(group):
    with pytest.raises(InputError, match="whole number of groups"):
        group_advantages([1.0, 2.0], group)
