from verifirst.bench.labels.annotations import found_in, stripped
from verifirst.verifier import Verifier


def found(solution, settings):
    return found_in(settings.verifier(), "A problem.", solution)


def test_an_annotation_counts_where_a_claim_stands(settings):
    assert found("She has 3+4=<<3+4=7>>7 apples.", settings) == (1, 1, 1)
    assert found("She has <<3+4=7>> apples.\n Then 7*2=<<7*2=14>>14, 1+1=<<1+1=2>>2.", settings) == (3, 2, 2)
    assert found("No annotation, 1 << 2, <<>> and << a > b >>.", settings) == (0, 0, 0)
    assert found("", settings) == (0, 0, 0)


def test_a_claim_that_no_rule_judges_is_found_and_not_decided():
    assert found_in(Verifier([]), "A problem.", "So 3+4=<<3+4=7>>7.") == (1, 1, 0)


def test_places_are_offsets_in_the_stripped_line():
    places, text = stripped("a<<1=1>>b<<2=2>>")
    assert (places, text) == ([1, 2], "ab")
