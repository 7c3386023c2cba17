"""Numbers keep their values; only their spelling changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from emfair.nxem.pixels import parts, pixels_of


@given(hnp.arrays(hnp.scalar_dtypes().filter(lambda d: d.kind in "iufb" and d.itemsize <= 8), 5))
def test_values_stay(array):
    pixels = pixels_of(array.dtype)
    stored = pixels.prepare(array)
    assert stored.dtype == pixels.dtype
    assert stored.dtype.byteorder in "<=|"
    assert np.array_equal(stored, array, equal_nan=array.dtype.kind == "f")


@pytest.mark.parametrize(
    ("given_dtype", "stored"),
    [("?", "u1"), (">u2", "<u2"), ("<f4", "<f4"), (np.longdouble, "<f8"), (">c8", "<c8")],
)
def test_what_is_stored(given_dtype, stored):
    assert pixels_of(np.dtype(given_dtype)).dtype == np.dtype(stored)


def test_opacity_comes_last():
    dtype = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1"), ("A", "u1")])
    pixels = pixels_of(dtype)
    assert pixels.trailing == (4,)
    assert pixels.prepare(np.array([(1, 2, 3, 4)], dtype)).tolist() == [[1, 2, 3, 4]]


def test_only_complex_numbers_have_two_parts():
    assert list(parts(pixels_of(np.dtype("f4")))) == ["real"]
    both = parts(pixels_of(np.dtype("c8")))
    assert {name: part.dtype for name, part in both.items()} == {
        "real": np.dtype("<f4"), "imag": np.dtype("<f4")
    }  # fmt: skip
