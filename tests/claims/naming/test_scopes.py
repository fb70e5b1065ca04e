from __future__ import annotations

import pytest

from verifirst.claims.naming import opening


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Case 2: n is even", "Case 2"),
        ("**Case II** follows.", "Case II"),
        ("In the second scenario, she pays 5.", "second scenario"),
        ("Step 3: Case 1: x > 0", "Case 1"),
        ("First this.\nCase 1: a\nCase 2: b", "Case 2"),
        ("For option B: 12 * 3", "option B"),
    ],
)
def test_a_scope_opens(text: str, what: str) -> None:
    found = opening(text)
    assert found is not None
    assert found.what == text[found.start : found.end] == what


@pytest.mark.parametrize(
    "text", ["in any case 3 are left", "In this case, x = 3.", "A suitcase 2 ft long", "", "the case"]
)
def test_no_scope_opens(text: str) -> None:
    assert opening(text) is None
