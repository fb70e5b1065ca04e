r"""Fuzz the verifier with text: traces that are mutated, guided by coverage, and stories of known truth.

    pip install atheris
    python benchmarks/fuzz/steps.py --seconds 600 --seed 1

An input is either the text of a trace (a problem and its steps, one a line), mutated from the
examples of the rules, or the seed of a story (``truths.py``), with or without scribbles around
it. What each must satisfy is in ``laws.py``. Complaints are printed, and the exit code is 1.
libFuzzer (through atheris) keeps what reaches new code; of that, what gets a kind of verdict not
seen before goes to ``corpus/steps.jsonl``, which ``tests/hostile`` replays without atheris.

Run so far: 28,376 executions in 1,302 s (seed 7, two busy cores), 40,000 stories without coverage
in 245 s. No exception, no hang, no step over its alarm, no true step refuted. Found: AL007 refutes
what follows from an equation without a solution (``4x = 4x + 3 \implies 2x = 10``), which its
evidence does not show; ``4 * 5 = 20 = 22`` is verified, since two bare numbers make no claim.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus" / "steps.jsonl"
MAX_CORPUS = 400
MAX_LENGTH = 1_500
MAX_STEPS = 12
BREAK = "\x1e"  # between the problem and each step
_PIECES = (
    "\n", " ", "\t", "\x00", "\ud800", "\u0664", "½", "×", "÷", "≈", "≤", "≠", "√", "°", "²", "…", "—", "$", "$$",
    "\\(", "\\)", "\\[", "\\]", "\\begin{align}", "\\end{align}", "&=", "\\\\", "\\frac{", "}{", "}", "\\sqrt{", "^{",
    "\\cdot ", "\\times ", "\\le ", "\\equiv ", "\\pmod{", "\\text{", "\\boxed{", "\\left(", "\\right)", "\\sum_{",
    "\\binom{", "\\implies ", "\\approx ", "\\%", "^\\circ", "\\sin ", "\\log_", "\\ln ", "\\pi", "i", "e", "x", "f(x)",
    "x_1", "=", "==", "+", "-", "*", "/", "^", "!", "(", ")", "%", ",", ".", ":", ";", "<", ">", "|", "mod ", "9^9^9^9",
    "1e400", "0.000", "1,000", "$4.20", "3/4", "2 1/2", "12:30 PM", "10%", " of ", " is ", " times ", "half ", "dozen ",
    "so ", "let ", "if ", "suppose ", "not ", "either ", " or ", "because ", "thus ", "wait, ", "is prime", "divides",
    "remainder", "average", "per ", "hours", "dollars", " km", "Case 2", "Step 3: ", "- ", "1. ", "Total: ", "base ",
)  # fmt: skip


def main() -> int:
    """Fuzz in a child until the time is up, then keep what was new."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=1.0, help="seconds of processor time that are a complaint")
    parser.add_argument("--all", action="store_true", help="print every complaint, not the first of a kind only")
    parser.add_argument("--inputs", type=Path, help="a folder of inputs to begin with and to add to")
    options, own = parser.parse_known_args()
    if own:  # the child: the rest is libFuzzer's
        return _fuzz([sys.argv[0], *own], options.slow)
    with tempfile.TemporaryDirectory() as made:
        folder = options.inputs or Path(made)
        folder.mkdir(exist_ok=True)
        for number, data in enumerate(_seeds()):
            (folder / f"seed-{number:04}").write_bytes(data)
        limits = (f"-max_total_time={options.seconds}", f"-seed={options.seed}", f"-max_len={MAX_LENGTH}")
        command = [sys.executable, __file__, "--slow", str(options.slow), str(folder), *limits]
        complaints = Counter[str]()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:  # noqa: S603  # ourselves
            for line in child.stdout or ():
                if line.startswith("FIND"):
                    kind = re.split(r"['\"\d]", line)[0]
                    if kind not in complaints or options.all:
                        print(line, end="", flush=True)
                    complaints[kind] += 1
                elif line.startswith("Done") or "ERROR" in line or ("#" in line[:1] and "pulse" in line):
                    print(line, end="", flush=True)
        kept = _keep(folder, random.Random(options.seed))
        print(f"{len(complaints)} kinds of complaints, {kept} kept, exit code of the child {child.returncode}")
        for kind, count in complaints.most_common():
            print(f"{count} times: {kind}")
        return 1 if complaints or child.returncode else 0


