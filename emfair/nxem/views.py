"""Which points of an array make its picture, decided from its shape alone.

The middle frame and some others of a stack; the map and the mean pattern of a 4D scan; the map and
the sum of a spectrum image. Bounded whatever the size: 100 GB take no more points than 2 do.
What does not belong here: picking them (`emfair.nxem.samples`), drawing (`emfair.nxem.preview`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from emfair.nxem.samples import every, spread, within
from emfair.nxem.shape import NxAxis, Shape
from emfair.units import convert

FRAME = 2048  # points along a side of a frame: what a picture shows is their mean
SMALL = 256  # along a side of each frame of the strip
MAP = 400  # along a side of a map
CURVE = 1 << 20  # of a curve
BUDGET = 1 << 28  # elements that a sum may take: a quarter of a second's work
MEAN = 1 << 26  # elements of a mean pattern: a thousand patterns of 256 × 256
STRIP = 5  # frames

_LEAST_PIXEL = 1e-6
"""Metres that a pixel of a camera has at least: some formats tell where on it, not which angle."""
_SPECTRAL = re.compile(r"energy|wavelength|raman|wave ?number", re.IGNORECASE)


class Calibrated(Protocol):
    """An axis, whether of an array (`NxAxis`) or of its document (`AxisNotes`)."""

    @property
    def long_name(self) -> str:
        """What a plot writes beside it."""

    @property
    def unit(self) -> str:
        """As Pint spells it; empty for no dimension."""

    @property
    def scale(self) -> float | None:
        """The step from point to point; None if they are not equally far apart."""


@dataclass(frozen=True)
class View:
    """Points of an array (`picks`, for each axis), summed over all axes but those of `keep`."""

    keep: tuple[int, ...]
    picks: tuple[range, ...]


def views(shape: Shape) -> dict[str, View]:
    """Return what makes the picture of an array.

    Returns
    -------
    dict
        ``frame`` with ``strip0`` …; or ``map`` and ``mean`` (of a 4D scan); or ``spectrum``, with
        ``lines`` (a line scan: positions, energies) or ``map`` where there is more than one.
    """
    sizes = tuple(len(axis.points) for axis in shape.axes)
    spectral = spectral_axis(shape)
    if spectral is not None:
        others = [axis for axis in range(len(sizes)) if axis != spectral]
        return _of_spectra(sizes, spectral, places(shape, others), zero_peak(shape.axes[spectral]))
    if is_scan(shape):
        return _of_scan(sizes)
    return _of_frames(sizes, 3 if shape.is_colour else min(2, len(sizes)))


def spectral_axis(shape: Shape) -> int | None:
    """Return which axis spectra run along, if one does."""
    if shape.is_colour:
        return None
    names = [axis.name for axis in shape.axes]
    if "axis_energy" in names:
        return names.index("axis_energy")
    found = [index for index, axis in enumerate(shape.axes) if is_spectral(axis)]
    return found[0] if len(found) == 1 else None


def is_spectral(axis: Calibrated) -> bool:
    """Whether spectra run along an axis of this name and unit."""
    return bool(_SPECTRAL.search(axis.long_name)) or measures(axis, "eV")


def measures(axis: Calibrated, unit: str) -> bool:
    """Whether an axis' unit converts to `unit`."""
    try:
        convert(1.0, axis.unit, unit)
    except ValueError:
        return False
    return bool(axis.unit)


def is_scan(shape: Shape) -> bool:
    """Whether an array has a pattern at each place of a map: places, then a camera's pixels."""
    return shape.kind == "image_4d" and not shape.is_colour and is_scanned(shape.axes)


def is_scanned(axes: Sequence[Calibrated]) -> bool:
    """Whether two of four axes can be a probe's places, and the last two a camera's.

    What has no unit can be either.
    """
    where, camera = axes[:2], axes[2:]
    return (
        len(axes) == 4
        and all(not axis.unit or measures(axis, "m") for axis in where)
        and all(not axis.unit or _is_on_a_camera(axis) for axis in camera)
    )


