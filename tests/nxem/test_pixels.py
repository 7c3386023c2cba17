"""Numbers keep their values; only their spelling changes."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from emfair.model.findings import Verdict, verdict_of
from emfair.nxem.container import write_container
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.pixels import is_rounded, parts, pixels_of
from emfair.validation.validate import validate_container
from emfair.vendor.signal import Axis


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


@pytest.mark.parametrize(
    ("dtype", "rounded"),
    [("f8", False), (">f8", False), ("c16", False), ("u8", False), ("longdouble", True),
     ("clongdouble", True), ([("R", "u1"), ("G", "u1")], False)],
)  # fmt: skip
def test_only_extended_precision_is_rounded(dtype, rounded):
    assert is_rounded(np.dtype(dtype)) is rounded


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


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "u2", ">i4", "u8", "f2", ">f8", "longdouble", "c8", "clongdouble"]
)
def test_numbers_of_any_kind_are_valid_and_come_back(made, complete, tmp_path, dtype):
    pixels = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    dossier = Dossier(Source("a.dm3", "0" * 64), complete, "", {})
    signal = made(pixels, Axis("y", 2, "nm"), Axis("x", 3, "nm"))
    written = write_container(signal, dossier, tmp_path)
    findings = validate_container(written.path)
    assert not any(written.measurement.data_path in one.path for one in findings)
    assert verdict_of(findings) is Verdict.VALID
    with h5py.File(written.path) as file:
        data = file[written.measurement.data_path]
        back = data["real"][()] + (1j * data["imag"][()] if "imag" in data else 0)
    assert np.array_equal(back, pixels)
