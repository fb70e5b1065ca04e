from hypothesis import given
from hypothesis import strategies as st

from verifirst.segment.pieces import Pieces

EDITS = st.lists(
    st.tuples(st.sampled_from(["append", "truncate", "join", "copy"]), st.text(max_size=4), st.integers(0))
)


@given(EDITS, st.integers(0, 40), st.integers(0, 40))
def test_pieces_are_a_text(edits, start, end):
    pieces, text = Pieces(), ""
    for what, piece, number in edits:
        if what == "append":
            pieces.append(piece)
            text += piece
        elif what == "truncate":
            pieces.truncate(number % (len(text) + 2))
            text = text[: number % (len(text) + 2)]
        elif what == "join":
            assert str(pieces) == text
        else:
            old, pieces = pieces, pieces.copy()
            old.append("unseen")
        assert pieces.length == len(text)
        assert pieces.slice(start, end) == text[start:end]
    assert str(pieces) == text
