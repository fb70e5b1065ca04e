"""Correct prose that is easy to misread: nothing of it may be refuted."""

from __future__ import annotations

import pytest

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.rules import load_pack
from verifirst.verifier import Ledger, Verifier

PACKS = ("arithmetic", "words", "integers", "units")
RULES = [rule for pack in PACKS for rule in load_pack(f"verifirst.rules.{pack}")]
VERIFIER = Verifier(RULES, enforce=[rule.code for rule in RULES])

TRAPS = [
    # the value goes on
    "Half of 18 is 9 more than nothing.",
    "Twice 5 is 2 less than 12.",
    "A third of 30 is 2 times 5.",
    "5 times 8 is 4 dozen minus 8.",
    "Half of 50 is a quarter of 100.",
    "The sum of 3 and 5 is 2 cubed.",
    "Double 12 is 2 dozen, and double 6 is 1 dozen.",
    "3 times 4 is 10 to 15.",
    "Twice 7 is 28 divided by 2.",
    "Half of 9 is 4 and a half.",
    "Half of 9 is 4 1/2.",
    "10 percent of 50 is 5 out of 50.",
    "Half of 7 is between 3 and 4.",
    "7 divided by 2 is 3 with a remainder of 1.",
    "7 divided by 2 is 3, remainder 1.",
    "17 divided by 5 is 3 and 2 are left over.",
    "4 divided by 3 is 1.33.",
    "100 divided by 7 is about 14.",
    "Half of 25 is roughly 12.",
    "50 divided by 4 is 12.5, so he needs 13 boxes.",
    # the phrase belongs to something bigger
    "x plus 5 times 3 is 17 when x is 2.",
    "The product of x and twice 7 is 28.",
    "Tom's 3 and half of 18 is 12 in all.",
    "3 more than half of 18 is 12.",
    "Half of the sum of 3 and 5 is 4.",
    "The square of 3 plus 4 is 49.",
    "Half of 18 plus 3 is 12.",
    "Twice 5 minus 3 is 4, twice the quantity in brackets.",
    "The sum of 2 and 3 times 4 is 20.",
    "The difference of 3 and 8 is -5.",
    "The difference between 3 and 8 is 5.",
    "The sum of the first 10 numbers is 55.",
    "The average of the 3 tests is 90.",
    "Subtracting 5 from both sides gives 12.",
    "Multiplying both sides by 3 gives 27.",
    "Dividing by 4, we get 6.",
    "Substituting 3 + 1 gives 16.",
    "The remaining 3/4 is 12 cups.",
    "Since 2/5 is equal to 12, 1/5 is equal to 6.",
    "Each pays 1/5, which is 18 dollars.",
    "28 times 7 minus 7, which is 7 less than the product, gives the next one.",
    "20 times 5, plus 3 times 4, which is 12, gives 112.",
    "One of 5 plus 3 is 6 away from 2.",
    "Step 3 times 2 is 12 minutes.",
    "Question 5 plus question 6 is 20 points.",
    "In row 3 times 4 is 11.",
    # other readings
    "3 times more than 5 is 20.",
    "Pages 3-7 is 5 pages.",
    "2010-2015 is 5 years.",
    "The score 3-2 is 1 goal apart.",
    "5 - 3 is to be computed first.",
    "Three-digit numbers are greater than 99.",
    "The first three digits are less than 5.",
    "- 11 is greater than 10\n- 12 is greater than 10",
    "The sum of the 3rd and 4th is 60.",
    "Add two zeros to 80 and get 8000.",
    "100 less than one-third capacity is 300.",
    "20 more than half that is 40 + 20 = 60.",
    "Half of 2 hours is 60 minutes.",
    "A quarter of an hour is 15 minutes.",
    "3 dozen eggs is 36 eggs.",
    "5 times 20 cents is 1 dollar.",
    "Twice 30 minutes is 1 hour.",
    "20% of 50 is 10%.",
    "6 squared is 36 and 6 cubed is 216.",
    # not asserted
    "Is half of 18 equal to 8?",
    "Suppose half of 18 is 8.",
    "If twice 7 is 15, then something is wrong.",
    "It is not true that twice 7 is 15.",
    "Let's check whether 5 times 8 is 45.",
    'He said "5 times 8 is 45", which is wrong.',
    "5 times 8 is 45. Wait, that is wrong: it is 40.",
    "Twice 7 is 15, no, 14.",
    # whole numbers
    "x + 15 is divisible by 4.",
    "The sum of its digits, 1 + 5, is divisible by 4 when doubled.",
    "52 is 1 more than a multiple of 17.",
    "We check if 201 is divisible by 9.",
    "If 51 is prime, we are done.",
    "Is 51 prime?",
    "51 is prime. No, 51 is not prime.",
    "Only 11 and 13 are prime numbers.",
    "15 is not a multiple of 4.",
    "2 is the only even prime.",
    "9 is odd, even though it ends an even decade.",
    "The remainder when 17 is divided by 5 is 2, or -3.",
    "The factors of 12 include 2 and 3.",
    "The factors of 12 are 1, 2, 3, and so on.",
    "The prime factors of 12 are 2 and 3.",
    "The divisors of 16 which are not divisors of 8: 16.",
    "The remainder when n is divided by 5 is 7 - n.",
    # units
    "A day has 8 hours of work.",
    "There are 5 days in a week when the shop is open.",
    "There are 4 weeks in a month.",
    "4 hours - 30 minutes = 210 minutes",
    "7 days x 2 weeks = 14 days",
    "25 miles per gallon x 12 gallons = 300 miles",
    "27 days * 1 hour a day = 27 hours",
    "1 liter = 1000 milliliters\n2 liters = 2 * 1000 milliliters = 2000 milliliters",
    "6 hours = 1/4 day",
    "10 minutes is 5 minutes less than 15 minutes.",
    "12 ounces is 1 pound of gold.",
    "1 mile is 1.6 kilometers.",
    "90 minutes is 1 hour and 30 minutes.",
    # values on later lines
    "x = (3 + 5) / 2\nx = (3 - 5) / 2",
    "x = 1/2 or x = 3",
    "Cost = 5 * 3\nFor the second shop: Cost = 4 * 2",
    "Total = 50 + 80\nTotal = 130 dollars",
    "a = 2 + 3, a = 1 + 1 are the two cases.",
    "Average = 2178 / 89\nAverage = 24.47",
    "Time = 3 * 20 minutes\nTime = 1 hour",
]  # fmt: skip

