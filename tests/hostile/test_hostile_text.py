"""Model output is hostile input: bounded time, bounded memory, no verdict out of thin air."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMORY = 1 << 30  # bytes of address space that the whole interpreter may take
GUARD_S = 90  # generous: the machine may be busy; each takes a few seconds

TEXTS = {
    "10 MB of digits": "'1234567890' * 1_000_000",
    "10 MB of digits in an equation": "'1 + ' + '1234567890' * 1_000_000 + ' = 2\\n'",
    "a tower of powers": "'9^9^9^9=1\\n9**9**9**9 = 1\\n2^(2^(2^(2^100))) = 3\\n(9^9^9)^9 + 1/9^9^9 = 0\\n'",
    "a long tower": "'9^' * 100_000 + '9 = 1\\n'",
    "nested parentheses": "'(' * 100_000 + '1' + ')' * 100_000 + ' = 2\\n'",
    "open parentheses": "'(' * 100_000 + ' = 1\\n'",
    "nested fractions": "'\\\\frac{1}{' * 20_000 + '1' + '}' * 20_000 + ' = 2\\n'",
    "nested sets of brackets": "'([{' * 30_000 + ' 1 + 1 = 3 ' + '}])' * 30_000 + '\\n'",
    "NUL bytes": "'\\x00' * 1_000_000 + '1 + 1\\x00 = 3\\n'",
    "lone surrogates": "'\\ud800 = \\udfff + 7\\n' * 10_000",
    "mixed scripts": "'\\u0661\\u0662 + \\u0967 = \\u4e09\\u5341 \\u0e53\\u200f\\u202e \\u00bd \\u2160\\n' * 20_000",
    "digits that are not ASCII": "'\\u0663 + \\u0664 = \\u0668\\n\\uff11 + \\uff11 = \\uff13\\n' * 10_000",
    "combining marks": "'1' + '\\u0301' * 1_000_000 + ' + 1 = 3\\n'",
    "unfinished LaTeX": "('\\\\[ \\\\frac{1}{ \\\\begin{align} $$ \\\\( x = ' * 10) + '1 + 1 = ' * 20_000",
    "a million equals signs": "'=' * 1_000_000",
    "equals signs on lines": "'=\\n' * 50_000",
    "a long chain": "'1 = ' * 100_000 + '2\\n'",
    "operators": "'+-*/^%' * 200_000 + ' = 1\\n'",
    "a long sum": "'1 + ' * 300_000 + '1 = 2\\n'",
    "thousands separators": "'1,000' + ',000' * 300_000 + ' = 1\\n'",
    "dots": "'1' + '.5' * 100_000 + ' = 1\\n'",
    "percent signs": "'5' + '%' * 1_000_000 + ' of 5 = 1\\n'",
    "dollars": "'$' * 300_000 + '5 = 6\\n'",
    "backticks": "'`' * 300_000 + '5 = 6\\n'",
    "tags": "'<think>' * 200_000 + '5 = 5\\n'",
    "blank lines": "'\\n' * 5_000_000 + ' ' * 5_000_000",
    "one word": "'a' * 5_000_000 + ' = 7\\n'",
    "answers": "'The answer is ' * 100_000 + '7\\n' + '\\\\boxed{' * 100_000 + '\\n'",
    "many facts": "''.join(f'{n} + 1 = {n + 1}\\n' for n in range(1_000))",
    "the same fact": "'2 + 2 = 4\\n' * 5_000",
}

CHILD = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from verifirst import Session, Status
session = Session({problem}, segmenter={segmenter!r})
text = {text}
start = time.perf_counter()
for at in range(0, len(text), 65536):
    session.feed(text[at : at + 65536])
session.close()
seconds = time.perf_counter() - start
statuses = [str(report.status) for report in session.reports]
shown = [report.step.text[:60] for report in session.reports if report.status is Status.REFUTED][:3]
print(json.dumps({{
    "seconds": seconds, "steps": len(statuses), "refuted": statuses.count("refuted"),
    "verified": statuses.count("verified"), "shown": shown,
    "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}}))
"""


def run(text: str, segmenter: str = "newline", problem: str = "'Tom has 3 apples.'") -> dict[str, object]:
    """Feed ``text`` (an expression) to a session in a child with bounded memory."""
    code = CHILD.format(memory=MEMORY, text=text, segmenter=segmenter, problem=problem)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=GUARD_S, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, object] = json.loads(done.stdout)
    print(result)  # noqa: T201  # shown when the test fails
    return result


DECIDED = {"many facts", "the same fact", "a long chain", "a long sum"}  # plain arithmetic, only long


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_survived_and_refutes_nothing(name: str) -> None:
    result = run(TEXTS[name])
    if name not in DECIDED:
        assert result["refuted"] == 0, result


@pytest.mark.parametrize("segmenter", ["sentence", "numbered", "think+sentence"])
@pytest.mark.parametrize(
    "name", ["10 MB of digits", "a million equals signs", "unfinished LaTeX", "blank lines", "dots"]
)
def test_hostile_text_is_survived_under_every_convention(name: str, segmenter: str) -> None:
    run(TEXTS[name], segmenter)


@pytest.mark.parametrize("name", ["10 MB of digits", "nested parentheses", "thousands separators", "many facts"])
def test_a_hostile_problem_is_survived(name: str) -> None:
    run("'3 + 4 = 7\\n' * 100", problem=TEXTS[name])


def test_the_limit_on_memory_bites() -> None:
    with pytest.raises(AssertionError, match="MemoryError"):
        run("'x' * (2 << 30)")
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != MEMORY  # only the child was limited
