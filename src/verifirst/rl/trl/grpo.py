"""GRPO with credit for what verification refused: the arms of ``docs/rl.md`` beyond outcome and rollouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from trl import GRPOTrainer

from verifirst.errors import ConfigError
from verifirst.rl.estimators import Row, acceptance_rows, preference_pairs, step_rows, verified_rows
from verifirst.rl.losses import batches, policy_loss, preference_loss
from verifirst.rl.rollouts import Rollout

LOSSES = ("grpo", "bnpo", "dr_grpo", "dapo")


@dataclass(frozen=True, slots=True)
class Credit:
    """Where the advantage of a rollout goes, and what is asked for besides.

    ``refused``: refused attempts get the advantage of their rollout as accepted ones do, which
    makes the gradient that of the verified policy (``verified_rows``). ``acceptance``: how much
    of the gradient of the log acceptance rate to add (``acceptance_rows``); with ``by_reward``
    each rollout's contrasts count by what it earned (the weighted sum of the reward functions,
    unknown as 0), so that valid steps which lead to no reward are not made likelier.
    ``preference``: the weight of a DPO-style loss with ``beta`` over accepted against refused steps.
    ``penalty``: charge the first refuted step so much and leave out what follows it
    (``step_rows``), for rollouts whose policy flags instead of rolling back.
    """

    refused: bool = False
    acceptance: float = 0.0
    by_reward: bool = False
    preference: float = 0.0
    beta: float = 0.1
    penalty: float | None = None


class VerifiedGRPOTrainer(GRPOTrainer):  # type: ignore[misc]  # trl is untyped here
    """Takes what ``GRPOTrainer`` takes, ``rollout_func=VerifiedRollouts()`` among it, and ``credit``.

    What is added to TRL's loss is divided by what TRL divides by, token for token, and clipped
    by ``epsilon``. It costs a forward and backward pass over the refused tokens. Run in
    one process here; several are untested.
    """

    def __init__(self, *args: Any, credit: Credit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.credit = credit or Credit(refused=True)
        if self.loss_type not in LOSSES or self.importance_sampling_level != "token":
            raise ConfigError(
                f"credit for refused attempts goes with loss_type {', '.join(LOSSES)} and importance_sampling_level "
                f"'token'; found {self.loss_type!r} and {self.importance_sampling_level!r}"
            )

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super()._generate_and_score_completions(inputs)
        batch["rollouts"] = [example["rollout"] for example in inputs]
        batch["shared_advantages"] = batch["advantages"]
        batch["worth"] = self._earned if self.credit.by_reward else torch.ones_like(batch["advantages"])
        if self.credit.penalty is not None:
            batch["advantages"] = self._step_advantages(batch, self.credit.penalty)
        return batch

    def _calculate_rewards(self, inputs: list[dict[str, Any]], *args: Any) -> torch.Tensor:
        rewards: torch.Tensor = super()._calculate_rewards(inputs, *args)  # of all processes
        first = self.accelerator.process_index * len(inputs)
        earned = (rewards * self.reward_weights.to(rewards.device)).nansum(dim=1)
        self._earned = earned[first : first + len(inputs)]
        return rewards

    def _step_advantages(self, batch: dict[str, Any], penalty: float) -> torch.Tensor:
        """The weights of ``step_rows``, ``[rows, tokens]``."""
        found = torch.zeros(batch["completion_ids"].shape, device=batch["advantages"].device)
        for place, (rollout, advantage) in enumerate(zip(batch["rollouts"], batch["advantages"].tolist(), strict=True)):
            for row in step_rows([rollout], [advantage], penalty):
                found[place, : len(row.weights)] = found.new_tensor(row.weights)
        return found

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        loss: torch.Tensor = super()._compute_loss(model, inputs)
        rollouts: list[Rollout] = inputs["rollouts"]
        rows = self._refused(inputs, rollouts) + self._accepting(inputs, rollouts)
        for some in batches(rows):
            loss = loss + policy_loss(model, some, per=1.0, clip=self.epsilon_low, temperature=self.temperature)
        if self.credit.preference:
            per = len(rollouts) * self._accumulated / self.credit.preference
            for pairs in batches(preference_pairs(rollouts)):
                loss = loss + preference_loss(model, pairs, per=per, beta=self.credit.beta)
        return loss

    def _refused(self, inputs: dict[str, Any], rollouts: list[Rollout]) -> list[Row]:
        """Rows of ``verified_rows`` but for the completions, which TRL's own loss has."""
        if not self.credit.refused:
            return []
        weights = (inputs["shared_advantages"] * self._shares(inputs)).tolist()
        return [
            row
            for rollout, weight in zip(rollouts, weights, strict=True)
            for row in verified_rows([rollout], [weight])[1:]
        ]

    def _accepting(self, inputs: dict[str, Any], rollouts: list[Rollout]) -> list[Row]:
        if not self.credit.acceptance:
            return []
        weights = (self.credit.acceptance * inputs["worth"] * self._shares(inputs)).tolist()
        return acceptance_rows(rollouts, worth=weights)

    @property
    def _accumulated(self) -> int:
        return self.current_gradient_accumulation_steps if self.model.training else 1

    def _shares(self, inputs: dict[str, Any]) -> torch.Tensor:
        """What TRL multiplies the loss of one token of each row with, ``[rows]``; see its ``_compute_loss``."""
        mask: torch.Tensor = inputs["completion_mask"] * inputs.get("tool_mask", 1)
        lengths: torch.Tensor = mask.sum(dim=1).clamp(min=1).float()
        if self.loss_type == "dapo":
            total: torch.Tensor = inputs["num_items_in_batch"].clamp(min=1) / self.accelerator.num_processes
            if self.model.training:
                total = total * self.current_gradient_accumulation_steps / self.args.steps_per_generation
            return 1 / total.expand_as(lengths)
        divisors = {
            "grpo": lengths * len(lengths),
            "bnpo": mask.sum().clamp(min=1).expand_as(lengths),
            "dr_grpo": torch.full_like(lengths, len(lengths) * self.max_completion_length),
        }
        return 1 / (divisors[self.loss_type] * self._accumulated)
