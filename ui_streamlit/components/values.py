"""Values as people read them: numbers in the unit they use, times, shapes, axes.

Pure functions. What does not belong here: what a value is (`emfair.model`) and markup.
"""

from __future__ import annotations

from datetime import datetime

from emfair.model.documents import AxisNotes, Measurement
from emfair.model.facts import Fact
from emfair.nxem.keys import keys
from emfair.units import convert


def label_of(fact: Fact) -> str:
    """Return what people call a fact's key."""
    key = keys().get(fact.key)
    return key.label if key else fact.key.replace("_", " ").capitalize()


def value_of(fact: Fact) -> str:
    """Return a fact's value in the unit people use (``200 kV``)."""
    if fact.value_num is None:
        return fact.value_text
    key = keys().get(fact.key)
    number, unit = fact.value_num, fact.unit
    if key is not None and key.shown and key.shown != unit:
        number, unit = convert(number, unit, key.shown), key.shown
    return with_unit(number, unit)


def with_unit(number: float, unit: str) -> str:
    """Return a number of at most six digits with its unit.

    >>> with_unit(200.0, "kV"), with_unit(1234567.8, ""), with_unit(24.95, "°")
    ('200 kV', '1.23457e+06', '24.95°')
    """
    text = f"{number:.6g}".replace("-", "\N{MINUS SIGN}", 1) if number < 0 else f"{number:.6g}"
    return f"{text}°" if unit == "°" else f"{text} {unit}".strip()


def day_and_time(moment: datetime) -> str:
    """Return a moment to the minute, with its zone: ``2026-01-22 12:14 UTC``."""
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def day(moment: datetime) -> str:
    """Return the day of a moment, in its zone.

    >>> day(datetime.fromisoformat("2026-01-22T23:14+01:00"))
    '2026-01-22'
    """
    return f"{moment:%Y-%m-%d}"


def size_of(number: int) -> str:
    """Return a number of bytes in the unit that people use.

    >>> size_of(0), size_of(999), size_of(1_530_000), size_of(12_400_000_000)
    ('0 B', '999 B', '1.5 MB', '12 GB')
    """
    factor, unit = unit_of(number)
    digits = 0 if number >= 10 * factor or factor == 1 else 1
    return f"{number / factor:,.{digits}f} {unit}"


def unit_of(number: int) -> tuple[float, str]:
    """Return the unit of bytes in which people speak of so many, and how many bytes it has."""
    for power, unit in enumerate(("B", "kB", "MB", "GB")):
        if number < 1000 ** (power + 1):
            return 1000.0**power, unit
    return 1e12, "TB"


def shape_of(measurement: Measurement) -> str:
    """Return ``256 × 256 uint16``."""
    size = " × ".join(str(length) for length in measurement.shape) or "one value"
    return f"{size} {measurement.dtype}"


def span_of(axis: AxisNotes) -> str:
    """Return an axis' step and length: ``512 points, 0.25 nm apart``; its size alone without."""
    points = f"{axis.size} point{'' if axis.size == 1 else 's'}"
    if axis.scale is None or axis.size < 2:
        return points
    return f"{points}, {with_unit(axis.scale, axis.unit) or axis.scale} apart"
