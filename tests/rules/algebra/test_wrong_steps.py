r"""Wrong steps, each one number or sign away from a right one: the right rule refutes the right claim."""

# ruff: noqa: E501  # texts in a table, one a line
from __future__ import annotations

import pytest

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.replay import replay
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier(enforce=["AL"])

CLOSED = [  # the right text, what makes it wrong, the claim that is then refuted
    (r"$\sqrt{49} = 7$", "7", "8", r"\sqrt{49} = 8"),
    (r"$\sqrt{50} = 5\sqrt{2}$", r"5\sqrt", r"2\sqrt", r"\sqrt{50} = 2\sqrt{2}"),
    (r"$\sqrt{12} + \sqrt{27} = 5\sqrt{3}$", "5", "6", r"\sqrt{12} + \sqrt{27} = 6\sqrt{3}"),
    (r"$\sqrt[3]{27} = 3$", "= 3", "= 9", r"\sqrt[3]{27} = 9"),
    (r"$8^{2/3} = 4$", "= 4", "= 6", r"8^{2/3} = 6"),
    (r"$\frac{1}{\sqrt{2}} = \frac{\sqrt{2}}{2}$", "}{2}", "}{4}", r"\frac{1}{\sqrt{2}} = \frac{\sqrt{2}}{4}"),
    (r"$\frac{1}{\sqrt{3} - 1} = \frac{\sqrt{3} + 1}{2}$", "+ 1}{2}", "+ 1}{4}", r"\frac{1}{\sqrt{3} - 1} = \frac{\sqrt{3} + 1}{4}"),
    (r"$\log_2 32 = 5$", "5", "6", r"\log_2 32 = 6"),
    (r"$\log_3 9 + \log_3 27 = 5$", "5", "6", r"\log_3 9 + \log_3 27 = 6"),
    (r"$\sin 30^\circ = \frac{1}{2}$", "2}", "3}", r"\sin 30^\circ = \frac{1}{3}"),
    (r"$\cos 60^\circ = \frac{1}{2}$", "60", "30", r"\cos 30^\circ = \frac{1}{2}"),
    (r"$\tan 60^\circ = \sqrt{3}$", "60", "30", r"\tan 30^\circ = \sqrt{3}"),
    (r"$\sin \frac{\pi}{3} = \frac{\sqrt{3}}{2}$", r"\pi}{3}", r"\pi}{4}", r"\sin \frac{\pi}{4} = \frac{\sqrt{3}}{2}"),
    (r"$\sin^2 30^\circ + \cos^2 30^\circ = 1$", "+", "-", r"\sin^2 30^\circ - \cos^2 30^\circ = 1"),
    (r"$5! = 120$", "120", "125", "5! = 125"),
    (r"$\frac{6!}{3!} = 120$", "120", "2", r"\frac{6!}{3!} = 2"),
    (r"$\binom{6}{2} = 15$", "15", "30", r"\binom{6}{2} = 30"),
    (r"$\binom{7}{3} = \binom{7}{4}$", "{4}", "{2}", r"\binom{7}{3} = \binom{7}{2}"),
    (r"$|3 - 8| = 5$", "= 5", "= -5", "|3 - 8| = -5"),
    (r"$\lfloor 3.7 \rfloor = 3$", "= 3", "= 4", r"\lfloor 3.7 \rfloor = 4"),
    (r"$\lceil \frac{7}{2} \rceil = 4$", "= 4", "= 3", r"\lceil \frac{7}{2} \rceil = 3"),
    (r"$\lfloor \sqrt{50} \rfloor = 7$", "= 7", "= 8", r"\lfloor \sqrt{50} \rfloor = 8"),
    (r"$\gcd(12, 18) = 6$", "= 6", "= 3", r"\gcd(12, 18) = 3"),
    (r"$\text{lcm}(4, 6) = 12$", "= 12", "= 24", r"\text{lcm}(4, 6) = 24"),
    (r"$17 + 1 \equiv 4 \pmod{7}$", "4", "3", r"17 + 1 \equiv 3"),
    (r"$2^{10} \equiv 1 \pmod{11}$", "1 ", "2 ", r"2^{10} \equiv 2"),
    (r"$17 \bmod 5 = 2$", "= 2", "= 3", r"17 \bmod 5 = 3"),
    (r"Volume = πr^2h = π(6)^2(12) = 432π", "432", "216", "π(6)^2(12) = 216π"),
    (r"$\frac{4i(1-2i)}{(1+2i)(1-2i)} = \frac{4i+8}{5}$", "4i+8", "4i-8", r"\frac{4i(1-2i)}{(1+2i)(1-2i)} = \frac{4i-8}{5}"),
    (r"$67 \bmod 25 = 17$", "= 17", "= 15", r"67 \bmod 25 = 15"),
    (r"$67 \equiv 17 \mod 25$", "17", "15", r"67 \equiv 15"),
    (r"$2^{10} \equiv 24 \pmod 1000$", "24", "25", r"2^{10} \equiv 25"),
    ("2^10 ≡ 24 mod 1000", "24", "25", "2^10 ≡ 25"),
    (r"$\sum_{k=1}^{4} k^2 = 30$", "30", "20", r"\sum_{k=1}^{4} k^2 = 20"),
    (r"$\prod_{k=1}^{4} k = 24$", "24", "10", r"\prod_{k=1}^{4} k = 10"),
    (r"$(3 + 4i)(3 - 4i) = 25$", "25", "-7", "(3 + 4i)(3 - 4i) = -7"),
    (r"$(1 + 2i)^2 = -3 + 4i$", "-3", "5", "(1 + 2i)^2 = 5 + 4i"),
    (r"$\frac{5}{1 + 2i} = 1 - 2i$", "- 2i", "+ 3i", r"\frac{5}{1 + 2i} = 1 + 3i"),
    (r"$\sqrt{2} < \frac{3}{2}$", "<", ">", r"\sqrt{2} > \frac{3}{2}"),
    (r"$3 < \sqrt{10}$", "10", "8", r"3 < \sqrt{8}"),
    (r"$1011_2 = 11$", "= 11", "= 13", "1011_2 = 13"),
    (r"$34_5 + 23_5 = 112_5$", "112", "111", None),
    (r"$(2 + \sqrt{3})(2 - \sqrt{3}) = 1$", "= 1", "= 7", r"(2 + \sqrt{3})(2 - \sqrt{3}) = 7"),
    (r"$\sqrt{3^2 + 4^2} = 5$", "= 5", "= 7", r"\sqrt{3^2 + 4^2} = 7"),
    (r"$\sqrt{15} = 3.87$", "3.87", "4.12", r"\sqrt{15} = 4.12"),
    (r"$\pi \cdot 5^2 = 25\pi$", "25", "10", r"\pi \cdot 5^2 = 10\pi"),
    (r"$\lceil -8.8 \rceil = -8$, rounding up to the nearest integer", "-8$", "-9$", r"\lceil -8.8 \rceil = -9"),
    (r"$\log_{11} 121 = 2$, where $x_{10} = 5$", "= 2", "= 3", r"\log_{11} 121 = 3"),
    (r"\[ \sum_{k=1}^{44} \cos (8k^\circ) = -1 \]", "= -1", "= 0", r"\sum_{k=1}^{44} \cos (8k^\circ) = 0"),
    (r"$\cos 120^\circ = -\frac{1}{2}$", "-", "", r"\cos 120^\circ = \frac{1}{2}"),
]  # fmt: skip

