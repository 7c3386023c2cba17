"""Whose field of view a tag tells: this picture's, or that of the scan which it is a part of.

Programs keep the full scan's field of view with whatever is made of it: a part that was cut out, a
Fourier transform, a spectrum at one point. What does not belong here: which tag it is (the tables).
"""

from __future__ import annotations

from collections.abc import Sequence

from emfair.model.facts import Fact
from emfair.units import axis_unit, convert
from emfair.vendor.signal import Axis

ROUNDING = 0.01
"""Vendors write a field in three or four digits; one pixel more or less is no difference either."""


def with_doubt(fact: Fact, axes: Sequence[Axis]) -> Fact:
    """Return a fact of a field of view, with a warning if it is not that of the signal.

    The field of view is how far x reaches, the last axis that a length runs along. Of a picture
    whose pixels nobody measured the tag is believed.
    """
    if fact.value_num is None or fact.warning:
        return fact
    places = [axis for axis in axes if not _is_spectral(axis)]
    steps = [(axis.size, step) for axis in places if (step := _step(axis, "m"))]
    if not steps:
        if len(places) > 1 and not any(_step(axis, "1/m") for axis in places):
            return fact
        warning = "of the whole scan, and this is no picture of it: not used"
        return fact.model_copy(update={"warning": warning})
    size, step = steps[-1]
    if not _step(places[-1], "m"):  # x is not calibrated: its width is not known
        return fact
    if abs(fact.value_num - size * step) <= max(step, ROUNDING * size * step):
        return fact
    warning = f"not of this picture, which is {size * step * 1e9:.4g} nm wide: not used"
    return fact.model_copy(update={"warning": warning})


def _is_spectral(axis: Axis) -> bool:
    return "wavelength" in axis.name.lower() or _step(axis, "eV") > 0


def _step(axis: Axis, unit: str) -> float:
    """Return the mean step of an axis in `unit`; 0 if it is calibrated in nothing of the kind."""
    given = axis_unit(axis.unit)
    if not given or axis.size < 1:
        return 0.0
    try:
        factor = convert(1.0, given, unit)
    except ValueError:
        return 0.0
    points = axis.points()
    span = abs(float(points[-1] - points[0])) / (axis.size - 1) if axis.size > 1 else axis.scale
    return abs(span * factor)
