"""verl's single-turn agent loop, for a vLLM that enforces reasoning."""

from __future__ import annotations

from typing import Any

from verl.experimental.agent_loop.agent_loop import AgentLoopOutput, register
from verl.experimental.agent_loop.single_turn_agent_loop import SingleTurnAgentLoop

from verifirst.engines.vllm.settings import PREFIX
from verifirst.rl.prompts import problem_text


@register("verified_single_turn")
class VerifiedAgentLoop(SingleTurnAgentLoop):  # type: ignore[misc]  # verl is untyped here
    """Tells the verifier which text is the problem; without it, that is the decoded prompt with its chat markup."""

    async def run(self, sampling_params: dict[str, Any], priority: int = 0, **kwargs: Any) -> AgentLoopOutput:
        """One verified completion, as token ids."""
        extra = {**sampling_params.get("extra_args", {}), f"{PREFIX}problem": problem_text(kwargs["raw_prompt"])}
        return await super().run({**sampling_params, "extra_args": extra}, priority=priority, **kwargs)
