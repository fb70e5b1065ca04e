"""Does reinforcement learning on verified rollouts converge faster? See README.md."""
