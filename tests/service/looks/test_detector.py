"""Where the beam is found, and which pixels a detector has."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.service.looks import Beam, Detector, found_beam, presets


def away(row, column, shape=(96, 128)):
    down, across = np.indices(shape)
    return np.hypot(down - row, across - column)


def test_annuli_that_meet_share_no_pixel_and_leave_none():
    whole = Detector(20.3, 17.8, 0, 12).inside(40, 40)
    inner, outer = (Detector(20.3, 17.8, *span).inside(40, 40) for span in ((0, 7), (7, 12)))
    assert not (inner & outer).any()
    assert np.array_equal(inner | outer, whole)


def test_rows_come_before_columns():
    inside = Detector(2, 30, 0, 1.2).inside(10, 40)
    assert set(zip(*np.nonzero(inside), strict=True)) == {
        (2, 30),
        (1, 30),
        (3, 30),
        (2, 29),
        (2, 31),
    }


@pytest.mark.parametrize(
    ("row", "column", "radius"), [(47, 63, 20), (40.4, 70.7, 9.5), (30, 90, 2.2)]
)
def test_the_beams_disk_is_found(row, column, radius):
    random = np.random.default_rng(1)
    pattern = 200.0 * (away(row, column) < radius) + 2 * np.exp(-away(row, column) / 30)
    found = found_beam(random.poisson(pattern))
    assert (found.row, found.column) == pytest.approx((row, column), abs=0.5)
    assert found.radius == pytest.approx(radius, abs=0.7)


def test_the_beams_disk_is_found_on_a_large_camera():
    found = found_beam(100.0 * (away(700.3, 1200.8, (1500, 2100)) < 130))
    assert (found.row, found.column) == pytest.approx((700.3, 1200.8), abs=3)
    assert found.radius == pytest.approx(130, abs=3)


def test_of_several_disks_the_brightest_counts():
    pattern = 10.0 + 1000.0 * (away(50, 60) < 6) + 800.0 * (away(50, 90) < 6)
    found = found_beam(pattern)
    assert (found.row, found.column) == pytest.approx((50, 60), abs=0.3)
    assert found.radius == pytest.approx(6, abs=0.3)


def test_a_hot_pixel_is_no_beam():
    pattern = 100.0 * (away(47, 63) < 12)
    pattern[5, 5] = 1e9
    found = found_beam(pattern)
    assert (found.row, found.column) == pytest.approx((47, 63), abs=0.3)


@pytest.mark.parametrize(
    "pattern",
    [np.zeros((40, 40)), np.full((40, 40), 7.0), np.full((40, 40), np.nan),
     np.random.default_rng(2).normal(size=(64, 64)), np.ones((1, 1)), np.ones((4, 3))],
)  # fmt: skip
def test_where_no_disk_is_none_is_found_and_detectors_have_a_width(pattern):
    assert found_beam(pattern) is None
    for detector in presets(None, *pattern.shape).values():
        assert detector.outer > detector.inner >= 0


def test_what_is_unknown_is_passed_over():
    pattern = 100.0 * (away(47, 63) < 12)
    pattern[:, 40] = np.nan
    assert found_beam(pattern).radius == pytest.approx(12, abs=0.5)


def test_the_usual_detectors_lie_around_the_beam():
    named = presets(Beam(40.0, 60.0, 10.0), 96, 128)
    bright, outer, dark, high = (named[name] for name in ("BF", "ABF", "ADF", "HAADF"))
    assert (bright.row, bright.column, bright.inner) == (40.0, 60.0, 0.0)
    assert (outer.inner, outer.outer) == (5.0, bright.outer)
    assert bright.outer < dark.inner
    assert (dark.outer, high.inner, high.outer) == (30.0, 30.0, 40.5)
    assert named["Whole camera"].inside(96, 128).all()


def test_a_detector_beyond_the_camera_is_not_offered():
    named = presets(Beam(40.0, 60.0, 20.0), 96, 128)
    assert named["ADF"].outer == 40.5
    assert "HAADF" not in named


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("counts", [0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 3.0, 100.0])
def test_the_brightest_noise_is_no_beam(counts, seed):
    assert found_beam(np.random.default_rng(seed).poisson(counts, (64, 60))) is None


@pytest.mark.parametrize("counts", [0.3, 4.0])
def test_a_disk_of_few_counts_is_a_beam(counts):
    disk = away(40.3, 70.7) < {0.3: 20, 4.0: 9.5}[counts]
    found = found_beam(
        np.random.default_rng(1).poisson(counts * disk + 0.01, (20, *disk.shape)).mean(0)
    )
    assert (found.row, found.column) == pytest.approx((40.3, 70.7), abs=1)


def test_a_disk_is_several_pixels_wide():
    pattern = np.random.default_rng(3).normal(scale=0.1, size=(96, 128))
    assert found_beam(pattern + 9 * (away(40, 60) < 1.1)) is None
    assert found_beam(pattern + 9 * (away(40, 60) < 1.5)) == Beam(40.0, 60.0, np.sqrt(5 / np.pi))