def _is_on_a_camera(axis: Calibrated) -> bool:
    if measures(axis, "m"):
        return bool(axis.scale) and abs(convert(axis.scale or 0.0, axis.unit, "m")) > _LEAST_PIXEL
    return measures(axis, "1/m") or measures(axis, "rad")


def zero_peak(axis: NxAxis) -> int:
    """Return how many channels an X-ray spectrum's zero peak takes; 0 where there is none.

    Energy-dispersive detectors count their own noise below 0.2 keV, often more than any line.
    Their axes reach beyond 4 keV, those of energy losses hardly ever.
    """
    if not measures(axis, "eV"):
        return 0
    noise, far = convert(0.2, "keV", axis.unit), convert(4.0, "keV", axis.unit)
    first, last = float(axis.points[0]), float(axis.points[-1])
    if not first <= noise < far <= last:
        return 0
    return int(np.searchsorted(axis.points, noise))


def places(shape: Shape, others: Sequence[int]) -> tuple[int, ...]:
    """Return the two axes of a map: those that are lengths, or else the last two."""
    lengths = [axis for axis in others if measures(shape.axes[axis], "m")]
    return tuple(lengths[-2:] if len(lengths) > 1 else others[-2:])


def _of_spectra(
    sizes: Sequence[int], spectral: int, places: tuple[int, ...], zero: int
) -> dict[str, View]:
    others = tuple(axis for axis in range(len(sizes)) if axis != spectral)
    whole = [range(size) for size in sizes]
    whole[spectral] = spread(sizes[spectral], CURVE)
    picks = within(whole, sizes, BUDGET, others, least=1)
    made = {"spectrum": View((spectral,), tuple(picks))}
    if len(others) == 1:
        for axis, most in ((others[0], MAP), (spectral, FRAME)):
            whole[axis] = spread(sizes[axis], most)
        made["lines"] = View((others[0], spectral), tuple(whole))
    elif others:
        for axis in places:
            whole[axis] = spread(sizes[axis], MAP)
        whole[spectral] = range(zero, sizes[spectral])
        earlier = [axis for axis in others if axis not in places]
        made["map"] = View(places, tuple(within(whole, sizes, BUDGET, earlier, least=1)))
    return made


def _of_scan(sizes: Sequence[int]) -> dict[str, View]:
    """Return map and mean pattern; of large patterns, the map takes some rows of each."""
    mapped = [spread(size, MAP) for size in sizes[:2]] + [range(size) for size in sizes[2:]]
    mean = [range(size) for size in sizes[:2]] + [spread(size, FRAME // 4) for size in sizes[2:]]
    return {
        "map": View((0, 1), tuple(within(mapped, sizes, BUDGET, (2,), least=64))),
        "mean": View((2, 3), tuple(within(mean, sizes, MEAN, (0, 1), least=1))),
    }


def _of_frames(sizes: Sequence[int], rank: int) -> dict[str, View]:
    lead = len(sizes) - rank
    keep = tuple(range(lead, len(sizes)))
    middle = [range(size // 2, size // 2 + 1) for size in sizes[:lead]]
    made = {"frame": View(keep, (*middle, *_frame(sizes[lead:], FRAME)))}
    frames = sizes[0] if lead else 1
    shown = min(STRIP, frames) if frames > 1 else 0
    for place in range(shown):
        index = round(place * (frames - 1) / (shown - 1))
        picks = (range(index, index + 1), *middle[1:], *_frame(sizes[lead:], SMALL))
        made[f"strip{place}"] = View(keep, picks)
    return made


def _frame(sizes: Sequence[int], most: int) -> list[range]:
    if len(sizes) == 1:
        return [spread(sizes[0], CURVE)]
    return [spread(size, most) for size in sizes[:2]] + [every(size, 1) for size in sizes[2:]]
