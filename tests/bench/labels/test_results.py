import json

import pytest

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.diff import difference
from verifirst.bench.labels.outcome import measure
from verifirst.bench.labels.results import Result, measured, write
from verifirst.errors import FormatError, InputError

ENFORCED = frozenset({"AR001", "AR002", "AR003", "AR004"})


def test_a_result_survives_its_file(tmp_path, settings, solutions, adjudications):
    outcome = measure(settings, solutions, adjudications)
    write(tmp_path / "deep/labels.json", outcome, ENFORCED)
    kept = Result.load(tmp_path / "deep/labels.json")
    assert kept == Result.of(outcome, ENFORCED)
    assert kept.good == {("small", "b#3"): ("AR001",), ("small", "e#0"): ("AR001",)}
    assert kept.caught == {("small", "a#1"): ("AR001",)}
    assert not difference(kept, Result.of(outcome, ENFORCED)).changes


def test_what_changed_is_told_by_figure_and_by_step(settings, solutions, adjudications):
    before = Result.of(measure(settings, solutions, adjudications), ENFORCED)
    blind = Result({"small": {"counts": {"good": 5, "caught": 0}}}, ENFORCED, {}, {})
    change = difference(blind, before)
    told = {(c.set, c.figure): (c.before, c.now) for c in change.changes}
    assert told["all", "caught"] == told["small", "caught"] == (0, 1)
    assert ("small", "good") not in told
    assert [step for step, _ in change.steps["good steps newly refuted"]] == [("small", "b#3"), ("small", "e#0")]
    back = difference(before, blind)
    assert [step for step, _ in back.steps["first errors no longer caught"]] == [("small", "a#1")]
    assert any("small caught: 0 to 1 (+1)" in line.plain for line in change.lines())


def test_preview_rules_and_other_sets_are_left_out_of_the_steps(settings, solutions):
    now = Result.of(measure(settings, solutions, Adjudications()), frozenset())
    other = Result({"small": {"counts": {}}, "large": {"counts": {}}}, frozenset(), {("large", "x#0"): ("AR001",)}, {})
    change = difference(other, now)
    assert not any(change.steps.values())
    assert change.left_out == ["large"]


def test_nothing_changed_says_so(settings, solutions):
    result = Result.of(measure(settings, solutions, Adjudications()), ENFORCED)
    assert [line.plain for line in difference(result, result).lines()] == ["nothing changed since the committed result"]


def test_a_file_that_is_no_result(tmp_path):
    with pytest.raises(InputError, match="found nothing there"):
        Result.load(tmp_path / "gone.json")
    for text in ("{", "{}", "[]", '{"sets": {}, "enforced": 3, "good": {}, "caught": {}}'):
        (tmp_path / "bad.json").write_text(text)
        with pytest.raises(FormatError, match="expected the result of an earlier run"):
            Result.load(tmp_path / "bad.json")


def test_what_a_rule_page_shows(settings, solutions, adjudications):
    figures = measured(measure(settings, solutions, adjudications), settings.chosen())
    own = figures["AR001"]
    assert (own["good_steps"], own["false_refutations"], own["first_error_steps"], own["caught"]) == (5, 1, 3, 1)
    assert (own["precision"], own["recall"], own["source"]) == (pytest.approx(2 / 3, abs=1e-4), 0.3333, "small")
    assert figures["AR003"]["precision"] is None
    json.dumps(figures)
