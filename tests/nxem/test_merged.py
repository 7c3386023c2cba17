"""Axes made one give the same pixels as a reshaped array, from any part of it."""

from math import prod

import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.nxem.blocks import walk
from emfair.nxem.merged import boxes, merge

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


@given(SIZES, st.data())
def test_boxes_hold_exactly_the_items_that_were_asked_for_in_order(sizes, data):
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, prod(sizes))] * 2)))
    items = np.arange(prod(sizes)).reshape(sizes)
    found = [items[box].ravel() for box in boxes(sizes, start, stop)]
    assert np.concatenate([np.zeros(0, int), *found]).tolist() == list(range(start, stop))
    assert all(part.size for part in found)
    assert len(found) <= 2 * len(sizes) - 1


@pytest.fixture(scope="module")
def scan():
    return np.random.default_rng(0).normal(size=(2, 3, 4, 6, 5))


@pytest.mark.parametrize("chunks", [-1, 2, (1, 3, 1, 6, 2)])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_lazy_array_is_read_like_a_reshaped_one(scan, chunks, count):
    expected = scan.reshape(-1, *scan.shape[count:])
    merged = merge(da.from_array(scan, chunks=chunks), count)
    assert (merged.shape, merged.ndim) == (expected.shape, expected.ndim)
    assert merged.dtype == expected.dtype
    last = expected.shape[0]
    for start, stop in ((0, last), (1, last), (0, last - 1), (last // 2, last // 2 + 1)):
        assert np.array_equal(np.asarray(merged[start:stop]), expected[start:stop])
        assert np.array_equal(np.asarray(merged[start]), expected[start])
    assert np.array_equal(np.asarray(merged[1, 2:4]), expected[1, 2:4])


@pytest.mark.parametrize("chunks", [-1, 2])
def test_it_is_walked_in_blocks(scan, chunks):
    merged = merge(da.from_array(scan, chunks=chunks), 3)
    found = np.concatenate([block for _, block in walk(merged, (4, 6, 5), 8)])
    assert np.array_equal(found, scan.reshape(-1, 6, 5))


def test_an_array_in_memory_stays_where_it_is(scan):
    assert np.shares_memory(merge(scan, 3), scan)
