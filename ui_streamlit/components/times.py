"""Times as people read them: what emfair did where the browser is, what was measured as it is told.

The one place that decides. What does not belong here: times that people type (`say`), and the last
day of something (`ending`).
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from emfair.nxem.keys import keys
from ui_streamlit.components.ending import zone

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def moment(at: datetime, there: ZoneInfo | None = None) -> str:
    """Return a moment to the minute where the browser is, or `there`.

    >>> moment(datetime.fromisoformat("2026-03-02T08:00Z"), ZoneInfo("Europe/Berlin"))
    '2026-03-02 09:00, Europe/Berlin'
    """
    there = there or zone()
    return f"{at.astimezone(there):%Y-%m-%d %H:%M}, {there.key}"


def day(at: datetime) -> str:
    """Return the day of a moment, in its zone.

    >>> day(datetime.fromisoformat("2026-01-22T23:14+01:00"))
    '2026-01-22'
    """
    return f"{at:%Y-%m-%d}"


def is_of_time(field: str) -> bool:
    """Whether a field of a document, by its path, tells a time.

    >>> is_of_time("sample.preparation_date"), is_of_time("title")
    (True, False)
    """
    key = keys().get(field.rpartition(".")[2])
    return key is not None and key.kind == "time"


def as_told(text: str) -> str:
    """Return a time of a file or a person, with its offset; of what is no time the text itself.

    Only for what is meant to tell one: a title may look like a time, and is none.

    >>> as_told("2026-01-22T12:14:12.50+01:00"), as_told("2026-01-22T12:14Z")
    ('2026-01-22 12:14:12.5, UTC+01:00', '2026-01-22 12:14, UTC')
    >>> as_told("2026-01-22 12:14"), as_told("on 2026-01-22")
    ('2026-01-22 12:14, zone not told', 'on 2026-01-22')
    """
    if not _TIME.fullmatch(text):
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    fraction = f".{at:%f}".rstrip("0.")
    shown = f"{at:%Y-%m-%d %H:%M:%S}{fraction}".removesuffix(":00")
    return f"{shown}, {at.tzname() or 'zone not told'}"
