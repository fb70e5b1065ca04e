"""Values through shared memory come out as they went in, once and in order."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.solvers.shared_ring import CHUNK, RING, Link, Ring, shared_memory

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.integers(), inner),
    max_leaves=12,
)


def two_ends():
    descriptor = shared_memory()
    parent, child = Link(descriptor, child=False), Link(descriptor, child=True)
    os.close(descriptor)
    return parent, child


@settings(max_examples=80, deadline=None)
@given(st.data(), st.booleans())
def test_a_ring_is_a_queue_of_chunks(data, checked):
    ring = Ring(bytearray(3 + 128 + 64), 0, 64, checked=checked)
    put, taken = [], []
    for chunk in data.draw(st.lists(st.binary(min_size=1, max_size=40), max_size=30)):
        last = data.draw(st.booleans())
        if ring.put(chunk, last=last):
            put.append((chunk, last))
        if data.draw(st.booleans()) and not ring.empty:
            taken.append(ring.take())
    while (more := ring.take()) is not None:
        taken.append(more)
    assert taken == put
    assert ring.empty


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=8))
def test_values_come_out_as_they_went_in(values):
    parent, child = two_ends()
    for value in values:
        parent.send(value)
    assert child.heard is bool(values)
    assert child.receive() == values
    assert child.receive() == []


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 5 * RING])
def test_what_does_not_fit_waits_for_room(size):
    parent, child = two_ends()
    sent = [os.urandom(size), "after"]
    for value in sent:
        parent.send(value)
    found = child.receive()
    while not parent.flush() or child.heard:
        found += child.receive()
    assert found == sent


def test_each_direction_is_its_own():
    parent, child = two_ends()
    parent.send("down")
    child.send("up")
    assert (child.receive(), parent.receive()) == (["down"], ["up"])
    assert (child.receive(), parent.receive()) == ([], [])


def test_a_chunk_whose_bytes_have_not_come_is_not_there():
    memory = bytearray(128 + 64)
    ring = Ring(memory, 0, 64, checked=True)
    ring.put(b"abcdef")
    memory[128 + 10] ^= 1
    assert ring.take() is None
    memory[128 + 10] ^= 1
    assert ring.take() == (b"abcdef", True)
