"""Times on pages: as people read them, with where they are; days as addresses say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from emfair.model.days import read_day
from emfair.service import browse
from tests.ui_streamlit.test_pages import html
from ui_streamlit.components.ask import words_of
from ui_streamlit.components.deed_words import detail_words
from ui_streamlit.components.times import as_told, moment

SUMMER = datetime(2026, 7, 1, 22, 30, 59, tzinfo=UTC)


def test_a_moment_is_told_where_the_browser_is():
    assert moment(SUMMER, ZoneInfo("Europe/Berlin")) == "2026-07-02 00:30, Europe/Berlin"
    assert moment(SUMMER) == "2026-07-01 22:30, UTC", "no browser said where it is"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-01-22T12:14:12+01:00", "2026-01-22 12:14:12, UTC+01:00"),
        ("2026-01-22T12:14:00.25-03:30", "2026-01-22 12:14:00.25, UTC-03:30"),
        ("2026-01-22T12:14:12Z", "2026-01-22 12:14:12, UTC"),
        ("2026-01-22 12:14:12", "2026-01-22 12:14:12, zone not told"),
        ("2026-01-22", "2026-01-22"),
        ("2026-13-22T12:14", "2026-13-22T12:14"),
        ("Session 2026-01-22T12:14", "Session 2026-01-22T12:14"),
        ("", ""),
    ],
)
def test_a_time_is_told_with_its_own_offset(text, told):
    assert as_told(text) == told


def test_metadata_show_times_and_keep_what_was_said_beside_them(page, made, services):
    row = services.registry.experiments.get(made["valid"])
    first = browse.experiment(services, row).measurements[0]
    shown = html(page("experiment", id=made["valid"], measurement=first.measurement))
    told = '<td class="em-value" title="2026-01-20T00:00:00+01:00">2026-01-20 00:00, UTC+01:00</td>'
    assert told in shown


def test_the_history_of_fields_shows_times(page, made):
    shown = html(page("annotate", id=made["valid"]))
    assert '<td class="em-value">2026-01-22 12:14:12, UTC+01:00</td>' in shown
    assert re.search(r'scope="rowgroup">\d{4}-\d\d-\d\d \d\d:\d\d, UTC · ', shown)


def test_provenance_tells_when_in_its_picture_as_in_its_list(page, made):
    shown = html(page("experiment", id=made["valid"]))
    assert re.search(r"<li>Indexed for search, \d{4}-\d\d-\d\d \d\d:\d\d, UTC: took", shown)
    assert re.search(r"<b>Indexed for search</b> <span[^>]*>\d{4}-\d\d-\d\d \d\d:\d\d, UTC,", shown)


def test_the_audit_log_tells_times():
    told = detail_words({"role": "viewer", "until": "2027-01-01T00:00:00+00:00"})
    assert told == "role: viewer; until: 2027-01-01 00:00, UTC"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("title", "2026-01-22 12:14"),
        ('files["a.dm3"].title', "2026-01-22 12:14"),
        ("start_time", "2026-01-22 12:14, zone not told"),
        ('files["a.dm3"].start_time', "2026-01-22 12:14, zone not told"),
        ("sample.preparation_date", "2026-01-22 12:14, zone not told"),
    ],
)
def test_only_what_tells_a_time_is_told_as_one(field, told):
    assert words_of("2026-01-22 12:14", field) == told
    assert detail_words({"changed": [{"field": field, "new": "2026-01-22 12:14"}]}) == (
        f"{field}: nothing → {told}"
    )
    assert detail_words({"reason": "2026-01-22 12:14"}) == "reason: 2026-01-22 12:14"


def test_times_that_differ_in_fractions_of_a_second_look_different():
    parts = ("", ".5", ".25", ".000001", ".1")
    assert len({as_told(f"2026-01-22T12:14:00{part}Z") for part in parts}) == len(parts)
    assert as_told("2026-01-22T12:14:10.50Z") == "2026-01-22 12:14:10.5, UTC"


@pytest.mark.parametrize("text", ["", "2026-1-2", "20260122", "2026-W04-4", "2026-02-30", "today"])
def test_what_is_no_day_is_none(text):
    assert read_day(text) is None
