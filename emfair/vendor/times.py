"""Times as vendors write them, turned into ISO 8601 with an offset wherever the file knows one.

What does not belong here: which tag holds which time (the tables), whether it is used
(`emfair.nxem.facts`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

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
