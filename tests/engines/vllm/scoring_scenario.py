"""Run by test_scorer_engine: a pooling model in a process of its own; prints what it says of the traces.

usage: scoring_scenario.py SPEC.json, with ``model``, ``layout``, ``tag`` (a token id) and ``traces`` ([problem, steps,
since]). vLLM answers for every token first, and then for the tags alone: one engine, two ways to pool.
"""

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    from vllm import LLM

    from verifirst.engines.vllm.scorer import VllmScorer
    from verifirst.scoring import Layout, Scored, Unscored, score

    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    traces = [Scored(problem, tuple(steps), since) for problem, steps, since in spec["traces"]]
    pooler = {"task": "token_classify", "tok_pooling_type": "STEP"}
    llm = LLM(
        spec["model"], runner="pooling", pooler_config=pooler, dtype="float32", enforce_eager=True, max_model_len=512
    )
    scorer = VllmScorer(llm, layout=Layout(**spec["layout"]))
    found = {"name": scorer.name}
    for way, tag in (("every token", None), ("tags", spec["tag"])):
        llm.model_config.pooler_config.step_tag_id = tag
        answers = score(scorer, traces)
        found[way] = [str(one.reason) if isinstance(one, Unscored) else one for one in answers]
    sys.stdout.write("RESULT " + json.dumps(found) + "\n")
