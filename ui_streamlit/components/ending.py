"""When something ends: a day that a person chooses, and the moment after it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def ending(
    label: str, key: str, now: datetime, *, after: int, longest: int | None = None
) -> datetime:
    """Ask for the last day; return the moment at which it is over, where the browser is.

    Parameters
    ----------
    after
        Days from now that are proposed.
    longest
        The most that may be chosen; None for any.
    """
    today = now.astimezone(zone()).date()
    chosen: date = st.date_input(
        label,
        value=today + timedelta(days=after),
        min_value=today,
        max_value=today + timedelta(days=longest or 36_500),
        key=key,
        format="YYYY-MM-DD",
        help="It counts through this day.",
    )
    return day_after(chosen)


def begin_of(day: date) -> datetime:
    """Return the moment at which a day begins, where the browser is."""
    return datetime.combine(day, time(), zone())


def day_after(day: date) -> datetime:
    """Return the moment at which a day is over, where the browser is."""
    return begin_of(day + timedelta(days=1))


def last_day(until: datetime) -> str:
    """Return the last day on which something counts that ends at `until`."""
    return f"{(until.astimezone(zone()) - timedelta(microseconds=1)):%Y-%m-%d}"


def zone() -> ZoneInfo:
    """Return the browser's time zone; UTC for one that does not tell it, or tells none."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Etc/Unknown", a path, a folder's name
        return ZoneInfo("UTC")
