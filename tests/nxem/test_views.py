"""Which points make a picture: enough for the eye, bounded whatever the size."""

from math import prod

import numpy as np
import pytest

from emfair.nxem.shape import NxAxis, Shape
from emfair.nxem.views import BUDGET, View, views, zero_peak


def shape(kind, *sizes, units=None, names=None, is_colour=False) -> Shape:
    """Return a shape whose axes take no memory, however long they are."""
    axes = []
    for index, size in enumerate(sizes):
        points = np.broadcast_to(np.arange(1.0), size)
        name = names[index] if names else f"axis {index}"
        axes.append(NxAxis(name, name, units[index] if units else "", points, 1.0, 0.0))
    is_spectrum = "axis_energy" in (names or ())
    order = tuple(range(len(sizes)))
    return Shape(kind, is_spectrum, order, tuple(axes), is_colour=is_colour)


@pytest.mark.parametrize(
    ("kind", "sizes", "names"),
    [
        ("image_4d", (512, 512, 512, 512), None),
        ("image_4d", (1, 100_000, 1024, 1024), None),
        ("image_4d", (4, 4, 60_000, 60_000), None),
        ("image_2d", (300_000, 300_000), None),
        ("stack_2d", (100_000, 4096, 4096), None),
        ("stack_3d", (1000, 1000, 1000, 1000), None),
        ("image_1d", (100_000_000_000,), None),
        ("spectrum_0d", (100_000_000_000,), ("axis_energy",)),
        ("spectrum_1d", (50_000_000, 2048), ("axis_i", "axis_energy")),
        ("spectrum_2d", (5000, 5000, 4096), ("axis_j", "axis_i", "axis_energy")),
        ("spectrum_3d", (300, 300, 300, 4096), ("axis_k", "axis_j", "axis_i", "axis_energy")),
    ],
)
def test_a_hundred_gigabytes_take_no_more_than_bounded_work_and_memory(kind, sizes, names):
    for name, view in views(shape(kind, *sizes, names=names)).items():
        assert prod(map(len, view.picks)) <= BUDGET, name
        assert prod(len(view.picks[axis]) for axis in view.keep) <= 1 << 22, name
        for picks, size in zip(view.picks, sizes, strict=True):
            assert 0 <= picks[0] <= picks[-1] < size


def test_a_small_array_is_taken_whole():
    found = views(shape("image_4d", 20, 30, 64, 64))
    assert {name: view.keep for name, view in found.items()} == {"map": (0, 1), "mean": (2, 3)}
    whole = tuple(range(size) for size in (20, 30, 64, 64))
    assert all(view.picks == whole for view in found.values())


def test_the_map_of_a_large_scan_takes_the_rows_that_a_small_beam_cannot_miss():
    picks = views(shape("image_4d", 256, 256, 256, 256))["map"].picks
    assert [one.step for one in picks] == [2, 2, 4, 1]


@pytest.mark.parametrize(
    "units",
    [("s", "nm", "nm", "nm"), ("s", "deg", "nm", "nm"), ("mm", "mm", "nm", "nm"),
     ("s", "nm", "1/nm", "1/nm")],
)  # fmt: skip
def test_four_axes_that_are_no_places_and_a_camera_are_pictures(units):
    shape_ = shape("image_4d", 4, 6, 9, 8, units=units)
    found = views(shape_)
    assert found["frame"] == View((2, 3), (range(2, 3), range(3, 4), range(9), range(8)))
    assert [found[f"strip{place}"].picks[0][0] for place in range(4)] == [0, 1, 2, 3]
    assert not {"map", "mean"} & set(found)


@pytest.mark.parametrize(
    ("unit", "scale"), [("1/nm", 0.1), ("mrad", 0.5), ("cm", 0.016), ("µm", 55.0), ("", 1.0)]
)
@pytest.mark.parametrize("place", ["nm", ""])
def test_places_and_a_camera_are_a_scan_however_they_are_calibrated(place, unit, scale):
    points = np.arange(8.0)
    where, pixel = (NxAxis("a", "a", one, points, scale, 0.0) for one in (place, unit))
    scan = Shape("image_4d", False, (0, 1, 2, 3), (where, where, pixel, pixel))
    assert set(views(scan)) == {"map", "mean"}


def test_the_strip_goes_from_the_first_frame_to_the_last():
    found = views(shape("stack_2d", 100, 8, 8))
    taken = [found[f"strip{place}"].picks[0][0] for place in range(5)]
    assert taken == [0, 25, 50, 74, 99]
    assert found["frame"].picks[0] == range(50, 51)
    assert "strip0" not in views(shape("image_2d", 8, 8))


def test_a_map_has_the_axes_that_are_lengths():
    shape_ = shape("image_4d", 2, 3, 99, 50, units=("nm", "nm", "rad", "nm"),
                   names=("y", "x", "angle", "Wavelength (nm)"))  # fmt: skip
    found = views(shape_)
    assert found["map"].keep == (0, 1)
    assert found["spectrum"].keep == (3,)


@pytest.mark.parametrize(
    ("scale", "offset", "unit", "channels"),
    [
        (0.01, 0.0, "keV", 20),
        (10.0, -200.0, "eV", 40),
        (0.5, -50.0, "eV", 0),
        (1.0, 300.0, "eV", 0),
        (0.01, 0.0, "", 0),
        (0.01, 0.0, "nm", 0),
        (-0.01, 20.0, "keV", 0),
    ],
)
def test_only_an_axis_of_x_rays_has_a_zero_peak(scale, offset, unit, channels):
    points = offset + scale * np.arange(2048.0)
    assert zero_peak(NxAxis("axis_energy", "Energy", unit, points, scale, offset)) == channels
