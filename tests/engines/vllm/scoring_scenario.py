"""Run by test_scorer_engine: a pooling model in a process of its own; prints what it says of the traces.

usage: scoring_scenario.py SPEC.json, with ``model``, ``traces`` ([problem, steps, since]), ``pooler`` and ``separator``
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
    settings = {"dtype": "float32", "enforce_eager": True, "max_model_len": 512, "max_num_seqs": 16}
    found = {}
    for name, pooler in spec["poolers"].items():
        llm = LLM(spec["model"], runner="pooling", pooler_config=pooler, **settings)
        scorer = VllmScorer(llm, layout=Layout(**spec["layout"]))
        answers = score(scorer, traces)
        found[name] = [
            {"unscored": one.reason, "message": one.message} if isinstance(one, Unscored) else one for one in answers
        ]
        found["name"] = scorer.name
        del scorer, llm
    print("RESULT " + json.dumps(found))
