"""What a look gives: values over one axis or two, and what must be said of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.nxem.shape import NxAxis
from emfair.nxem.views import measures
from emfair.units import convert

_FAR = 4000.0
"""eV; spectra of energy losses hardly ever reach so far."""
Values = NDArray[Any]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Flat:
    """A picture's values.

    Attributes
    ----------
    values
        Shape (rows, columns), or (rows, columns, channels) of a colour picture.
    axes
        Of the rows and the columns, as the container has them: not thinned.
    remark
        How it was sampled, a sentence; empty where every number was taken.
    """

    values: Values
    axes: tuple[NxAxis, NxAxis]
    remark: str = ""

    @property
    def is_colour(self) -> bool:
        """Whether the last axis is red, green and blue."""
        return self.values.ndim == 3

    @property
    def nbytes(self) -> int:
        """Bytes of its numbers, those of the axes too."""
        return int(self.values.nbytes + sum(axis.points.nbytes for axis in self.axes))


@dataclass(frozen=True)
class Curve:
    """Values along one axis; `points` are the places on it, `remark` is as in `Flat`."""

    values: Values
    axis: NxAxis
    points: Numbers
    remark: str = ""

    @property
    def nbytes(self) -> int:
        """Bytes of its numbers, those of the axis too."""
        return int(self.values.nbytes + self.points.nbytes + self.axis.points.nbytes)


def numbers_of(axis: NxAxis) -> Numbers:
    """Return an axis' points; running numbers where one is not finite."""
    points = np.asarray(axis.points, np.float64)
    return points if np.isfinite(points).all() else np.arange(len(points), dtype=np.float64)


def points_at(axis: NxAxis, picks: range) -> Numbers:
    """Return the picked of an axis' points."""
    return numbers_of(axis)[picks.start : picks.stop : picks.step]


def in_ev_or_kev(axis: NxAxis) -> NxAxis:
    """Return an axis of energies in keV where it reaches 4 keV, else in eV; others as they are.

    X-rays are told in keV, losses in eV, whatever their file has.
    """
    if not measures(axis, "eV"):
        return axis
    far = convert(float(np.abs(numbers_of(axis)).max()), axis.unit, "eV")
    unit = "keV" if far >= _FAR else "eV"
    factor = convert(1.0, axis.unit, unit)
    if unit == axis.unit or not axis.long_name.endswith(")"):
        return axis
    return replace(
        axis,
        points=np.asarray(axis.points, np.float64) * factor,
        scale=None if axis.scale is None else axis.scale * factor,
        offset=None if axis.offset is None else axis.offset * factor,
        unit=unit,
        long_name=f"{axis.long_name.rpartition(' (')[0]} ({unit})",
    )


def outline(points: Values, values: Values, most: int) -> tuple[Values, Values]:
    """Return a curve of at most `most` points that looks the same: the extremes of each stretch.

    Values that are no number are left out, unless the curve is short enough as it is.
    """
    if len(values) <= most:
        return points, values
    chosen: list[int] = []
    for stretch in np.array_split(np.arange(len(values)), most // 2):
        part = values[stretch]
        if np.isfinite(part).any():
            low, high = int(np.nanargmin(part)), int(np.nanargmax(part))
            chosen += [stretch[one] for one in sorted({low, high})]
    return points[chosen], values[chosen]