IDENTITIES = [
    (r"$(x + 1)^2 - x^2 = 2x + 1$", "1$", "3$", "(x + 1)^2 - x^2 = 2x + 3"),
    (r"$9 - 18(n - 1) = 27 - 18n$", "27", "18", "9 - 18(n - 1) = 18 - 18n"),
    (r"$3(x + 2) - x = 2x + 6$", "6", "5", "3(x + 2) - x = 2x + 5"),
    (r"$\frac{2x + 4}{2} = x + 2$", "+ 2$", "+ 4$", r"\frac{2x + 4}{2} = x + 4"),
    (r"$(a + b) - (a - b) = 2b + 0$", "0", "1", "(a + b) - (a - b) = 2b + 1"),
    (r"$\sqrt{(b - 0)^2 + 37^2} = \sqrt{b^2 + 1369}$", "1369", "1225", r"\sqrt{(b - 0)^2 + 37^2} = \sqrt{b^2 + 1225}"),
    (r"$\sin^2 x + \cos^2 x = 1$", "1", "2", r"\sin^2 x + \cos^2 x = 2"),
    (r"$2n + 1 - (2n - 1) = 2$", "= 2", "= 0", "2n + 1 - (2n - 1) = 0"),
    (r"$\frac{x}{2} + \frac{x}{2} + 1 = x + 1$", "x + 1$", "x + 2$", r"\frac{x}{2} + \frac{x}{2} + 1 = x + 2"),
]  # fmt: skip

