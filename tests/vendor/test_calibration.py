"""What is a calibration, and what is none."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.vendor.calibration import calibration_of


@pytest.mark.parametrize(
    ("told", "points"),
    [
        ({}, [0, 1, 2]),
        ({"scale": 2.0, "offset": 1.0, "units": "nm"}, [1, 3, 5]),
        ({"scale": -0.5}, [0, -0.5, -1]),
        ({"scale": Fraction(1, 4), "offset": "-6.5"}, [-6.5, -6.25, -6]),
        ({"scale": np.float32(10), "offset": np.int16(0)}, [0, 10, 20]),
        ({"scale": np.array([2.0]), "offset": None}, [0, 2, 4]),
        ({"units": "px"}, [0, 1, 2]),
        ({"axis": [1, 2, 5], "scale": 3.0}, [1, 2, 5]),
        ({"axis": [7, 7, 7]}, [7, 7, 7]),  # a tilt that was never changed
    ],
)
def test_numbers_tell_where_points_stand(told, points):
    found = calibration_of(told, 3)
    stand = found.offset + found.scale * np.arange(3) if found.values is None else found.values
    assert found.broken == ""
    assert stand.tolist() == points


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"scale": float("nan")}, "a scale of nan"),
        ({"scale": "-inf", "offset": 0}, "a scale of -inf"),
        ({"scale": 0, "offset": 5.0}, "a scale of 0"),
        ({"scale": "wide"}, "a scale of wide"),
        ({"scale": [1, 2]}, "a scale of [1, 2]"),
        ({"scale": 1j}, "a scale of 1j"),
        ({"scale": 10**400}, f"a scale of 1{'0' * 39}…"),
        ({"scale": 1e308}, "a scale of 1e+308"),
        ({"scale": 1.0, "offset": float("inf")}, "an offset of inf"),
        ({"units": "nm"}, "a unit without a scale"),
        ({"units": "nm", "scale": None}, "a unit without a scale"),
        ({"expression": "1240 / x", "units": "eV"}, "the formula 1240 / x"),
        ({"axis": [1.0, 2.0]}, "2 points for 3"),
        ({"axis": [1.0, float("nan"), float("inf")]}, "2 of 3 points that are no numbers"),
        ({"axis": ["a", "b", "c"]}, "points that are no numbers (['a', 'b', 'c'])"),
    ],
)
def test_what_is_no_calibration_is_told_and_the_points_are_counted(told, says):
    found = calibration_of(told, 3)
    assert (found.scale, found.offset, found.values, found.broken) == (1.0, 0.0, None, says)


def test_one_point_needs_no_steps():
    found = calibration_of({"scale": 0.0, "offset": 5.0}, 1)
    assert (found.broken, found.offset) == ("", 5.0)


ANYTHING = st.one_of(st.none(), st.floats(), st.integers(), st.text(), st.lists(st.floats()))


@given(scale=ANYTHING, offset=ANYTHING, size=st.integers(1, 10**6))
def test_whatever_a_reader_says_all_points_are_finite(scale, offset, size):
    found = calibration_of({"scale": scale, "offset": offset}, size)
    ends = found.offset + found.scale * np.array([0.0, size - 1])
    assert np.isfinite(ends).all()
    assert found.broken == "" or (found.scale, found.offset) == (1.0, 0.0)
