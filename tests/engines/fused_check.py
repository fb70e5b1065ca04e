"""The local engine with the device verifier against itself without: run in a process of its own, interpreted.

Both are given a vocabulary most of which spells nothing to a mask.
"""

from __future__ import annotations

import sys
from functools import partial
from itertools import islice

import torch
from tests.engines.thin import telling

from verifirst.bench.word_problems import generate, prompt_text
from verifirst.decoding import Settings
from verifirst.engines.transformers import LocalEngine, Request, engine
from verifirst.verifier import Verifier

PROBLEMS = list(islice(generate("dev", 40, 3), 40))


def run(attention: str, *, mask: bool, of: list[int], tokens: int, verifier=Verifier, opts_out: int = -1):
    requests = [
        Request(prompt_text(PROBLEMS[at]), PROBLEMS[at].text, tokens, temperature=1.0, seed=at, enforce=at != opts_out)
        for at in of
    ]
    settings = Settings(mask=mask)
    with LocalEngine(
        "first_light_base", workers=0, verifier=verifier, settings=settings, batch_size=2, attention=attention
    ) as made:
        return made.generate(requests)


def same(one, other) -> bool:
    return one.token_ids == other.token_ids and all(
        torch.allclose(torch.tensor(getattr(one, name)), torch.tensor(getattr(other, name)), atol=1e-3)
        for name in ("logprobs", "constrained_logprobs")
    )


def main() -> None:
    engine.token_bytes = telling
    cases = {
        "no mask": {"mask": False, "of": [0, 1], "tokens": 6},
        "masks": {"mask": True, "of": [22, 13, 39], "tokens": 9, "verifier": partial(Verifier, []), "opts_out": 39},
        "masks and rollback": {"mask": True, "of": [14], "tokens": 24},
    }
    masked = refused = 0
    for name, case in cases.items():
        expected, found = run("torch", **case), run("fused", **case)
        if not all(map(same, expected, found)):
            raise SystemExit(f"{name}: {[output.text for output in expected]} but {[output.text for output in found]}")
        masked += sum(a > b + 1e-3 for o in found for a, b in zip(o.constrained_logprobs, o.logprobs, strict=True))
        refused += sum(output.tally.refused for output in found)
    if not (masked and refused):
        raise SystemExit(f"nothing was tried: {masked} tokens under a mask, {refused} steps refused")
    sys.stdout.write(f"every output equal; {masked} tokens sampled under a mask or ban, {refused} steps refused\n")


if __name__ == "__main__":
    main()
