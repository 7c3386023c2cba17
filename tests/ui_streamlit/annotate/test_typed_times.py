"""Times that are typed without an offset, on clocks that go forward, back, or by the sun."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from ui_streamlit.components import say


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("2026-03-29 01:59", "2026-03-29T01:59:00+01:00"),
        ("2026-03-29 02:30", "2026-03-29 02:30"),
        ("2026-03-29 03:00", "2026-03-29T03:00:00+02:00"),
        ("2026-10-25 01:59", "2026-10-25T01:59:00+02:00"),
        ("2026-10-25 02:30", "2026-10-25 02:30"),
        ("2026-10-25 02:30+01:00", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25 03:00", "2026-10-25T03:00:00+01:00"),
        ("1850-06-01", "1850-05-31T23:06:32Z"),
    ],
)
def test_what_clocks_show_twice_or_never_is_asked_for_its_offset(monkeypatch, typed, taken):
    monkeypatch.setattr(say, "zone", lambda: ZoneInfo("Europe/Berlin"))
    assert say.with_zone(typed) == taken
