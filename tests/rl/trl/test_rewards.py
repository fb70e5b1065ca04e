"""Rewards of rollouts in TRL's calling convention."""

import pickle

import pytest

pytest.importorskip("trl", reason="needs TRL (pip install 'verifirst[rl]')")

from tests.rl.trl.scenes import trainer
from trl.trainer.utils import get_callable_name

from verifirst.decoding import FinishReason
from verifirst.errors import InputError
from verifirst.rl.rewards import CoverageAware, Outcome
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl import RolloutReward, VerifiedRollouts


def said(text, finish=FinishReason.STOP):
    return Rollout((1,), (2,), (0.0,), (0.0,), text, finish)


ROLLOUTS = [said("The answer is 12."), said("The answer is 13."), said("The answer is 12.", FinishReason.EXHAUSTED)]


def test_a_rollout_is_compared_with_its_own_answer():
    assert RolloutReward(Outcome())(rollout=ROLLOUTS, answer=["12", "12", "12"]) == [1.0, 0.0, 0.0]


def test_the_answer_column_has_any_name_and_type():
    assert RolloutReward(Outcome(), answer="wanted")(rollout=ROLLOUTS[:2], wanted=[12, 13]) == [1.0, 1.0]


def test_what_is_not_known_stays_none():
    reward = RolloutReward(Outcome(missing=None))
    assert reward(rollout=ROLLOUTS, answer=["12", None, "12"]) == [1.0, None, None]
    assert reward(rollout=ROLLOUTS) == [None, None, None]


def test_it_survives_pickling_and_has_its_rewards_name():
    reward = pickle.loads(pickle.dumps(RolloutReward(CoverageAware(Outcome(), floor=0.25))))
    assert reward == RolloutReward(CoverageAware(Outcome(), floor=0.25))
    assert get_callable_name(reward) == "CoverageAware"


def test_a_trainer_without_rollouts_is_told_what_to_do():
    with pytest.raises(InputError, match="rollout_func"):
        RolloutReward(Outcome())(prompts=["p"], completions=["c"], answer=["12"])


def test_an_unknown_reward_gives_no_advantage_and_no_baseline(tmp_path):
    known = [1.0, 0.0, None, 0.0, None, None, None, None]
    made = trainer(tmp_path, VerifiedRollouts(), reward=lambda **_: known, config_changes={"scale_rewards": "none"})
    made.model.train()
    rows = [dict(row) for row in made.train_dataset for _ in range(4)][:8]
    found = made._generate_and_score_completions(rows)["advantages"].tolist()
    assert found == pytest.approx([2 / 3, -1 / 3, 0, -1 / 3, 0, 0, 0, 0])