def _fuzz(arguments: list[str], slow: float) -> int:
    import atheris  # noqa: PLC0415  # only the driver needs it

    with atheris.instrument_imports(include=["verifirst"]):
        import laws  # noqa: PLC0415  # instrumented while it is imported

    snippets = _examples()

    def one(data: bytes) -> None:
        trace = trace_of(data)
        for fault in laws.complaints(laws.Trace(*trace), slow)[0]:
            print(f"FIND {fault} :: {trace!r}", flush=True)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        draw = random.Random(seed)
        if draw.random() < 0.2:  # noqa: PLR2004
            return bytes(atheris.Mutate(data, max_size))
        return mutated(data, draw, snippets)[:max_size]

    atheris.Setup(arguments, one, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


def trace_of(data: bytes) -> tuple[str, tuple[str, ...], tuple[bool | None, ...]]:
    """The problem, the steps and what is known of their truth: ``T`` and text, or ``S`` and a story's seed."""
    import truths  # noqa: PLC0415  # plain import: it stands beside this file, and is not the fuzzed code

    if data[:1] == b"S":
        problem, steps, truth = truths.story(random.Random(data[1:]))
        return problem, tuple(steps), tuple(truth)
    problem, *steps = _decoded(data).split(BREAK)[: MAX_STEPS + 1]
    return problem, tuple(steps), ()


def mutated(data: bytes, draw: random.Random, snippets: list[str]) -> bytes:
    """Another input near ``data``; a story's seed gives another seed, or the story's text to scribble on."""
    if data[:1] == b"S":
        if draw.random() < 0.6:  # noqa: PLR2004
            return b"S" + draw.randbytes(6)
        problem, steps, _ = trace_of(data)
        data = encoded(problem, steps)
    elif draw.random() < 0.1:  # noqa: PLR2004
        return b"S" + draw.randbytes(6)
    text = _decoded(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        text = _scribbled(text, draw, snippets)
    return b"T" + text.encode("utf-8", "surrogatepass")


def encoded(problem: str, steps: tuple[str, ...]) -> bytes:
    """A trace as an input."""
    return b"T" + BREAK.join((problem, *steps)).encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    try:
        return data[1:].decode("utf-8", "surrogatepass")  # lone surrogates are text that models can write
    except UnicodeDecodeError:
        return data[1:].decode("utf-8", "replace")


def _scribbled(text: str, draw: random.Random, snippets: list[str]) -> str:
    at = draw.randrange(len(text) + 1)
    end = min(len(text), at + draw.choice((0, 1, 2, 5, 20)))
    match draw.randrange(7):
        case 0 | 1:
            return text[:at] + draw.choice(_PIECES) + text[end:]
        case 2:
            return text[:at] + text[end:]
        case 3:
            return text[:end] + text[at:end] * draw.choice((1, 1, 2, 30)) + text[end:]
        case 4:
            return text[:at] + BREAK + draw.choice(snippets) + BREAK + text[at:]
        case 5:
            other = draw.choice(snippets)
            cut = draw.randrange(len(other) + 1)
            return text[:at] + other[cut : cut + draw.choice((5, 20, 80))] + text[end:]
        case _:
            digits = [place for place, char in enumerate(text) if char.isdigit()]
            place = draw.choice(digits) if digits else at
            return text[:place] + str(draw.choice((0, 1, 2, 7, 12, 100, 10**9, 10**30))) + text[place + 1 :]


def _examples() -> list[str]:
    from verifirst.rules import default_rules  # noqa: PLC0415  # after instrumentation

    return [text for rule in default_rules() for example in rule.examples for text in (*example.before, example.step)]


def _seeds() -> list[bytes]:
    from verifirst.rules import default_rules  # noqa: PLC0415

    examples = [example for rule in default_rules() for example in rule.examples]
    traces = [encoded(example.problem, (*example.before, example.step)) for example in examples]
    return traces + [b"S%d" % number for number in range(200)] + [encoded(p, s) for p, s, _ in load()]


def load() -> list[tuple[str, tuple[str, ...], tuple[bool | None, ...]]]:
    """The kept traces: problem, steps, and what is known of their truth."""
    if not CORPUS.exists():
        return []
    rows: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [(row["problem"], tuple(row["steps"]), tuple(row["truth"])) for row in rows]


def _keep(folder: Path, draw: random.Random) -> int:
    """Add to the corpus what gets a kind of verdict that nothing kept gets, without complaint; the shortest first."""
    import laws  # noqa: PLC0415

    traces = load()
    seen = {mark for trace in traces for mark in laws.complaints(laws.Trace(*trace))[1]}
    inputs = [path.read_bytes() for path in folder.iterdir()]
    draw.shuffle(inputs)
    kept = 0
    with CORPUS.open("a", encoding="utf-8") as file:
        for data in sorted(inputs, key=len):
            problem, steps, truth = trace_of(data)
            faults, marks = laws.complaints(laws.Trace(problem, steps, truth))
            if faults or marks <= seen or len(traces) + kept >= MAX_CORPUS:
                continue
            seen |= marks
            kept += 1
            file.write(json.dumps({"problem": problem, "steps": steps, "truth": truth}) + "\n")
    return kept


if __name__ == "__main__":
    sys.exit(main())
