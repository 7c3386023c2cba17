"""Large maps are read in parts that lie in a row, and their numbers are the same."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
import rsciio.blockfile
import rsciio.mrc
from hypothesis import given
from hypothesis import strategies as st

from bench.scan import patterns_of, scan
from bench.tilt_series import tilt_series
from emfair.vendor.bands import BAND, bands, in_bands
from emfair.vendor.read import read_signals

# RosettaSciIO's readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SHAPES = st.lists(st.integers(1, 5000), min_size=1, max_size=5).map(tuple)


@given(shape=SHAPES, itemsize=st.sampled_from([1, 2, 4, 8, 16]))
def test_a_band_lies_in_a_row_and_is_as_large_as_it_may_be(shape, itemsize):
    found = bands(shape, itemsize)
    assert prod(found) * itemsize <= BAND
    if found != shape:
        cut = max(axis for axis, size in enumerate(shape) if found[axis] < size)
        assert found[:cut] == (1,) * cut
        assert found[cut + 1 :] == shape[cut + 1 :]
        assert (found[cut] + 1) * prod(found[cut + 1 :]) * itemsize > BAND


@pytest.mark.parametrize("reader", [rsciio.mrc, rsciio.blockfile])
def test_a_large_map_is_read_in_bands_with_the_same_numbers(reader, tmp_path):
    if reader is rsciio.mrc:
        path = tilt_series(tmp_path, 5, 4096)
        expected = np.memmap(path, "<u2", "r", 1024, (5, 4096, 4096))
    else:
        path = scan(tmp_path, 40, 64, 256)
        expected = patterns_of(path)
    (signal,) = read_signals(path)
    assert signal.data.chunksize == bands(signal.data.shape, signal.data.dtype.itemsize)
    assert signal.data.npartitions > 1
    assert np.array_equal(signal.data.compute(), expected)


def test_a_large_single_picture_keeps_its_other_headers(tmp_path):
    path = tilt_series(tmp_path, 1, 9216)
    (signal,) = read_signals(path)
    assert signal.data.shape == (9216, 9216)
    assert not isinstance(signal.data, np.ndarray)
    assert signal.tags["mdoc"]


def test_a_small_array_is_left_as_it_is(tmp_path):
    path = tilt_series(tmp_path, 2, 256)
    found = rsciio.mrc.file_reader(str(path), lazy=True)
    assert in_bands(rsciio.mrc, path, found) is found
