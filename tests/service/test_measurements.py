"""Measurements as their documents tell them."""

from __future__ import annotations

import pytest

from emfair.model.documents import AxisNotes, Measurement
from emfair.model.facts import Fact, Source
from emfair.service.measurements import instruments, pixel_axes

PLACES = (("y (nm)", "nm", 0.5), ("x (nm)", "nm", 0.5))
TWO_LENGTHS = (("y (nm)", "nm", 3.0), ("x (nm)", "nm", 3.0))


def measured(kind, axes):
    """Return a measurement whose axes have a long name, a unit and a step."""
    notes = tuple(
        AxisNotes(name=str(n), long_name=name, size=8, unit=unit, scale=step, offset=0.0)
        for n, (name, unit, step) in enumerate(axes)
    )
    return Measurement.model_construct(kind=kind, axes=notes)


@pytest.mark.parametrize(
    ("kind", "axes", "expected"),
    [
        ("image_4d", (*PLACES, ("ky", "cm", 0.016), ("kx", "cm", 0.016)), "01"),
        ("image_4d", (*PLACES, ("ky", "µm", 55.0), ("kx", "µm", 55.0)), "01"),
        ("image_4d", (*PLACES, ("ky", "1/nm", 0.1), ("kx", "1/nm", 0.1)), "01"),
        ("image_4d", (("y", "", 1.0), ("x", "", 1.0), ("ky", "cm", 0.1), ("kx", "cm", 0.1)), ""),
        ("image_4d", (("t", "s", 1.0), ("z", "nm", 9.0), *TWO_LENGTHS), "23"),
        ("image_4d", (("y", "mm", 1.0), ("x", "mm", 1.0), *TWO_LENGTHS), "23"),
        ("image_3d", (("z", "nm", 9.0), *TWO_LENGTHS), "12"),
        ("image_3d", (*PLACES, ("Wavelength (nm)", "nm", 2.0)), "01"),
        ("image_2d", (("y", "µm", 2.0), ("x", "µm", 2.0)), "01"),
        ("image_2d", (("y", "nm", None), ("x", "nm", 2.0)), ""),
        ("image_1d", (("x", "nm", 2.0),), ""),
        ("image_0d", (), ""),
    ],
)
def test_pixels_lie_along_places_never_along_a_camera_or_a_spectrum(kind, axes, expected):
    found = pixel_axes(measured(kind, axes))
    assert "".join(axis.name for axis in found) == expected


def test_a_series_of_large_photos_is_no_scan():
    axes = (("t", "", 1.0), ("y", "µm", 2.0), ("x", "µm", 2.0), ("colour channel (pixel)", "", 1.0))
    assert [axis.name for axis in pixel_axes(measured("image_4d", axes))] == ["1", "2"]


def made_at(*names):
    return [
        Measurement.model_construct(
            facts=[Fact(key="model", value_text=name, source=Source.VENDOR)] if name else []
        )
        for name in names
    ]


def test_the_instrument_that_was_used_most_comes_first():
    assert instruments(made_at("Nova", "Titan", "Titan", "")) == ("Titan", "Nova")
    assert instruments(made_at("")) == ()
