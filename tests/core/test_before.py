from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.before import Before, count, shared, since

TEXTS = st.lists(st.sampled_from("abc"), max_size=6)


@given(TEXTS)
def test_a_chain_holds_its_texts(texts):
    chain = Before.of(texts)
    assert count(chain) == len(texts)
    assert (chain.texts() if chain else ()) == tuple(texts)


@given(TEXTS, TEXTS, TEXTS)
def test_two_chains_share_what_they_grew_from(trunk, one, other):
    root = Before.of(trunk)
    left = right = root
    for text in one:
        left = Before(text, left)
    for text in other:
        right = Before(text, right)
    assert shared(left, right) is root
    assert since(left, root) == one[::-1]


def test_equal_texts_in_chains_of_their_own_share_nothing():
    assert shared(Before.of("ab"), Before.of("ab")) is None


def test_a_very_long_chain_can_be_dropped():
    chain = Before.of(map(str, range(200_000)))
    assert count(chain) == 200_000
    del chain
