from hypothesis import given
from hypothesis import strategies as st

from verifirst.decoding.text import ByteDetokenizer, GenericDetokenizer, TokenText

BYTES = [bytes([value]) for value in range(256)]


def decode(ids):
    return bytes(ids).decode("utf-8", errors="replace")


# A literal U+FFFD looks like a broken character to the generic detokeniser, which then waits: documented.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"), min_size=1, max_size=30)
DETOKENIZERS = st.sampled_from([ByteDetokenizer(BYTES), GenericDetokenizer(decode)])


@given(TEXT, DETOKENIZERS)
def test_byte_tokens_spell_the_text_and_split_characters_appear_when_complete(text, detokenizer):
    spelled = TokenText(detokenizer)
    pieces = [spelled.append(byte) for byte in text.encode("utf-8")]
    assert spelled.text == text == "".join(pieces)


@given(st.lists(st.integers(0, 255), max_size=30))
def test_broken_bytes_spell_what_decoding_them_at_once_spells(tokens):
    spelled = TokenText(ByteDetokenizer(BYTES))
    pieces = [spelled.append(byte) for byte in tokens] + [spelled.flush()]
    assert spelled.text == decode(tokens) == "".join(pieces)


@given(TEXT, st.data(), DETOKENIZERS)
def test_truncating_equals_never_having_appended(text, data, detokenizer):
    tokens = list(text.encode("utf-8"))
    keep = data.draw(st.integers(0, len(tokens)))
    whole, prefix = TokenText(detokenizer), TokenText(detokenizer)
    for token in tokens:
        whole.append(token)
    for token in tokens[:keep]:
        prefix.append(token)
    whole.truncate(keep)
    assert (whole.tokens, whole.text, [whole.chars(n) for n in range(keep + 1)]) == (
        prefix.tokens,
        prefix.text,
        [prefix.chars(n) for n in range(keep + 1)],
    )
    for token in tokens[keep:]:
        whole.append(token)
    assert whole.text == text


@given(st.text(alphabet="ab \n", max_size=30), st.lists(st.integers(1, 4), max_size=30), st.data())
def test_a_cut_keeps_the_step_whole_and_nothing_but_blanks_after_its_boundary(text, sizes, data):
    pieces, rest = [], text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    pieces = [piece for piece in [*pieces, rest] if piece]
    spelled = TokenText(ByteDetokenizer([piece.encode() for piece in pieces]))
    for index in range(len(pieces)):
        spelled.append(index)
    end = data.draw(st.integers(0, len(text)))
    boundary = data.draw(st.integers(end, len(text)))
    cut = spelled.cut(end, boundary)
    if cut is not None:
        assert spelled.chars(cut) >= end
        assert not text[boundary : spelled.chars(cut)].strip()
    else:
        straddled = spelled.tokens_covering(boundary)
        assert spelled.chars(straddled - 1) < end
