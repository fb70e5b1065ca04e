from __future__ import annotations

import pytest

from verifirst.segment import sentence

CASES = [
    ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
    ("It costs $4.20. Then 3.5 lbs. Then .5 kg.", ["It costs $4.20.", "Then 3.5 lbs.", "Then .5 kg."]),
    ("Mr. and Mrs. Fox vs. Dr. Who. Ok.", ["Mr. and Mrs. Fox vs. Dr. Who.", "Ok."]),
    ("Use e.g. Ten, i.e. Five. Ok.", ["Use e.g. Ten, i.e. Five.", "Ok."]),
    ("At 5 a.m. Tom woke in the U.S. Army. Ok.", ["At 5 a.m. Tom woke in the U.S. Army.", "Ok."]),
    ("See No. 5. No. It is.", ["See No. 5.", "No.", "It is."]),
    ("St. Ives and J. K. Rowling. Ok.", ["St. Ives and J. K. Rowling.", "Ok."]),
    ("Call the total C. We know Ms. B. Fox. Ok.", ["Call the total C.", "We know Ms. B. Fox.", "Ok."]),
    ("Use $3$ and $4$). Since $4=15$, no.  It ends.", ["Use $3$ and $4$).", "Since $4=15$, no.", "It ends."]),
    ("Wait... What is it? So.", ["Wait... What is it?", "So."]),
    ("Really?! Yes!! Ok.", ["Really?!", "Yes!!", "Ok."]),
    ("1. Add 2 and 3. 2. Multiply. Done.", ["1. Add 2 and 3.", "2. Multiply.", "Done."]),
    ("Step 1. Add. So a. then b.", ["Step 1. Add.", "So a. then b."]),
    ("Let $x = 3. Y = 4$. Then \\(a. B\\). So.", ["Let $x = 3. Y = 4$.", "Then \\(a. B\\).", "So."]),
    ("Now $$x. Y$$. Fin.", ["Now $$x. Y$$.", "Fin."]),
    ("He has $5. She has $6. Ok.", ["He has $5.", "She has $6.", "Ok."]),
    ('"Go." (He went.) **Ok.** Fin', ['"Go."', "(He went.)", "**Ok.**", "Fin"]),
    ("It is 7. = 7 or so. Ok.", ["It is 7. = 7 or so.", "Ok."]),
    ("no stop here\nThe next line", ["no stop here", "The next line"]),
    ("A sum of 3 apples. and more. 4 left.", ["A sum of 3 apples. and more.", "4 left."]),
]


@pytest.mark.parametrize(("text", "steps"), CASES)
def test_sentences(text: str, steps: list[str]) -> None:
    cutter = sentence()
    assert [step.text for step in [*cutter.feed(text), *cutter.close()]] == steps


def test_a_sentence_waits_for_what_follows_and_its_boundary_is_after_one_blank() -> None:
    cutter = sentence()
    assert cutter.feed("It is 5.  ") == []
    (step,) = cutter.feed("Then")
    assert (step.start, step.end, step.boundary) == (0, 8, 9)
