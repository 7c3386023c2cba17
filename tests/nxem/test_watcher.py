"""What a watcher has seen of an array once it is written."""

import numpy as np
import pytest

from emfair.nxem.shape import shape_of
from emfair.nxem.watcher import Watcher
from emfair.vendor.signal import Axis

RANDOM = np.random.default_rng(0)


@pytest.fixture
def watched(made):
    def watched(data, *axes) -> Watcher:
        watcher = Watcher(shape_of(made(data, *axes)))
        watcher.see((0,) * data.ndim, data.real)
        if data.dtype.kind == "c":
            watcher.see_imaginary((0,) * data.ndim, data.imag)
        return watcher

    return watched


def test_of_a_scan_it_has_the_sum_at_each_point_and_the_sum_of_all_patterns(watched):
    data = RANDOM.integers(0, 99, (4, 5, 6, 7))
    watcher = watched(data)
    assert np.array_equal(watcher.values("map"), data.sum(axis=(2, 3)))
    assert np.array_equal(watcher.values("mean"), data.sum(axis=(0, 1)))
    assert [len(axis.points) for axis in watcher.axes("mean")] == [6, 7]


def test_of_a_spectrum_image_it_has_the_map_and_the_sum_and_knows_of_how_many(watched):
    data = RANDOM.integers(0, 99, (4, 5, 30))
    watcher = watched(data, Axis("y", 4, "nm"), Axis("x", 5, "nm"), Axis("Energy", 30, "eV"))
    assert np.array_equal(watcher.values("spectrum"), data.sum(axis=(0, 1)))
    assert np.array_equal(watcher.values("map"), data.sum(axis=2))
    assert watcher.summed("spectrum") == 20


def test_of_a_stack_it_has_the_middle_frame_in_its_own_dtype(watched):
    data = RANDOM.integers(0, 99, (7, 5, 6), dtype=np.uint16)
    watcher = watched(data)
    assert np.array_equal(watcher.values("frame"), data[3])
    assert watcher.values("frame").dtype == np.uint16


def test_of_complex_numbers_it_has_the_amplitude(watched):
    data = RANDOM.normal(size=(5, 6)) + 1j * RANDOM.normal(size=(5, 6))
    assert np.allclose(watched(data).values("frame"), np.abs(data))


def test_a_block_that_does_not_fit_is_told_and_no_more_are_taken(watched, caplog):
    watcher = watched(np.ones((4, 4)))
    watcher.see((0,), np.ones((2, 2)))
    assert watcher.failed
    watcher.see((0, 0), np.zeros((4, 4)))
    assert watcher.values("frame").min() == 1
    assert caplog.text.count("no preview") == 1
