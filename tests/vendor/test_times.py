"""Vendors' times become ISO 8601 with an offset, or stay in their words."""

from datetime import UTC, datetime

import pytest

from emfair.vendor.times import from_clock, from_epoch, from_filetime, from_iso, readings

STEM_IMAGE = 1.3115143597000824e17  # test_STEM_image.dm3: 4:26:37 PM in England, in summer


def test_nine_decimals_of_a_second_become_six():
    assert from_iso("2021-04-15T13:44:43.100924481Z") == "2021-04-15T13:44:43.100924+00:00"
    assert from_iso("2016-06-13T16:08:49") == "2016-06-13T16:08:49"
    assert from_iso("13.06.2016") == "13.06.2016"


@pytest.mark.parametrize("seconds", [1e300, -1e300, float("inf")])
def test_seconds_that_no_calendar_has_are_no_time(seconds):
    assert from_epoch(seconds) == ""


def test_a_filetime_counts_from_1601():
    assert from_filetime(STEM_IMAGE) == "2016-08-08T15:26:37+00:00"
    assert from_filetime(116444736000000000) == datetime(1970, 1, 1, tzinfo=UTC).isoformat()
    assert from_filetime(1e300) == ""


@pytest.mark.parametrize(
    ("clock", "its_clock", "utc"),
    [
        ("Mon Aug 08 16:26:20 2016\u2028", "4:26:37 PM", "2016-08-08T15:26:20+00:00"),
        ("4:26:20 PM", "16:26:37", "2016-08-08T15:26:20+00:00"),
        ("04:27:37 p.m.", "04:26:37 p.m.", "2016-08-08T15:27:37+00:00"),
        ("23:59:58", "12:00:00 AM", "2016-08-08T15:26:35+00:00"),
        ("0:00:01", "11:59:59 PM", "2016-08-08T15:26:39+00:00"),
    ],
)
def test_a_clocks_reading_is_placed_by_a_moment_known_twice(clock, its_clock, utc):
    assert from_clock(clock, STEM_IMAGE, its_clock) == utc


@pytest.mark.parametrize(("clock", "its_clock"), [("noon", "12:00:00"), ("12:00:00", "None")])
def test_a_clock_that_cannot_be_read_tells_no_time(clock, its_clock):
    assert from_clock(clock, STEM_IMAGE, its_clock) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("13.06.2016 17:06:40", ("2016-06-13T17:06:40",)),
        ("03.04.2016 17:06:40", ("2016-04-03T17:06:40",)),  # with dots the day comes first
        ("25 Sep 2018 8:20:42", ("2018-09-25T08:20:42",)),
        ("06/13/2016 05:06:40 PM", ("2016-06-13T17:06:40",)),
        ("13/06/2016 05:06:40 PM", ("2016-06-13T17:06:40",)),
        ("04/04/2016 12:06:40 AM", ("2016-04-04T00:06:40",)),
        ("03/04/2016 05:06:40 PM", ("2016-03-04T17:06:40", "2016-04-03T17:06:40")),
        ("03-04-2016 05:06:40", ("2016-03-04T05:06:40", "2016-04-03T05:06:40")),
        ("31.02.2016 05:06:40", ()),
        ("25 Okt 2018 8:20:42", ()),
        ("13.06.2016", ()),
        ("13.06.2016 27:06:40", ()),
        ("06/13/16 05:06:40 PM", ()),
    ],
)
def test_a_local_moment_is_read_as_often_as_its_day_can_be_read(text, told):
    assert readings(text) == told
