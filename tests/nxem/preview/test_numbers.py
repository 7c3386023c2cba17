"""Round numbers beside a bar and at an axis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.nxem.preview.numbers import marks, round_below, short


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
