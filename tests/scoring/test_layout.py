import pytest

from verifirst.errors import ConfigError
from verifirst.scoring import QWEN_MATH_PRM, Layout


def test_a_layout_says_where_each_step_ends():
    text, ends = Layout().write("How many?", ["1 + 1 = 2", "The answer is 2."])
    assert text == "How many?\n1 + 1 = 2\nThe answer is 2.\n"
    assert [text[:end].splitlines()[-1] for end in ends] == ["1 + 1 = 2", "The answer is 2."]


def test_braces_in_a_problem_are_its_own():
    text, ends = Layout("Q: {problem} A: ", " ## ").write("{x} in \\frac{1}{2} {problem}", ["y"])
    assert text == "Q: {x} in \\frac{1}{2} {problem} A: y ## "
    assert ends == [len(text)]


def test_the_qwen_layout_is_the_chat_template_with_a_tag_behind_each_step():
    text, ends = QWEN_MATH_PRM.write("P", ["S1", "S2"])
    assert text.endswith("<|im_start|>user\nP<|im_end|>\n<|im_start|>assistant\nS1<extra_0>S2<extra_0>")
    assert text[: ends[0]].endswith("S1<extra_0>")


@pytest.mark.parametrize("settings", [{"before": "no place"}, {"before": "{problem}{problem}"}, {"separator": ""}])
def test_a_layout_that_cannot_work_is_refused(settings):
    with pytest.raises(ConfigError, match="expected"):
        Layout(**settings)
