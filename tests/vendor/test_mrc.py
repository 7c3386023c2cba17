"""An MRC file is read in its own byte order, whatever its stamp says, or not at all."""

import numpy as np
import pytest

from emfair.errors import UnreadableFile
from emfair.vendor.mrc import Header
from emfair.vendor.read import read_signals
from tests.vendor.mrc import PIXELS, STAMPS, mrc_bytes


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("mode", sorted(PIXELS))
@pytest.mark.parametrize("extended", [b"", bytes(2048)])
def test_pixels_axes_and_tags_are_the_same_in_either_byte_order(tmp_path, order, mode, extended):
    path = tmp_path / "a.mrc"
    path.write_bytes(mrc_bytes(order, mode, stamp=STAMPS[order], extended=extended))
    (signal,) = read_signals(path)
    assert np.asarray(signal.data).ravel().tolist() == list(range(90))
    assert [(axis.size, axis.scale) for axis in signal.axes] == [(3, 1.0), (5, 1.0), (6, 1.0)]
    assert signal.tags["std_header"]["NX"] == 6
    assert np.asarray(signal.tags["std_header"]["TILTANGLES"]).tolist() == list(range(6))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("stamp", [b"\0\0", *STAMPS.values()])
@pytest.mark.parametrize("mode", [0, 1])
def test_a_stamp_that_is_missing_or_wrong_does_not_matter(tmp_path, order, stamp, mode):
    path = tmp_path / "a.mrc"
    path.write_bytes(mrc_bytes(order, mode, stamp=stamp))
    header = Header.of(path)
    assert (header.order, header.start, header.fits) == (order, 1024, True)


def test_a_header_that_promises_more_than_there_is_is_refused_with_both_numbers(tmp_path):
    path = tmp_path / "a.mrc"
    path.write_bytes(mrc_bytes("<", sizes=(10_000, 10_000, 10_000)))
    with pytest.raises(UnreadableFile, match=r"promises 2,000,000,001,024 bytes, and 1,204"):
        read_signals(path)


@pytest.mark.parametrize("sizes", [(-6, 5, 3), (0, 5, 3)])
def test_sizes_that_make_no_sense_are_refused(tmp_path, sizes):
    path = tmp_path / "a.mrc"
    path.write_bytes(mrc_bytes("<", sizes=sizes))
    with pytest.raises(UnreadableFile, match="read: its header holds sizes below zero"):
        read_signals(path)