FALSE = [
    "Half of 18 is 8, so 8 are left.",
    "Twice 7 is 15.",
    "Three times as many as 4 is 11.",
    "3 more than twice 5 is 16.",
    "20% of 150 is 35.",
    "The sum of 3 and 5 is 9.",
    "The product of 6 and 7 equals 41.",
    "The average of 3, 5 and 10 is 7.",
    "Subtracting 7 from 20 gives 12.",
    "When we add 17 and 25, we get 41.",
    "12 divided by 4 is 4.",
    "Five times eight is forty-five.",
    "The square root of 144 is 13.",
    "They pay $6 + $5 + $3, which equals $15.",
    "210 + 91 is 300.",
    "$20^4$ is $16000$.",
    "9 is less than 7, so Ann wins.",
    "51 is prime.",
    "454 is a multiple of 19.",
    "49 divided by 4 is 12 with a remainder of 2.",
    "The least common multiple of 4 and 6 is 24.",
    "2 hours = 100 minutes.",
    "Total cost = 50 + 80\nTotal cost = 120",
    "S = 165 * 6\nS = 9 * 6",
]


def status(text: str) -> Status:
    return Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text)).status


@pytest.mark.parametrize("text", TRAPS)
def test_correct_prose_is_not_refuted(text: str) -> None:
    assert status(text) is not Status.REFUTED


@pytest.mark.parametrize("text", FALSE)
def test_false_prose_is(text: str) -> None:
    assert status(text) is Status.REFUTED
