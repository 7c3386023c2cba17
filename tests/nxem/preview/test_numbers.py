"""Round numbers beside a bar and at an axis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.nxem.preview.numbers import marks, readable, round_below, short
from emfair.units import convert


@pytest.mark.parametrize(
    ("width", "unit", "shown"),
    [(0.0017, "m", (1700, "µm")), (0.0047, "m", (4.7, "mm")), (1.72e-3, "m", (1720, "µm")),
     (5.4, "1/nm", (5.4, "1/nm")), (5.4e9, "1/m", (5.4, "1/nm")), (0.8, "1/angstrom", (8, "1/nm")),
     (2000, "nm", (2000, "nm")), (5e-7, "m", (500, "nm")), (40, "µm", (40, "µm")),
     (0.02, "rad", (20, "mrad")), (7, "degree", (7, "degree")), (3, "V", (3, "V"))],
)  # fmt: skip
def test_a_length_is_written_in_the_unit_with_the_shortest_number(width, unit, shown):
    value, found = readable(width, unit)
    assert value == pytest.approx(convert(width, unit, found))
    assert (pytest.approx(value, rel=1e-3), found) == shown


@given(st.floats(1e-30, 1e30))
def test_a_round_number_is_at_most_the_value_and_more_than_a_third(value):
    found = round_below(value)
    assert value / 3 < found <= value * (1 + 1e-9)
    assert f"{found:.0e}"[0] in "125"


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_marks_are_some_and_within(low, span):
    found = marks(low, low + span, 5)
    assert 2 <= len(found) <= 20
    assert min(found) >= low - span * 1e-6
    assert max(found) <= low + span * (1 + 1e-6)


def test_no_span_has_no_marks():
    assert list(marks(1, 1, 5)) == list(marks(0, float("inf"), 5)) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.5, "0.5"), (300, "300"), (9000, "9000"), (20_000, "20k"), (1.5e6, "1.5M"), (3e9, "3G"),
     (2e-9, "2e-09"), (-40_000, "-40k"), (1e-17, "0"), (1e15, "1e+15")],
)  # fmt: skip
def test_numbers_are_written_short(number, text):
    assert short(number, 0.0 if number == 2e-9 else 1e-10) == text
