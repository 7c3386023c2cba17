"""Times as vendors write them, turned into ISO 8601 with an offset wherever the file knows one.

What does not belong here: which tag holds which time (the tables), whether it is used
(`emfair.nxem.facts`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

TWO_READINGS = "day and month cannot be told apart: not used"
"""Warning of a date like 03/04/2016, which is of March or of April: nobody should guess."""

_FILETIME_ZERO = datetime(1601, 1, 1, tzinfo=UTC)
_DAY = 86400


def from_iso(text: str) -> str:
    """Return an ISO 8601 text in the form that `datetime` writes; any other as it is.

    Vendors write up to nine decimals of a second; six are kept.
    """
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


def from_epoch(seconds: float) -> str:
    """Return seconds since 1970, UTC, as ISO 8601; nothing if no calendar has them."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        return ""


def from_filetime(ticks: float) -> str:
    """Return a Windows FILETIME (100 ns since 1601, UTC) as ISO 8601; nothing if it is none.

    To the second: DigitalMicrograph shows no more, and stamps frames that last longer.
    """
    moment = _filetime(ticks)
    return moment.isoformat() if moment else ""


def from_clock(clock: str, utc: float, its_clock: str) -> str:
    """Return when a local clock showed `clock`, as ISO 8601 in UTC; nothing if it cannot be told.

    `utc` is a FILETIME, and `its_clock` what the same clock showed then; the two moments are less
    than 12 hours apart. So nobody needs to know the time zone.
    """
    moment, wanted, shown = _filetime(utc), _seconds(clock), _seconds(its_clock)
    if moment is None or wanted is None or shown is None:
        return ""
    apart = (wanted - shown + _DAY // 2) % _DAY - _DAY // 2
    return (moment + timedelta(seconds=apart)).isoformat()


def readings(text: str) -> tuple[str, ...]:
    """Return a local moment as ISO 8601, once for each way in which its day can be read.

    None: it cannot be read. Where dots stand between its numbers the day comes first, in every
    country that writes so. Between slashes or hyphens it comes first or second, as the machine's
    regional settings were: if both can be, both are returned.

    >>> readings("13.06.2016 17:06:40"), readings("25 Sep 2018 8:20:42")
    (('2016-06-13T17:06:40',), ('2018-09-25T08:20:42',))
    >>> readings("03/04/2016 05:06:40 PM")
    ('2016-03-04T17:06:40', '2016-04-03T17:06:40')
    """
    match = re.match(r"\s*(\d{1,2})([./ -])(\d{1,2}|[A-Za-z]{3,9})\2(\d{4})\b(.*)", text, re.DOTALL)
    seconds = _seconds(match[5]) if match else None
    if match is None or seconds is None or seconds >= _DAY:
        return ()
    first, between, second, year = match[1], match[2], match[3], int(match[4])
    if second.isalpha():
        days = [(_MONTHS.get(second[:3].casefold(), 0), int(first))]
    else:
        days = [(int(second), int(first))]
        if between != ".":
            days.append((int(first), int(second)))
    midnights = {_midnight(year, month, day) for month, day in days}
    moments = sorted(one for one in midnights if one is not None)
    return tuple((one + timedelta(seconds=seconds)).isoformat() for one in moments)


_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip


def _midnight(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # noqa: DTZ001  whose zone nobody has told
    except ValueError:
        return None


def _filetime(ticks: float) -> datetime | None:
    try:
        return _FILETIME_ZERO + timedelta(seconds=int(ticks / 1e7))
    except (OverflowError, ValueError):
        return None


def _seconds(clock: str) -> int | None:
    """Return the seconds since midnight of ``15:32:41``, ``3:32:41 PM``, ``08:55:59 p.m.``."""
    match = re.search(r"(\d{1,2}):(\d\d):(\d\d)(?:\s*([ap])\.?m\b)?", clock, re.IGNORECASE)
    if not match:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    return hour * 3600 + int(match[2]) * 60 + int(match[3])
