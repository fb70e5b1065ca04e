"""Bytes through shared memory come out as they went in, once and in order."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.solvers.shared_ring import CHUNK, Link, Ring, shared_memory


@pytest.fixture
def ends():
    descriptor = shared_memory()
    parent, child = Link(descriptor, child=False), Link(descriptor, child=True)
    os.close(descriptor)
    return parent, child


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_ring_is_a_queue_of_bytes(data):
    ring = Ring(memoryview(bytearray(128 + 64)))
    put, taken = b"", b""
    for chunk in data.draw(st.lists(st.binary(min_size=1, max_size=40), max_size=30)):
        if ring.put(chunk):
            put += chunk
        if data.draw(st.booleans()):
            taken += ring.take()
    while more := ring.take():
        taken += more
    assert taken == put
    assert ring.empty


def test_what_does_not_fit_stays_and_goes_later(ends):
    parent, child = ends
    sent = os.urandom(5 * CHUNK)
    waiting, found = bytearray(sent), b""
    rounds = 0
    while waiting or not child.incoming.empty:
        parent.send(waiting)
        found += child.incoming.take()
        rounds += 1
    assert found == sent
    assert rounds > 2


def test_each_direction_is_its_own(ends):
    parent, child = ends
    parent.send(bytearray(b"down"))
    child.send(bytearray(b"up"))
    assert (child.incoming.take(), parent.incoming.take()) == (b"down", b"up")
    assert (child.incoming.take(), parent.incoming.take()) == (b"", b"")


def test_a_chunk_whose_bytes_have_not_come_is_not_there():
    memory = bytearray(128 + 64)
    ring = Ring(memoryview(memory))
    ring.put(b"abcdef")
    memory[128 + 10] ^= 1
    assert ring.take() == b""
    memory[128 + 10] ^= 1
    assert ring.take() == b"abcdef"
