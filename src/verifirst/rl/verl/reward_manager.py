"""verl's reward manager over the rewards of ``verifirst.rl``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

from verifirst.core.verdict import Status
from verifirst.rl.prompts import problem_text
from verifirst.rl.reading import Reader
from verifirst.rl.rewards import Outcome, Reward
from verifirst.rl.rollouts import Rollout
from verifirst.verifier import Verifier


class VerificationRewardManager(RewardManagerBase):  # type: ignore[misc]  # verl is untyped here
    """Reads the steps of each response from its token ids and rewards the rollout.

    Subclass it to change the class attributes: ``reward``; ``unknown``, the number that a
    reward of None becomes, since verl has no other word for it (``known`` beside it says
    which are meant); ``verifier`` and ``segment`` as in ``LocalEngine``.
    """

    reward: Reward = Outcome()
    unknown: float = 0.0
    verifier: Callable[[], Verifier] = Verifier
    segment: str = "newline"

    def __init__(self, config: Any, tokenizer: Any, compute_score: Any = None, **_: Any) -> None:
        super().__init__(config, tokenizer, compute_score)
        ends = {tokenizer.eos_token_id}
        self._reader = Reader(tokenizer, ends, verifier=type(self).verifier, segment=self.segment)

    async def run_single(self, data: Any) -> dict[str, Any]:
        """The reward of the last sequence in ``data``, and numbers about its verification for verl's metrics."""
        item = data[-1:][0]
        rollout = self._rollout(item)
        found = self.reward(rollout, str(item.non_tensor_batch["reward_model"]["ground_truth"]))
        score = self.unknown if found is None else found
        return {"reward_score": score, "reward_extra_info": {"acc": score, **_measures(rollout, found)}}

    def _rollout(self, item: Any) -> Rollout:
        prompt, response = item.batch["prompts"], item.batch["responses"]
        mask = item.batch["attention_mask"].bool()
        prompt_ids = prompt[mask[: len(prompt)]].tolist()
        response_ids = response[mask[len(prompt) :]].tolist()
        given = item.non_tensor_batch.get("raw_prompt")
        problem = problem_text(list(given)) if given is not None else self.tokenizer.decode(prompt_ids)
        return self._reader.read(prompt_ids, response_ids, problem)


def _measures(rollout: Rollout, reward: float | None) -> dict[str, float]:
    """The same keys for every sample: verl makes arrays of them."""
    refuted = sum(step.status is Status.REFUTED for step in rollout.steps)
    return {
        "known": float(reward is not None),
        "claims": float(rollout.coverage.claims),
        "coverage_steps": rollout.coverage.step_ratio or 0.0,
        "refuted_steps": float(refuted),
    }
