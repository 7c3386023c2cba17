"""One tag's value, as its row says that it is written."""

import numpy as np
import pytest

from emfair.vendor.reading import read
from emfair.vendor.table import Row
from emfair.vendor.times import TWO_READINGS


def _read(value, parse="plain", branch=None, **row):
    return read(Row(tag="t", key="defocus", **row), parse, value, branch or {})


def _clock(value, branch):
    row = Row(tag="t", key="start_time", parse="clock", moment={"utc": "os", "clock": "local"})
    return read(row, "clock", value, branch)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [("300kV", 300, "kV"), ("80.00 msec", 80, "msec"), ("-1.5e-3 µm", -0.0015, "µm"),
     ("7", 7, ""), (b"5 s", 5, "s"), (12.5, 12.5, "")],
)  # fmt: skip
def test_a_quantity_holds_its_own_unit(text, number, unit):
    found = _read(text, "quantity")
    assert (found.number, found.unit) == (number, unit)


def test_what_begins_with_no_number_is_no_quantity():
    assert _read("about 5 s", "quantity").number is None


@pytest.mark.parametrize(
    ("value", "number", "unit"),
    [([1.3e-9, "A"], 1.3e-9, "A"), ((100, ""), 100, "m"), ([2.0, None], 2.0, "m"), (3, 3, "m")],
)
def test_a_pairs_unit_wins_over_the_tables(value, number, unit):
    found = _read(value, "pair", unit="m")
    assert (found.number, found.unit) == (number, unit)


@pytest.mark.parametrize("value", [("Operator", ""), ("Operator", "  ")])
def test_an_empty_label_says_nothing(value):
    assert _read(value, "label") is None


def test_a_ratio_is_divided():
    assert _read((89922, 244957), "ratio").number == pytest.approx(0.36709300)
    assert _read((1, 0), "ratio").number is None
    assert _read((1, 2, 3), "ratio").number is None


def test_words_mean_what_the_row_says_and_others_nothing():
    meaning = {"1": "TEM", "2": "STEM"}
    assert _read(" 2 ", values=meaning).text == "STEM"
    assert _read("0", values=meaning) is None


def test_a_star_lets_other_words_stand_for_themselves():
    meaning = {"SuperXG21": "SuperXG2", "*": "*"}
    assert _read("SuperXG21", values=meaning).text == "SuperXG2"
    assert _read("HAADF", values=meaning).text == "HAADF"


def test_the_unit_beside_the_value_wins_over_the_tables():
    row = {"unit": "kV", "unit_at": "t_units"}
    assert _read(4996.0, branch={"t_units": "V"}, **row).unit == "V"
    assert _read(200.0, branch={}, **row).unit == "kV"
    assert _read(200.0, branch={"t_units": None}, **row).unit == "kV"


def test_a_zero_that_means_unset_is_not_told():
    assert _read("0", zero="unset") is None
    assert _read(0.0).number == 0


def test_a_sign_that_means_nothing_is_dropped():
    assert _read("-15", sign="drop").number == 15


@pytest.mark.parametrize("value", [np.array([1.0]), [1, 2], (1,)])
def test_a_list_is_no_number(value):
    assert _read(value).number is None


def test_a_clock_without_its_moment_tells_nothing():
    assert _clock("3:32:32 PM", {"local": "3:32:41 PM"}) is None
    found = _clock("3:32:32 PM", {"local": "3:32:41 PM", "os": 1.3220483561436376e17})
    assert found.text == "2019-12-10T20:32:32+00:00"


def _day(value, branch=None, **row):
    made = Row(tag="t", key="start_time", parse="day_and_clock", **row)
    return read(made, "day_and_clock", value, branch or {})


def test_a_day_and_the_clock_beside_it_are_one_local_time():
    found = _day("06/13/2016", {"Time": "05:06:40 PM"}, clock_at="Time")
    assert (found.text, found.raw) == ("2016-06-13T17:06:40", "06/13/2016 05:06:40 PM")
    found = _day(("Date", "25 Sep 2018"), {"t2": ("Time", "8:20:42")}, clock_at="t2")
    assert (found.text, found.warning) == ("2018-09-25T08:20:42", "")


def test_a_day_that_may_be_of_two_months_is_not_guessed():
    found = _day("03/04/2016", {"Time": "05:06:40 PM"}, clock_at="Time")
    assert found.text == "2016-03-04T17:06:40 or 2016-04-03T17:06:40"
    assert found.warning == TWO_READINGS


def test_a_day_without_a_clock_stays_in_its_words():
    assert _day("06/13/2016", clock_at="Time").text == "06/13/2016"
