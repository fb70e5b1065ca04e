"""What real reasoning looks like: lines that must not be refuted, and their false twins that must."""

from __future__ import annotations

import pytest

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier()

TRUE = [
    # mixed numbers and inline fractions
    "The rope is 4 1/2 - 3 = 1 1/2 metres long.",
    r"We get $2\frac{1}{4} + \frac{3}{4} = 3$.",
    "He fills 30 / 1/2 = 60 jars.",
    "1/2 of 18 = 9 seats are free.",
    # percent
    "20% of 50 = 10",
    "30% of $60 = (30/100)*$60 = $18",
    "50% * 40% * 20% = 4%",
    "The rest is (1-25%) * 80 = 60 pages.",
    "The share is 30 / 120 * 100 = 25%.",
    "She keeps 100% - 35% = 65% of it.",
    r"$80 \times 15\% = 12$",
    # money and separators
    "The fence costs $12 000 / 4 = $3 000.",
    "It comes to $1,250.50 + $249.50 = $1,500.",
    "Together 1.5 million + 2.5 million = 4 million people.",
    r"There are $9 \times 9 \times 9 = 729$ codes, or $729 \times 10 = 7{,}290$.",
    "Half of it is $1 / 2 = 50 cents.",
    "They pay 3 * $4.50 = $13.50.",
    "£3 + £4 = £7 and €5 * 2 = €10.",
    # units between operands
    "25 shells - 4 - 6 = 15 shells",
    "312 tickets * $20/ticket = $6240",
    "60 miles/hour * 3 hours = 180 miles",
    "6 hours x 4 days = 24 hours",
    "3 plus 4 equals 7, and 12 divided by 4 equals 3.",
    "2 * 90 = 180 L of water",
    "3 dozen eggs * 2 = 72 eggs",
    "He orders 3 + 5 = 8 dozen rolls.",
    # chains
    "2 * (3 + 4) = 2 * 7 = 14",
    "3 + 4\n= 7",
    r"\begin{align*} 2 \cdot 5 &= 4 + 6 \\ &= 10 \end{align*}",
    # rounding
    "10 / 3 = 3.33",
    "20 / 3 = 6.67 and 2 / 3 = 0.66",
    "100 / 7 ≈ 14.29",
    "22 / 7 ~= 3.14",
    # notation
    r"\left(\frac{2}{3}\right)^2 = \frac{4}{9}",
    r"\frac12 + \frac13 = \frac56",
    "2^10 = 1024, 2**5 = 32, 3² = 9",
    "4(2+3) = 20 and (2)(3) = 6",
    "½ + ¼ = ¾",
    "7 − 10 = −3",
    "√49 = 7, \\sqrt{16} + 1 = 5",
    r"The answer is $\boxed{6 \cdot 7 = 42}$",
    "**3 + 4 = 7**, so *2 * 5 = 10*",
    "- 3 * 4 = 12\n- 12 + 5 = 17",
    "<b>5 + 6 = 11</b>",
    "3*60 = <<3*60=180>>180",
    # comparisons
    "36 > 14, so Ann has more.",
    "3 * 4 >= 12 and 2 != 3",
    r"\frac{1}{2} < \frac{2}{3}",
]

