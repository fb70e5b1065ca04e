"""GRPO and PPO of TRL on verified rollouts of word problems, small enough for a CPU."""
