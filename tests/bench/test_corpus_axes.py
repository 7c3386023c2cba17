"""The comparison knows which dimension an axis is for, and where its points stand."""

import numpy as np
import pytest

from bench.corpus.axes import by_dimension, read_axis


def numbered(*numbers):
    return [{"name": f"{place}", "index_in_array": n} for place, n in enumerate(numbers)]


@pytest.mark.parametrize(
    ("reader", "numbers", "order"),
    [
        ("NeXus", (0, 1, 2), "012"),
        ("NeXus", (1, 0), "10"),
        ("NeXus", (2, 0, 1), "120"),
        ("NeXus", (None, None, 2), "012"),
        ("NeXus", (1, 1), "01"),
        ("DigitalSurf", (1,), "0"),
        ("EMD", (1, 0, 2), "012"),
        ("EMD", (2, 0, 1), "120"),
        ("Image", (1, 0), "01"),
        ("Renishaw", (1, 0), "01"),
        ("Renishaw", (0, 1, 2), "012"),
        ("Semper", (None, None, None), "210"),
    ],
)
def test_an_axis_belongs_to_the_dimension_that_its_reader_means(reader, numbers, order):
    assert "".join(axis["name"] for axis in by_dimension(reader, numbered(*numbers))) == order


@pytest.mark.parametrize(
    ("unit", "scale", "offset", "meant"),
    [
        ("nm", 2.0, -1e-9, ("nm", 2.0, -1.0)),
        ("1 / nm", 0.04, -2e9, ("1 / nm", 0.04, -2.0)),
        ("nm", 1e9, 0.0, ("", 1.0, 0.0)),
        ("nm", 4e16, -2e9, ("1 / nm", 0.04, -2.0)),
        ("nm", -2e9, 0.0, ("1 / nm", -2e-9, 0.0)),
        ("eV", 5.0, -20.0, ("eV", 5.0, -20.0)),
    ],
)
def test_tia_means_metres(unit, scale, offset, meant):
    given = {"units": unit, "scale": scale, "offset": offset, "size": 3}
    axis = read_axis("TIA", given, 3)
    assert axis.unit == meant[0]
    assert axis.points == pytest.approx(meant[2] + meant[1] * np.arange(3))
    other = read_axis("EMD", given, 3)
    assert other.points == pytest.approx(offset + scale * np.arange(3))


def test_an_axis_that_is_not_uniform_has_its_own_points():
    given = {"axis": np.array([[1.0], [2.0], [4.0]]), "name": " E ", "units": "<undefined>"}
    axis = read_axis("Renishaw", given, 3)
    assert (axis.name, axis.unit, list(axis.points)) == ("E", "", [1.0, 2.0, 4.0])


@pytest.mark.parametrize("broken", [{"scale": 0.0}, {"scale": np.nan}, {"offset": np.inf}])
def test_an_axis_whose_points_stand_nowhere_counts_them(broken):
    axis = read_axis(
        "TVIPS", {"name": "time", "units": "s", "scale": 2.0, "offset": 0.0} | broken, 3
    )
    assert (axis.name, axis.unit, list(axis.points)) == ("time", "", [0.0, 1.0, 2.0])