NOT_REFUTED = [
    # two numbers that are equal by their units
    "He walks 2 * 6 = 12 = 1 foot.",
    "It takes 24 * 2 = 48 = 2 days, and 30 + 30 = 60 = 1 hour, of course.",
    "2 * 3 = 6 = 0 mod 6",
    # a digit that is a part of a name
    "Each CO2 x 3 = 7 as counted, and 1 FADH2 x 1.5 ATP = 1.5 ATP.",
    # labels and running totals
    "Week 1 + Week 2 = 20 + 22 = 42 hours",
    "Day 3 = 12 + 5 = 17",
    "Pages 3-4 = 40 + 41",
    "5 + 3 = 8 * 2 = 16",
    "the number of boxes is 7=4*9 = 36",
    # unstated rounding, whole items, scales, units
    "He needs 50 / 4 = 13 vans.",
    "Each gets 50 / 4 = 12 cards.",
    "33% of 60 = 20",
    "3.33 * 3 = 10",
    "4 * 6 = $24,000 in thousands of dollars",
    "The cost is 70 * 3 = $2.10.",
    "That takes 45 * 4 = 3 hours, the minutes being 180.",
    "4 feet - 40 inches = 8 inches",
    "3 pencils + 1 pen = 90 cents",
    "21 coins = 30 tokens",
    "Since 3/5 = 12 litres, 1/5 = 4 litres.",
    "Since 40% = 240 students, 10% = 60 students.",
    "12.3 million + 700 thousand = 13 million",
    # other arithmetic
    "He leaves at 9:45+30=10:15 AM.",
    "8 + 7 = 3 on a 12-hour clock",
    "17 = 2 (mod 5), so 17 + 4 = 1 mod 5",
    "0.101_2 + 0.001_2 = 0.110_2",
    "In base 5, 3 + 4 = 12.",
    "3 + (7) + 10 = 6 with the (7) being a loss",
    "We have 3 @ 4 = 3*4 - 4 = 8.",
    "4 ⊕ 3 = 19",
    # algebra and functions: no fragment is a claim
    "26=5+3x",
    "x + 3 + 4 = 9",
    "2x - 5 = 11, so 3X-1=20",
    "f(4)=f(3*1+1)=10",
    "f'(2) = 3*2 = 6 and g(1) + 3 = 9",
    "AB^2 = 3^2 + 4^2 and CD^2/4=6^2/4",
    "ab * 4 = 12",
    "4! * 2 = 48 and 5!/3! = 20",
    "7*2!=14 ways",
    "C(5, 2) = 10, (1, 2) + (3, 4) = (4, 6)",
    "sin 30 = 1/2, log 100 = 2, |3 - 5| = 2",
    "1 + 2 + ... + 10 = 55",
    "gcd(12, 18) = 6 and 17 % 5 = 2",
    r"\sum_{i=1}^{4} i = 10, \binom{5}{2} = 10, 0.\overline{3} * 3 = 1",
    r"2^{3}5^{2} = 200 and 3^25^2 = 225",
    "y = 3 + 4 = z = 8 + w",
    "Tax - 5 = 10 and Price * 2 = 10",
    "720 = \\frac{6}{2} [2a + 5d]",
    "64=2(25+64)-AC^2",
    # not asserted
    "It is clearly not true that 3 + 4 = 8.",
    "And 5 = 2 + 4 is impossible.",
    "If 3 + 4 = 8 then pigs fly.",
    "Suppose that 2 * 3 = 7 for a moment.",
    "Is 3 * 4 = 13?",
    "3 * 4 = 13. Wait, 3 * 4 = 12.",
    "3 * 4 = 13, no, that should be 12",
    "Ben wrote “3 * 4 = 13” on the board.",
    "Let's check whether 5 + 5 = 11.",
    "2 + 2 ≠ 5",
    # a piece of something bigger in words
    "twice 3 + 4 = 14",
    "3 boxes of 12 - 5 = 31",
    "8*45 = 360 divided by 5 is 72",
    "5 = 60 divided by 12",
    "7 / 2 = 3 remainder 1",
    "17 / 5 = 3 R 2",
    "3 + 4 = 7 thousand",
    "1 hour = 60 minutes",
    "42 minutes = 42/60 hours",
    "The numbers are -3 and -7 + 2 = -5.",
    r"so $1+(2+3)=6$ and $-4+(5+6)=7$",
    r"(3-2), (5-2) = 1, 3",
    r"\frac{9}{4} = 2\frac{1}{4} \qquad \frac{7}{4} = 1\frac{3}{4}",
    r"90 < 123k < 180 \implies \frac{90}{123} < k < \frac{180}{123} \approx 0.732 < k < 1.463",
    "12 200-page books: 2400 / 200 = 12 200-page books",
    "80 + .5 + . 84 = 81.34",
]

FALSE = [
    ("4 * 553 = 2212 = 2202.", "2202"),
    ("The rope is 4 1/2 - 3 = 2 1/2 metres long.", "2 1/2"),
    ("20% of 50 = 12", "12"),
    ("She keeps 100% - 35% = 55% of it.", "55%"),
    ("The fence costs $12 000 / 4 = $3 500.", "3 500"),
    ("25 shells - 4 - 6 = 14 shells", "14"),
    ("312 tickets * $20/ticket = $6250", "6250"),
    ("2 * (3 + 4) = 2 * 7 = 15", "15"),
    ("2 * (3 + 4) = 2 * 8 = 16", "2 * 8"),
    ("10 / 3 = 3.43", "3.43"),
    ("100 / 7 ≈ 15.29", "15.29"),
    (r"\frac{2}{3} + \frac{1}{6} = \frac{3}{9}", r"\frac{3}{9}"),
    ("36 < 14, so Ann has more.", "14"),
    ("2 + 2 ≠ 4", "4"),
    ("If he works 5 days, he earns 5 * 30 = 160 dollars.", "160"),
    ("She has $20 - $13.00 = $6.00 left.", "6.00"),
    (r"\[ 5^8 \approx 10^8 \]", "10^8"),
    ("3 times 4 equals 13", "13"),
    ("5 apples + 6 apples = 12 apples", "12"),
    ("They need $30 + $40 - $10 = $50 more.", "50"),
    ("In total, 15 red balls + 6 green balls + 6 balls = 32 balls.", "32"),
]


def report(text: str):
    return Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text))


@pytest.mark.parametrize("text", TRUE)
def test_true_lines_verify(text: str) -> None:
    found = report(text)
    assert found.verdicts[0].claim is not None
    assert found.status is Status.VERIFIED, found.verdicts


@pytest.mark.parametrize("text", NOT_REFUTED)
def test_lines_that_a_naive_reader_would_refute(text: str) -> None:
    found = report(text)
    assert found.status is not Status.REFUTED, found.refutation


@pytest.mark.parametrize(("text", "stated"), FALSE)
def test_false_lines_are_refuted_at_the_result(text: str, stated: str) -> None:
    found = report(text).refutation
    assert found is not None
    assert found.claim is not None
    assert found.claim.start < text.rindex(stated) < found.claim.end
    assert text[found.claim.start : found.claim.end].rstrip("}").endswith(stated.rstrip("}"))
