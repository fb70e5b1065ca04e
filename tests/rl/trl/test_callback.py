"""What the trainer's log says of verification, counted again from the rollouts themselves."""

import pytest

pytest.importorskip("trl", reason="needs TRL (pip install 'verifirst[rl]')")

from hypothesis import given
from hypothesis import strategies as st
from tests.rl.trl.scenes import dataset, trainer

from verifirst.core.report import Coverage
from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl import VerificationCallback, VerifiedRollouts
from verifirst.rl.trl.callback import Tally
from verifirst.rl.trl.drawn import Drawn


def seen(rollouts):
    """Everything that ``rollouts`` gave out, kept."""
    kept = []
    rollouts.watch(lambda trainer, prompts, drawn: kept.append(drawn))
    return kept


def share(part, whole):
    return pytest.approx(part / whole)


def test_the_log_is_what_the_rollouts_say(tmp_path):
    rollouts = VerifiedRollouts()
    kept = seen(rollouts)
    made = trainer(
        tmp_path,
        rollouts,
        callbacks=[VerificationCallback(rollouts, lambda prompt, rollout: rollout.text.count("=") > 2 or None)],
        eval_dataset=dataset().select(range(2)),
        config_changes={"eval_strategy": "steps", "eval_steps": 2, "max_completion_length": 64},
    )
    made.train()
    log = made.state.log_history
    trained = [entry for entry in log if "loss" in entry]
    assert len(trained) == 2
    for entry, drawn in zip(trained, kept, strict=False):
        found = [one.rollout for one in drawn]
        branches = [branch for rollout in found for branch in rollout.dropped]
        steps = [step for rollout in found for step in rollout.steps]
        sampled = sum(rollout.sampled for rollout in found)
        assert entry["verification/wasted_tokens"] == share(sum(len(b.token_ids) for b in branches), sampled)
        assert entry["verification/refusals_per_rollout"] == share(sum(len(b.rules) for b in branches), len(found))
        assert entry["verification/coverage_steps"] == share(
            sum(step.status is not Status.UNKNOWN for step in steps), len(steps)
        )
        assert entry["verification/exhausted"] == share(sum(rollout.exhausted for rollout in found), len(found))
        assert entry["verification/spurious_correct"] == 1
    evaluated = [entry for entry in log if "eval_loss" in entry]
    assert 0 < evaluated[0]["eval_verification/coverage_claims"] <= 1


counts = st.integers(0, 50)
drawn = st.builds(
    lambda coverage, tokens, wasted, rules, exhausted: Drawn(
        Rollout(
            (1,),
            (5,) * tokens,
            (0.0,) * tokens,
            (0.0,) * tokens,
            "",
            FinishReason.EXHAUSTED if exhausted else FinishReason.STOP,
            coverage=Coverage(*coverage),
        ),
        (0.0,) * tokens,
        rules,
        wasted,
    ),
    st.tuples(counts, counts, counts, counts),
    counts,
    counts,
    st.dictionaries(st.sampled_from(["AR001", "AR003"]), counts),
    st.booleans(),
)


@given(st.lists(st.tuples(drawn, st.sampled_from([None, False, True]))), st.data())
def test_tallies_of_processes_add_up(rows, data):
    def tally(part):
        found = Tally()
        for one, spurious in part:
            found.add(one, spurious)
        return found

    cut = data.draw(st.integers(0, len(rows)))
    assert Tally.merged([tally(rows[:cut]), tally(rows[cut:])]) == tally(rows)


def test_nothing_to_say_is_not_said():
    assert Tally().metrics() == {}
