"""How a step reward model wants to read a problem and its steps, and where it is asked about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifirst.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with a place for the problem, then the steps, ``separator`` after each.

    ``before`` holds ``{problem}`` once. The model is asked about a step at the token that ends
    the separator behind it. The default is that of the shipped models: the problem and the
    steps, one a line.
    """

    before: str = "{problem}\n"
    separator: str = "\n"

    def __post_init__(self) -> None:
        if self.before.count("{problem}") != 1:
            raise ConfigError(f"before is {self.before!r}; expected a text that holds {{problem}} once")
        if not self.separator:
            raise ConfigError("separator is empty; expected the text that ends a step, such as '\\n'")

    def write(self, problem: str, steps: Sequence[str]) -> tuple[str, list[int]]:
        """The text, and for each step the offset (in characters) where its separator ends."""
        text = self.before.replace("{problem}", problem)
        ends: list[int] = []
        for step in steps:
            text += step + self.separator
            ends.append(len(text))
        return text, ends


QWEN_MATH_PRM = Layout(
    before=(
        "<|im_start|>system\nPlease reason step by step, and put your final answer within \\boxed{}.<|im_end|>\n"
        "<|im_start|>user\n{problem}<|im_end|>\n<|im_start|>assistant\n"
    ),
    separator="<extra_0>",
)
"""As the model cards of Qwen2.5-Math-PRM-7B and -72B say: the chat template, and a special token behind each step."""
