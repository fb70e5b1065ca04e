"""PPO in TRL: its GRPO trainer with a critic in place of the group's mean.

TRL has had no PPO trainer since 1.13. Its GRPO trainer has the rest of PPO: the clipped ratio,
epochs over one batch (``num_iterations``), a KL penalty (``beta``), vLLM and its corrections,
and a place for advantages by token.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from trl import GRPOTrainer

from verifirst.errors import ConfigError
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl.critic import Critic, advantages_and_returns

StepRewards = Callable[[Rollout], Sequence[float]]
"""A reward for each step of a rollout, paid at the step's last token."""


@dataclass(frozen=True, slots=True)
class PPOSettings:
    """What PPO has and GRPO has not.

    ``gamma`` and ``lam`` are those of generalised advantage estimation. The critic takes
    ``critic_epochs`` passes over each generated batch, in the trainer's device batch size, at
    ``critic_learning_rate``. ``step_rewards`` is added to the reward functions' sum, which
    is paid at the last token.
    """

    gamma: float = 1.0
    lam: float = 0.95
    critic_learning_rate: float = 1e-5
    critic_epochs: int = 2
    critic_grad_norm: float = 1.0
    step_rewards: StepRewards | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.gamma <= 1 and 0 <= self.lam <= 1):
            raise ConfigError(f"gamma and lam must be in [0, 1], found {self.gamma} and {self.lam}")


class PPOTrainer(GRPOTrainer):  # type: ignore[misc]  # trl is untyped here
    """Takes what ``GRPOTrainer`` takes, and ``ppo``; ``critic`` is made from the model where it is not given.

    Several completions a prompt (TRL wants two at least) are independent here: their
    advantages come from the critic. A completion without a reward trains neither.
    The critic is saved with each checkpoint, as ``critic.pt``, and is not sharded.
    """

    _tag_names = ("trl", "ppo")
    _name = "PPO"

    def __init__(self, *args: Any, ppo: PPOSettings | None = None, critic: Critic | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ppo = ppo or PPOSettings()
        self.critic = self.accelerator.prepare_model(critic or Critic(self.model))
        self.critic_optimizer = torch.optim.AdamW(self.critic.parameters(), lr=self.ppo.critic_learning_rate)
        self._rewards: torch.Tensor | None = None

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        found: torch.Tensor = super()._calculate_rewards(*args, **kwargs)
        self._rewards = found
        return found

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super()._generate_and_score_completions(inputs)
        mask = batch["completion_mask"] * batch.get("tool_mask", 1)
        rewards, known = self._token_rewards(inputs, mask)
        with torch.no_grad():
            values = torch.cat([self._values(batch, rows) for rows in self._slices(len(mask))])
        advantages, returns = advantages_and_returns(rewards, values, mask.float(), self.ppo.gamma, self.ppo.lam)
        scored = mask * known[:, None]
        batch["advantages"] = self._whitened(advantages, scored)
        if self.model.training:
            self._fit_critic(batch, returns, scored)
        return batch

    def _token_rewards(self, inputs: Sequence[dict[str, Any]], mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rewards by token, and which rows have one."""
        assert self._rewards is not None
        own = self._rewards[self.accelerator.process_index * len(mask) :][: len(mask)]
        total = (own * self.reward_weights.to(own.device)).nansum(dim=1)
        rewards = torch.zeros(mask.shape, device=own.device)
        places = torch.arange(mask.shape[1], device=own.device)
        last = (mask * places).argmax(dim=1)
        rewards[torch.arange(len(mask)), last] = total
        if self.ppo.step_rewards is not None:
            for row, example in enumerate(inputs):
                rollout: Rollout = example["rollout"]
                for step, reward in zip(rollout.steps, self.ppo.step_rewards(rollout), strict=True):
                    rewards[row, step.end - 1] += reward
        return rewards, (~own.isnan().all(dim=1)).to(mask.dtype)

    def _slices(self, rows: int) -> list[slice]:
        size = self.args.per_device_train_batch_size
        return [slice(start, start + size) for start in range(0, rows, size)]

    def _values(self, batch: dict[str, Any], rows: slice) -> torch.Tensor:
        ids = torch.cat([batch["prompt_ids"][rows], batch["completion_ids"][rows]], dim=1)
        attention = torch.cat([batch["prompt_mask"][rows], batch["completion_mask"][rows]], dim=1)
        with self.accelerator.autocast():
            values: torch.Tensor = self.critic(ids, attention, batch["completion_ids"].shape[1])
        return values

    def _whitened(self, advantages: torch.Tensor, scored: torch.Tensor) -> torch.Tensor:
        """Mean 0 and deviation 1 over the tokens of all processes that count."""
        sums = torch.stack([scored.sum(), (advantages * scored).sum(), (advantages**2 * scored).sum()])
        count, first, second = self.accelerator.reduce(sums, reduction="sum")
        mean = first / count.clamp(min=1)
        deviation = (second / count.clamp(min=1) - mean**2).clamp(min=0).sqrt()
        whitened: torch.Tensor = (advantages - mean) / (deviation + 1e-4) * scored
        return whitened

    def _fit_critic(self, batch: dict[str, Any], returns: torch.Tensor, scored: torch.Tensor) -> None:
        losses = []
        for _ in range(self.ppo.critic_epochs):
            for rows in self._slices(len(returns)):
                error = (self._values(batch, rows) - returns[rows]) ** 2
                loss = (error * scored[rows]).sum() / scored[rows].sum().clamp(min=1)
                self.critic_optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
                torch.nn.utils.clip_grad_norm_(self.critic.parameters(), self.ppo.critic_grad_norm)
                self.critic_optimizer.step()
                losses.append(loss.item())
        self._metrics["train"]["value_loss"].append(sum(losses) / len(losses))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)
        if self.args.should_save:
            folder = Path(self._get_output_dir(trial=trial)) / f"checkpoint-{self.state.global_step}"
            torch.save(self.accelerator.unwrap_model(self.critic).state_dict(), folder / "critic.pt")
