"""A day as it stands in addresses and in what people type: ``2026-01-22``.

What does not belong here: times of day, and how days are shown.
"""

from __future__ import annotations

import re
from datetime import date


def read_day(text: str) -> date | None:
    """Return the day that a text says; None if it says none.

    >>> read_day("2026-01-22"), read_day("20260122"), read_day("2026-02-30")
    (datetime.date(2026, 1, 22), None, None)
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
