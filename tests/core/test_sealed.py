import pickle

import pytest

from verifirst.core.report import Coverage
from verifirst.core.sealed import Seal, SealedReport, coverage, reasons
from verifirst.core.verdict import Reason
from verifirst.session import check_steps
from verifirst.verifier import Verifier

PROBLEM = "Tom has 3 apples and 12 pears."
STEPS = ("3 + 12 = 15", "nothing", "15 * 2 = 31", "1/3 + 1/6 = 1/2.", "The answer is 30.", "9^9^9^9 = 1")
REPORTS = check_steps(Verifier(enforce=("DG",)), PROBLEM, STEPS)


@pytest.mark.parametrize("report", REPORTS, ids=STEPS)
def test_a_sealed_report_equals_the_report(report):
    seal = pickle.loads(pickle.dumps(tuple(Seal.of(report))))
    sealed = SealedReport(report.step, Seal(*seal))
    assert (sealed.status, sealed.cause, sealed._parts) == (report.status, report.cause, None)
    assert coverage(sealed) == Coverage.of([report]) == coverage(report)
    assert reasons(sealed) == reasons(report)
    assert sealed._parts is None, "none of that unpacks it"
    assert sealed == report
    assert report == sealed
    assert sealed == SealedReport(report.step, Seal.of(report))
    assert sealed.refutation == report.refutation
    assert (sealed.verdicts, sealed.notes, sealed.facts) == (report.verdicts, report.notes, report.facts)
    assert sealed.premises == report.premises
    assert repr(sealed) == repr(report)
    assert pickle.loads(pickle.dumps(sealed)) == report


def test_different_reports_differ():
    one, other = REPORTS[0], REPORTS[2]
    assert SealedReport(one.step, Seal.of(one)) != other
    assert SealedReport(one.step, Seal.of(one)) != SealedReport(other.step, Seal.of(other))
    assert SealedReport(one.step, Seal.of(one)) != "a report"
    assert Reason.NO_CLAIM in reasons(REPORTS[1])
