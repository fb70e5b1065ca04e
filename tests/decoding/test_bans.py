import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.decoding import BanTrie

paths = st.lists(st.integers(0, 3), min_size=1, max_size=4)


@given(st.lists(paths, max_size=8), st.lists(st.integers(0, 3), max_size=6), st.integers(0, 3))
def test_a_ban_forbids_its_last_token_after_exactly_its_prefix(banned, tokens, anchor):
    trie = BanTrie()
    for path in banned:
        trie.add(path)
    since = tokens[anchor:]
    expected = {path[-1] for path in banned if path[:-1] == since} if anchor <= len(tokens) else set()
    assert trie.banned_after(tokens, anchor) == expected


def test_an_empty_ban_is_refused():
    with pytest.raises(ValueError, match="at least one token"):
        BanTrie().add([])


@given(st.lists(paths, max_size=8))
def test_the_paths_are_those_that_were_added(banned):
    trie = BanTrie()
    for path in banned:
        trie.add(path)
    assert sorted(trie.paths()) == sorted(set(map(tuple, banned)))
    assert len(trie) == len(trie.paths())


def test_a_path_may_be_as_long_as_a_step():
    trie, path = BanTrie(), tuple(range(5000))
    trie.add(path)
    assert trie.paths() == [path]
    assert trie.banned_after(path[:-1], 0) == {4999}
