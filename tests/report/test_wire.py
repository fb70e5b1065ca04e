import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.report import wire
from verifirst.report.checking import Checker, Settings
from verifirst.report.inputs import Line

SCHEMA = json.loads(wire.schema())
OUTPUT = jsonschema.Draft202012Validator(SCHEMA)
INPUT = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/input"}]})
CHECKER = Checker(Settings(as_json=True))

pieces = st.sampled_from(
    [
        "3 + 4 = 7",
        "3 + 4 = 8",
        "12 * 2 = 24 apples",
        "so ",
        " = ",
        "50%",
        "$3.50",
        "\n",
        "The answer is 7.",
        "1/3",
        ". ",
    ]
)
texts = st.lists(pieces | st.text(max_size=6), max_size=8).map("".join)
ids = st.none() | st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
traces = st.fixed_dictionaries(
    {"id": ids, "problem": texts}, optional={"steps": st.lists(texts, max_size=4), "solution": texts}
)


def check(fields: object) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(CHECKER.outcome(CHECKER.parse(Line("-", 1, json.dumps(fields).encode()))).line)
    return record


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=300)
@given(traces)
def test_every_line_follows_the_schema(fields: dict[str, Any]) -> None:
    record = check(fields)
    OUTPUT.validate(record)
    assert ("error" in record) == (not INPUT.is_valid(fields))
    assert record["id"] == fields["id"]


@given(traces.filter(lambda fields: "steps" in fields or "solution" in fields))
def test_offsets_lie_in_the_text_they_count(fields: dict[str, Any]) -> None:
    for index, step in enumerate(check(fields)["steps"]):
        assert step["index"] == index
        whole = fields["steps"][index] if "steps" in fields else fields["solution"]
        own = whole[step["start"] : step["end"]]
        assert len(own) == step["end"] - step["start"]
        if "steps" in fields:
            assert own == whole
        for claim in step["claims"]:
            assert 0 <= claim["start"] <= claim["end"] <= len(own)
        assert step["cause"] is None or step["cause"] < index


@given(traces.filter(lambda fields: "steps" in fields or "solution" in fields))
def test_statuses_and_coverage_follow_from_the_claims(fields: dict[str, Any]) -> None:
    record = check(fields)
    for step in record["steps"]:
        found = {claim["status"] for claim in step["claims"]}
        expected = "refuted" if "refuted" in found else "verified" if found == {"verified"} else "unknown"
        assert step["status"] == expected
    claims = [claim for step in record["steps"] for claim in step["claims"] if claim["kind"] != wire.STEP_KIND]
    assert record["coverage"]["claims"] == len(claims)
    assert record["coverage"]["decided"] == sum(claim["status"] != "unknown" for claim in claims)
    assert record["coverage"]["steps"] == len(record["steps"])


def report(*verdicts: Verdict, index: int = 0) -> Report:
    return Report(Step(index, 0, 4, 4, "text"), verdicts)


SILENT = report(Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM))
VERIFIED = report(Verdict(Status.VERIFIED, Claim(0, 4), "AR001"))
REFUTED = report(Verdict(Status.REFUTED, Claim(0, 4), "AR001", message="no"))
UNDECIDED = report(Verdict(Status.UNKNOWN, Claim(0, 4), "AR001", reason=Reason.ROUNDING))
LOST = report(Verdict(Status.UNKNOWN, None, reason=Reason.TIMEOUT, message="killed"))


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([], Status.UNKNOWN),
        ([SILENT], Status.UNKNOWN),
        ([VERIFIED], Status.VERIFIED),
        ([SILENT, VERIFIED, SILENT], Status.VERIFIED),
        ([VERIFIED, UNDECIDED], Status.UNKNOWN),
        ([VERIFIED, LOST], Status.UNKNOWN),
        ([UNDECIDED, REFUTED], Status.REFUTED),
        ([VERIFIED, REFUTED], Status.REFUTED),
    ],
)
def test_the_status_of_a_trace(reports: list[Report], status: Status) -> None:
    assert wire.trace_status(reports) is status


def test_a_step_that_could_not_be_judged_says_why() -> None:
    record = wire.encode(None, [LOST])
    OUTPUT.validate(record)
    assert record["steps"][0]["claims"] == [
        {
            "start": 0,
            "end": 4,
            "kind": "step",
            "status": "unknown",
            "rule": None,
            "reason": "TIMEOUT",
            "message": "killed",
        }
    ]
    assert record["coverage"]["claims"] == 0


def test_every_reason_is_in_the_schema() -> None:
    known = set(SCHEMA["$defs"]["claim"]["properties"]["reason"]["enum"])
    assert known == {None} | {reason.value for reason in Reason} - {"NO_CLAIM"}


def test_output_is_ascii_whatever_came_in() -> None:
    hostile = "\ud800 \x1b[31m \u202e naïve 3 + 4 = 8"
    line = CHECKER.outcome(CHECKER.parse(Line("-", 1, json.dumps({"id": hostile, "steps": [hostile]}).encode()))).line
    assert line.isascii()
    assert "\x1b" not in line
    assert json.loads(line)["id"] == hostile
