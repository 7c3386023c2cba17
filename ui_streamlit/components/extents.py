"""How large pictures and their pixels are, each size in the unit in which people say so much.

Pure functions. What does not belong here: which unit that is (`emfair.nxem.show`).
"""

from __future__ import annotations

from emfair.model.documents import Measurement
from emfair.nxem.shape import NxAxis
from emfair.nxem.show import adapted
from emfair.service.looks import in_ev_or_kev
from emfair.service.measurements import pixel_axes
from ui_streamlit.components.values import with_unit

Size = tuple[float, str]
"""A number and its unit."""


def extent(axes: tuple[NxAxis, NxAxis]) -> str:
    """Return in a sentence how large a picture is, down and across, and each of its pixels."""
    points = [len(axis.points) for axis in axes]
    down, right = ((abs(axis.scale or 0.0), axis.unit) for axis in map(in_ev_or_kev, axes))
    if not all(step and unit for step, unit in (down, right)):
        return f"{points[0]} × {points[1]} pixels, not calibrated."
    whole = [(step * n, unit) for (step, unit), n in zip((down, right), points, strict=True)]
    told = _sides(*map(_rounded, whole))
    if down[1] != right[1]:
        return f"{told}."
    return f"{told}, {_pixel(_rounded(down), _rounded(right))} a pixel."


def pixel_of(measurement: Measurement, digits: int = 6) -> str:
    """Return the size of a picture's pixels: ``0.25 nm``, ``2 × 4 nm``; empty if none is known."""
    sides = [
        (float(f"{abs(axis.scale or 0.0):.{digits}g}"), axis.unit)
        for axis in pixel_axes(measurement)
    ]
    return _pixel(*sides) if sides else ""


def _pixel(down: Size, right: Size) -> str:
    return with_unit(*adapted(*right)) if down == right else _sides(down, right)


def _sides(down: Size, right: Size) -> str:
    """Return ``20 × 25 nm``, ``900 nm × 2 µm``."""
    one, other = adapted(*down), adapted(*right)
    return f"{with_unit(one[0], '' if one[1] == other[1] else one[1])} × {with_unit(*other)}"


def _rounded(size: Size) -> Size:
    """Return a size of four digits."""
    return float(f"{size[0]:.4g}"), size[1]
