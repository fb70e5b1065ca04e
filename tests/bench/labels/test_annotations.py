from verifirst.bench.labels.annotations import found_in, stripped


def test_an_annotation_counts_where_a_claim_stands():
    assert found_in("She has 3+4=<<3+4=7>>7 apples.") == (1, 1)
    assert found_in("She has <<3+4=7>> apples.\nThen 7*2=<<7*2=14>>14, 1+1=<<1+1=2>>2.") == (3, 2)
    assert found_in("No annotation, 1 << 2, <<>> and << a > b >>.") == (0, 0)
    assert found_in("") == (0, 0)


def test_places_are_offsets_in_the_stripped_line():
    places, text = stripped("a<<1=1>>b<<2=2>>")
    assert (places, text) == ([1, 2], "ab")
