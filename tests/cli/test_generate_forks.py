"""``verifirst generate --consistency``: what is proved stands apart from what is likely."""

import json

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

PROBLEM = "Ann has 5 boxes of 12 eggs. Ann gives 21 to Leo. How many eggs does Ann have at the end?"


@pytest.fixture
def asked(run):
    return lambda *options: run("generate", PROBLEM, *options)


def consistency(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_forks_are_drawn_and_counted_by_a_key(asked):
    options = ("--consistency", "answer", "--key", "abc", "--json")
    one, same = consistency(asked(*options)), consistency(asked(*options))
    assert one == same
    said = one["consistency"]
    assert 1 < said["forks"] <= 8
    assert sum(said["votes"].values()) <= said["forks"]
    assert said["answer"] in said["votes"]
    assert 0 < said["p"] < 1
    assert len(said["steps"]) == len(one["steps"])
    assert not said["abstained"]


def test_steps_are_shown_with_what_was_proved_and_what_is_likely(asked):
    result = asked("--consistency", "step", "--max-false-rejection", "0.02", "--seed", "3")
    assert result.returncode == 0, result.stderr
    assert "forks answer 39" in result.stdout
    assert "proved" in result.stdout
    assert "supported (p " in result.stdout
    assert "p = 1" not in result.stdout


def test_an_answer_that_the_forks_hardly_support_is_held_back(run):
    strange = "Xavier has 3 zebras and 4 giraffes, half of which he sells for $7 a leg. What does he earn?"
    options = ("--consistency", "answer", "--key", "k", "--json")
    free = consistency(run("generate", strange, *options))
    assert free["text"]
    assert free["consistency"]["p"] < 0.6
    held = consistency(run("generate", strange, *options, "--max-wrong", "0.1"))
    assert (held["text"], held["consistency"]["abstained"]) == ("", True)
    assert held["consistency"]["p"] == free["consistency"]["p"]
    view = run("generate", strange, *options[:-1], "--max-wrong", "0.1")
    assert "is asked for" in " ".join(view.stdout.split())


def test_a_bound_on_answers_needs_forks(asked):
    result = asked("--max-wrong", "0.1")
    assert result.returncode == 2
    assert "needs forks" in result.stderr


def test_a_calibration_of_other_conditions_is_refused(asked):
    result = asked("--consistency", "step", "--temperature", "0.3")
    assert result.returncode == 2
    assert "holds for temperature = 1.0, found 0.3" in result.stderr


def test_steps_are_not_refused_without_a_calibration(run):
    result = run("generate", PROBLEM, "--model", "first_light_base", "--consistency", "step")
    assert result.returncode == 2
    assert "needs a calibration" in result.stderr


def test_a_file_of_problems_keeps_its_order_and_its_errors(run, tmp_path):
    lines = [json.dumps({"id": "a", "problem": PROBLEM}), "not JSON", json.dumps({"id": "b", "problem": PROBLEM})]
    (tmp_path / "problems.jsonl").write_text("\n".join(lines) + "\n")
    result = run("generate", "--problems", "problems.jsonl", "--consistency", "answer", "--key", "k", "--json")
    assert result.returncode == 2
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert (first["id"], third["id"]) == ("a", "b")
    assert "error" in second
    assert first["consistency"]["forks"] > 1
