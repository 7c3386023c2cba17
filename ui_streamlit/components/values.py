"""Values as people read them: numbers in the unit they use, shapes, axes.

Pure functions. What does not belong here: what a value is (`emfair.model`), when something happened
(`times`) and markup.
"""

from __future__ import annotations

from emfair.model.documents import AxisNotes, Measurement
from emfair.model.facts import Fact
from emfair.nxem import show
from emfair.nxem.keys import keys
from ui_streamlit.components.times import as_told


def label_of(fact: Fact) -> str:
    """Return what people call a fact's key."""
    key = keys().get(fact.key)
    return key.label if key else fact.key.replace("_", " ").capitalize()


_ROUND = 4
"""Digits that people read of a number in passing."""


def rounded(fact: Fact) -> str:
    """Return a fact's value as it is read in passing: ``5 mm`` for 5.00001 mm."""
    if fact.value_num is None:
        return value_of(fact)
    return _with_minus(show.shown(fact, _ROUND))


def value_of(fact: Fact) -> str:
    """Return a fact's value in the unit people use (``200 kV``), a time with its offset."""
    text = show.shown(fact)
    if fact.value_num is not None:
        return _with_minus(text)
    return as_told(text) if is_time(fact) else text


def quantity(key: str, number: float) -> str:
    """Return an SI number of a key in the unit people use, as `value_of` does."""
    return _with_minus(show.quantity(key, number))


def is_time(fact: Fact) -> bool:
    """Whether a fact tells a time."""
    key = keys().get(fact.key)
    return key is not None and key.kind == "time"


def with_unit(number: float, unit: str) -> str:
    """Return a number of at most six digits with its unit.

    >>> with_unit(200.0, "kV"), with_unit(-3.5, "nm"), with_unit(24.95, "°")
    ('200 kV', '−3.5 nm', '24.95°')
    """
    return _with_minus(show.with_unit(number, unit))


def _with_minus(text: str) -> str:
    return text.replace("-", "−", 1) if text.startswith("-") else text


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
    return f"{points}, {with_unit(*show.adapted(axis.scale, axis.unit))} apart"
