import json
from pathlib import Path

import pytest

from verifirst.bench.word_problems import generate, judge, prompt_text
from verifirst.errors import InputError
from verifirst.models import SHIPPED, path

MEGABYTE = 1_000_000


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="first_light, first_light_base"):
        path("second_light")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_complete(name: str) -> None:
    files = {f.name for f in path(name).iterdir()}
    assert {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json"} <= files
    assert {"tokenizer_config.json", "MODEL_CARD.md"} <= files


def test_the_models_are_small() -> None:
    assert sum(f.stat().st_size for name in SHIPPED for f in path(name).iterdir()) < 5 * MEGABYTE


@pytest.mark.parametrize("name", SHIPPED)
def test_the_configuration_agrees_with_the_tokenizer(name: str) -> None:
    transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")
    config = json.loads((path(name) / "config.json").read_text())
    tokenizer = transformers.AutoTokenizer.from_pretrained(path(name))
    assert config["architectures"] == ["Qwen3ForCausalLM"]
    assert config["head_dim"] in {32, 64, 80, 96, 112, 128}
    assert (config["eos_token_id"], config["pad_token_id"]) == (tokenizer.eos_token_id, tokenizer.pad_token_id)
    assert config["vocab_size"] == len(tokenizer)
    assert tokenizer.bos_token_id is None


def test_the_tokenizer_gives_back_every_text() -> None:
    transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")
    tokenizer = transformers.AutoTokenizer.from_pretrained(path("first_light"))
    texts = [prompt_text(p) + p.solution for p in generate("dev", 200, 0)]
    texts += ["  two  spaces \n\n\t tab", "3*4=12", "caf\u00e9 \u221a2 \U0001f34e", "x <= 3 != 4 \\frac{1}{2}", " , ."]
    for text in texts:
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_digits_and_newlines_are_tokens_of_their_own() -> None:
    transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")
    tokenizer = transformers.AutoTokenizer.from_pretrained(path("first_light"))
    for token_id in range(len(tokenizer)):
        text = tokenizer.decode([token_id])
        assert len(text) == 1 or not any(c.isdigit() or c == "\n" for c in text)
    newline = tokenizer("\n")["input_ids"]
    for problem in generate("dev", 50, 0):
        ids = tokenizer(problem.solution)["input_ids"]
        assert ids.count(newline[0]) == len(problem.solution_steps) - 1


def test_greedy_decoding_solves_some_held_out_problems() -> None:
    torch = pytest.importorskip("torch", reason="needs the extra 'local'")
    transformers = pytest.importorskip("transformers", reason="needs the extra 'local'")
    folder: Path = path("first_light")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    problems = list(generate("heldout-numbers", 24, 1))
    inputs = tokenizer([prompt_text(p) for p in problems], return_tensors="pt", padding=True)
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    output = model.generate(input_ids=ids, attention_mask=mask, do_sample=False, max_new_tokens=160)
    texts = tokenizer.batch_decode(output[:, ids.shape[1] :], skip_special_tokens=True)
    valid = [all(j.valid for j in judge(p, t.split("\n"))) for p, t in zip(problems, texts, strict=True)]
    assert sum(valid) >= 8
