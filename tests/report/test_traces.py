import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.report.inputs import Line
from verifirst.report.traces import Malformed, Problem, Trace, parse, parse_problem


def read(raw: bytes | str, number: int = 7) -> Trace | Malformed:
    return parse(Line("traces.jsonl", number, raw.encode() if isinstance(raw, str) else raw))


def test_native_steps_are_kept_as_they_are() -> None:
    assert read('{"id": 3, "problem": "P", "steps": [" a ", ""]}') == Trace(3, "P", (" a ", ""), None)


def test_a_solution_is_left_to_be_segmented() -> None:
    assert read('{"id": "x", "problem": "P", "solution": "a\\nb"}') == Trace("x", "P", None, "a\nb")


def test_other_fields_are_ignored_and_a_missing_problem_is_empty() -> None:
    assert read('{"steps": ["a"], "answer": [1, {}], "model": null}') == Trace(None, "", ("a",), None)
    assert read('{"steps": ["a"], "score": NaN}') == Trace(None, "", ("a",), None)
    assert read('{"problem": null, "solution": ""}') == Trace(None, "", None, "")


def test_steps_go_before_a_solution_and_null_is_absent() -> None:
    assert read('{"steps": ["a"], "solution": "b"}') == Trace(None, "", ("a",), None)
    assert read('{"steps": null, "solution": "b"}') == Trace(None, "", None, "b")


MALFORMED = [
    ("not json", None, "line 7: expected a JSON object, found 'not json' (Expecting value at column 1)"),
    ('{"id": 1, "steps": ["a"]', None, 'line 7: expected a JSON object, found \'{"id": 1, "steps": ["a"]\' (Exp'),
    ("[1, 2]", None, "line 7: expected a JSON object, found a list"),
    ("null", None, "line 7: expected a JSON object, found null"),
    ("12", None, "line 7: expected a JSON object, found a number"),
    ('"text"', None, "line 7: expected a JSON object, found a string"),
    ('{"id": "a"}', "a", "line 7: expected `steps` (a list of strings) or `solution` (a string), found neither"),
    ('{"id": 5, "steps": "a"}', 5, "line 7: expected `steps` to be a list of strings, found a string"),
    ('{"id": 5, "steps": ["a", 2]}', 5, "line 7: expected `steps` to be a list of strings, found a number at index 1"),
    ('{"id": 5, "steps": [null]}', 5, "line 7: expected `steps` to be a list of strings, found null at index 0"),
    ('{"id": 5, "solution": ["a"]}', 5, "line 7: expected `solution` to be a string, found a list"),
    ('{"id": 5, "solution": true}', 5, "line 7: expected `solution` to be a string, found true"),
    ('{"id": "a", "problem": 1, "steps": []}', "a", "line 7: expected `problem` to be a string, found a number"),
    ('{"id": {}, "steps": []}', None, "line 7: expected `id` to be a string or a number, found an object"),
    ('{"id": true, "steps": []}', None, "line 7: expected `id` to be a string or a number, found true"),
    ('{"id": 1e999, "steps": []}', None, "line 7: expected `id` to be a string or a number, found a number"),
    ('{"id": NaN, "steps": []}', None, "line 7: expected `id` to be a string or a number, found a number"),
    (b'{"id": "\xff"}', None, "line 7: expected UTF-8 text, found byte 0xff at offset 8"),
    ("[" * 100_000, None, "line 7: expected a JSON object, found one nested too deeply"),
    ('{"id": ' + "9" * 10_000 + "}", None, "line 7: expected a JSON object, found a number it cannot hold"),
]


@pytest.mark.parametrize(("raw", "trace_id", "error"), MALFORMED)
def test_a_malformed_line_says_where_what_was_expected_and_what_was_found(
    raw: bytes | str, trace_id: object, error: str
) -> None:
    found = read(raw)
    assert isinstance(found, Malformed)
    assert found.id == trace_id
    assert found.error.startswith(error)


def test_a_fault_of_reading_is_reported_at_its_line() -> None:
    assert parse(Line("a.gz", 3, fault="expected more"), name_source=True) == Malformed(
        None, "a.gz: line 3: expected more"
    )


def test_a_byte_order_mark_is_not_content() -> None:
    assert read(b'\xef\xbb\xbf{"steps": []}') == Trace(None, "", (), None)


def test_a_problem_line_needs_a_problem() -> None:
    assert parse_problem(Line("p", 1, b'{"id": 1, "problem": "How many?"}')) == Problem(1, "How many?")
    for raw in (b'{"id": 1}', b'{"id": 1, "problem": "  "}'):
        assert parse_problem(Line("p", 1, raw)) == Malformed(
            1, "line 1: expected `problem` to hold a problem, found nothing"
        )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_trace_or_malformed(raw: bytes) -> None:
    assert isinstance(read(raw), Trace | Malformed)


@given(st.dictionaries(st.sampled_from(["id", "problem", "steps", "solution", "x"]), json_values, max_size=5))
def test_any_object_is_a_trace_or_malformed(fields: dict[str, object]) -> None:
    found = read(json.dumps(fields))
    if isinstance(found, Trace):
        assert (found.steps is None) != (found.solution is None)