STEPS = [
    (r"\[ 2x + 3 = 7 \implies 2x = 4 \]", "4", "10", "2x = 10"),
    (r"\[ 2x + 3 = 7 \implies x = 2 \]", "2 \\]", "5 \\]", "x = 5"),
    (r"\[ 3x - 5 = 10 \] Add 5 to both sides: \[ 3x = 15 \]", "15", "5", "3x = 5"),
    (r"\begin{align*} 4x &= 20 \\ x &= 5 \end{align*}", "5 \\end", "16 \\end", "x &= 16"),
    (r"\[ \frac{x}{3} = 4 \implies x = 12 \]", "12", "7", "x = 7"),
    (r"\[ 2(x - 1) = 8 \implies 2x - 2 = 8 \]", "- 2 =", "- 1 =", "2x - 1 = 8"),
    (r"\[ 5 - x = 3 \implies x = 2 \]", "2 \\]", "-2 \\]", "x = -2"),
    (r"\[ x^2 - 5x + 6 = 0 \implies (x - 2)(x - 3) = 0 \]", "(x - 2)(x - 3)", "(x - 1)(x - 6)", "(x - 1)(x - 6) = 0"),
    (r"\[ x^2 = 16 \implies x = 4 \]", "4 \\]", "8 \\]", "x = 8"),
    (r"\[ \sqrt{x} = 5 \implies x = 25 \]", "25", "10", "x = 10"),
    (r"\[ 3n + 2 = 2n + 9 \Rightarrow n = 7 \]", "7", "11", "n = 11"),
    (r"\[ 2x + 3 = 7 \] Simplifying, we get \[ 2x - 4 = 0 \]", "- 4", "+ 4", "2x + 4 = 0"),
    (r"$7t = 21$, so $t = 3$.", "3$.", "4$.", "t = 4"),
    ("7t = 21, so t = 3.", "3.", "4.", "t = 4"),
    (r"\[ 33(9 + 2b) = 2013 \implies 9 + 2b = 61.0 \]", "61.0", "60.45", "9 + 2b = 60.45"),
    (r"\[ 18x = 162 \implies x = \frac{162}{18} \]", "{18}", "{17}", r"x = \frac{162}{17}"),
    (r"\[ 3x = 10 \implies x = 3.33 \]", "3.33", "3.67", "x = 3.67"),
    (r"$2y + 1 = 9$. Hence $2y = 8$.", "8$", "10$", "2y = 10"),
]  # fmt: skip


REWRITINGS = [
    (r"\[ (a + b)(c + d) = 16 \] Expanding, we get \[ ac + ad + bc + bd = 16 \]", "+ bd", "+ ab", "ac + ad + bc + ab = 16"),
    (r"We have $2n + 4n + 4 = m$. Combining like terms, $6n + 4 = m$.", "6n", "7n", None),
    (r"\[ ab - ac + bc = 12 \] Factoring out $a$: \[ a(b - c) + bc = 12 \]", "b - c", "b + c", "a(b + c) + bc = 12"),
    (r"\[ S = 4a + 4b + 2ab \] The right-hand side can be rewritten as \[ S = 2(2a + 2b + ab) \]", "+ ab", "+ 2ab", None),
    (r"\[ \frac{x}{2} + \frac{y}{3} = z \] With a common denominator: \[ \frac{3x + 2y}{6} = z \]", "3x", "2x", None),
]  # fmt: skip


def refuted(text: str) -> list[tuple[str | None, str]]:
    ledger = Ledger.open(VERIFIER, "")
    report = ledger.push(Step(0, 0, len(text), len(text), text))
    found = []
    for verdict in report.verdicts:
        if verdict.status is Status.REFUTED:
            assert verdict.claim is not None
            assert verdict.evidence is not None
            assert replay(verdict.evidence) is Status.REFUTED
            found.append((verdict.rule, text[verdict.claim.start : verdict.claim.end]))
    return found


def broken(right: str, old: str, new: str) -> str:
    at = right.rfind(old)
    assert at >= 0
    return right[:at] + new + right[at + len(old) :]


@pytest.mark.parametrize(("right", "old", "new", "claim"), CLOSED)
def test_a_wrong_value_is_refuted(right: str, old: str, new: str, claim: str | None) -> None:
    wrong = broken(right, old, new)
    assert not refuted(right)
    found = refuted(wrong)
    assert [rule for rule, _ in found] == (["AL001"] if "AL001" in dict(found) else ["AR001"]), found
    assert claim is None or [shown for _, shown in found] == [claim]


@pytest.mark.parametrize(("right", "old", "new", "claim"), IDENTITIES)
def test_a_false_identity_is_refuted(right: str, old: str, new: str, claim: str | None) -> None:
    assert not refuted(right)
    found = refuted(broken(right, old, new))
    assert [rule for rule, _ in found] == ["AL002"]
    assert claim is None or [shown for _, shown in found] == [claim]


@pytest.mark.parametrize(("right", "old", "new", "claim"), STEPS)
def test_a_false_step_is_refuted(right: str, old: str, new: str, claim: str) -> None:
    assert not refuted(right)
    assert refuted(broken(right, old, new)) == [("AL004", claim)]


@pytest.mark.parametrize(("right", "old", "new", "claim"), REWRITINGS)
def test_a_false_rewriting_is_refuted(right: str, old: str, new: str, claim: str | None) -> None:
    assert not refuted(right)
    found = refuted(broken(right, old, new))
    assert {rule for rule, _ in found} <= {"AL007", "AL008"}
    assert found
    assert claim is None or claim in [shown for _, shown in found]


def test_there_are_enough() -> None:
    assert len(CLOSED) + len(IDENTITIES) + len(STEPS) >= 60
