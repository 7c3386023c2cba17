"""Which part of a curve is worth showing, and where its points stand on the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.nxem.preview.tones import tame
from emfair.nxem.shape import NxAxis
from emfair.nxem.show import adapted
from emfair.nxem.views import measures, zero_peak
from emfair.units import convert

WIDTH, HEIGHT = 960, 480
"""Of the paper: twice the preview's, shrunk at the end for smooth lines."""
LEFT, TOP, RIGHT, BOTTOM = 92, 44, WIDTH - 26, HEIGHT - 76
_SHORT = (0.05, 1e5)
"""Between these an axis' greatest number is short enough in the unit it has."""
_DECADES = 5
_TOWERS = 25
"""How far a zero-loss peak stands above 95 % of its spectrum."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """The axis' and the curve's values that stand at the edges of the plot."""

    first: float
    last: float
    low: float
    high: float
    is_log: bool = False

    def x(self, at: Any) -> Any:
        """Return where a point of the axis stands, in pixels from the left."""
        return LEFT + (at - self.first) / ((self.last - self.first) or 1.0) * (RIGHT - LEFT)

    def y(self, value: Any) -> Any:
        """Return where a value stands, in pixels from the top; what is too high, just outside."""
        low, high = self.low, self.high
        if self.is_log:
            value, low, high = np.log10(np.maximum(value, low)), math.log10(low), math.log10(high)
        part = np.clip((value - low) / ((high - low) or 1.0), -0.02, 1.05)
        return BOTTOM - part * (BOTTOM - TOP)


def framed(data: NDArray[Any], axis: NxAxis, *, is_spectrum: bool) -> Frame:
    """Return the frame of a curve.

    An X-ray spectrum is scaled to what lies above its zero peak, and ends where its lines do.
    A spectrum of energy losses with the zero-loss peak has a logarithmic scale.
    """
    values, points = np.nan_to_num(tame(data)), points_of(axis, len(data))
    first, last = float(points[0]), float(points[-1])
    zero = zero_peak(axis) * len(values) // len(axis.points) if is_spectrum else 0
    if zero and values[zero:].max() > 0:
        zero = _valley(values, zero, int(np.searchsorted(points, convert(0.5, "keV", axis.unit))))
        first, last = max(first, 0.0), _end_of_lines(values[zero:], points[zero:], axis)
        return Frame(first, last, 0.0, float(values[zero:].max()) * 1.04)
    high, low = float(values.max()), float(values.min())
    if is_spectrum and _has_zero_loss(values, axis):
        floor = max(high * 10.0**-_DECADES, float(values[values > 0].min()))
        return Frame(first, last, floor / 1.5, high * 1.5, is_log=True)
    if high == low == 0:
        return Frame(first, last, -1.0, 1.0)
    low = min(0.0, low) if low < 0.6 * high or low == high else low
    return Frame(
        first, last, low - (0.04 * (high - low) if low else 0.0), high + 0.04 * (high - low)
    )


def legible(axis: NxAxis) -> NxAxis:
    """Return an axis in a unit in which its numbers are short: 0.0004 mm is 400 nm."""
    far = float(np.abs(np.asarray(axis.points)[[0, -1]]).max())
    if not axis.unit or not math.isfinite(far) or far == 0 or _SHORT[0] <= far < _SHORT[1]:
        return axis
    return in_unit(axis, adapted(far, axis.unit)[1])


def in_unit(axis: NxAxis, unit: str) -> NxAxis:
    """Return an axis in another unit of the same quantity; as it is if its name tells none."""
    if unit == axis.unit or not axis.long_name.endswith(")"):
        return axis
    name, factor = axis.long_name.rpartition(" (")[0], convert(1.0, axis.unit, unit)
    return replace(
        axis,
        points=np.asarray(axis.points, np.float64) * factor,
        scale=None if axis.scale is None else axis.scale * factor,
        offset=None if axis.offset is None else axis.offset * factor,
        unit=unit,
        long_name=f"{name} ({unit})",
    )


def points_of(axis: NxAxis, size: int) -> Numbers:
    """Return the axis' points, or every n-th of them; running numbers if not finite."""
    points = np.asarray(axis.points, np.float64)
    step = -(-len(points) // size)
    points = points[(len(points) - 1) % step // 2 :: step][:size]
    if not np.isfinite(points).all() or abs(points[-1] - points[0]) > 1e100:
        return np.arange(size, dtype=np.float64)
    return points


def _valley(values: Numbers, start: int, stop: int) -> int:
    """Return where a slope that falls at `start` ends, before `stop`: a zero peak can be broad."""
    smooth = np.convolve(values[start : stop + 5], np.ones(5) / 5, "valid")
    rising = np.flatnonzero(np.diff(smooth) >= 0)
    return start + int(rising[0]) if rising.size else start


def _end_of_lines(values: Numbers, points: Numbers, axis: NxAxis) -> float:
    """Return where the last 0.1 % of the counts begin, and some room; at least 5 keV."""
    counts = np.cumsum(np.clip(values, 0, None))
    end = points[int(np.searchsorted(counts, 0.999 * counts[-1]))]
    return float(min(points[-1], max(end * 1.1, convert(5.0, "keV", axis.unit))))


def _has_zero_loss(values: Numbers, axis: NxAxis) -> bool:
    """Whether a peak like a tower stands at zero energy (or on an axis without a unit)."""
    peak = int(values.argmax()) * len(axis.points) // len(values)
    if len(values) < 50 or values.max() <= _TOWERS * max(np.percentile(values, 95), 0.0):
        return False
    if not measures(axis, "eV"):
        return not axis.unit
    first, last = float(axis.points[0]), float(axis.points[-1])
    return abs(float(axis.points[peak])) <= 0.1 * abs(last - first)
