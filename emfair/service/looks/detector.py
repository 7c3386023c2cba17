"""A virtual detector: which pixels of a camera count, and where the unscattered beam falls.

Pure functions. Places are in pixels of the camera, counted from 0 at the first pixel's middle. What
does not belong here: summing patterns (`reading`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from emfair.service.looks.values import Numbers, Values

_THRESHOLDS = np.linspace(0.02, 0.98, 97)
_PLATEAU = 10
"""Thresholds in a row over which the edge of a disk hardly moves."""
_LEVEL = 0.02
_LEAST, _SIDE = 8, 512
"""Pixels along a side of what a beam is looked for in, at least and at most."""
_LARGEST = 0.45
"""Of the camera's shorter side: a larger disk is no disk."""
_SMALLEST = 5
"""Pixels of a disk: so many are left of three by three when hot ones are taken out."""
_CLEAR = 5.0
"""By how many times the spread of what lies outside a disk is brighter than that."""
_BEYOND_NOISE = 10.0
"""The same by how many times what noise alone makes of the mean of as many pixels.

The brightest of all places in noise reaches 6, also where there are few counts; faint disks 15.
"""
_DARK, _HIGH = 1.2, 3.0
"""Radii of the beam's disk at which ADF and HAADF begin."""
_THINNEST = 0.5
"""Pixels between a detector's radii."""


@dataclass(frozen=True)
class Beam:
    """Where the unscattered beam falls on the camera: its disk's centre and radius."""

    row: float
    column: float
    radius: float

    def enlarged(self, times: int) -> Beam:
        """Return it on a camera with as many times the pixels along each side."""
        row, column = ((place + 0.5) * times - 0.5 for place in (self.row, self.column))
        return Beam(row, column, self.radius * times)


@dataclass(frozen=True)
class Detector:
    """A disk (`inner` is 0) or an annulus on the camera.

    A pixel belongs to it whose middle is at least `inner` away from the centre, and less than
    `outer`: annuli that meet share no pixel.
    """

    row: float
    column: float
    inner: float
    outer: float

    def inside(self, rows: int, columns: int) -> NDArray[np.bool_]:
        """Return which pixels of a camera belong to it, shape (rows, columns)."""
        down = np.arange(rows)[:, np.newaxis] - self.row
        across = np.arange(columns)[np.newaxis] - self.column
        away = np.hypot(down, across)
        return np.asarray((away >= self.inner) & (away < self.outer))


def found_beam(pattern: Values) -> Beam | None:
    """Return the beam's disk in a mean pattern; None where nothing stands out like one.

    The disk's area is counted above many thresholds; its edge is where the area hardly depends on
    them (as py4DSTEM's ``get_probe_size`` does). Of several disks the brightest counts. It is
    several pixels wide and stands well out of the noise.
    """
    if min(pattern.shape) < _LEAST:
        return None
    times = -(-max(pattern.shape) // _SIDE)
    small = _shrunk(np.asarray(pattern, np.float64), times)
    smooth = _without_hot_pixels(small)
    low, high = float(np.median(smooth)), float(smooth.max())
    if not high > low:
        return None
    part = (smooth - low) / (high - low)
    disk = _connected(part > _edge(part), np.unravel_index(int(smooth.argmax()), smooth.shape))
    size = np.count_nonzero(disk)
    radius = float(np.sqrt(size / np.pi))
    if size < _SMALLEST or radius > _LARGEST * min(smooth.shape):
        return None
    if not _stands_out(smooth, disk) or not _is_beyond_noise(_tamed(small, smooth), disk):
        return None
    rows, columns = np.nonzero(disk)
    return Beam(float(rows.mean()), float(columns.mean()), radius).enlarged(times)


def _stands_out(pattern: Numbers, disk: NDArray[np.bool_]) -> bool:
    """Whether a disk is clearly brighter than what lies outside: the brightest noise is not."""
    outside = pattern[~disk]
    middle = float(np.median(outside))
    spread = 1.4826 * float(np.median(np.abs(outside - middle)))  # a normal distribution's sigma
    return float(pattern[disk].mean()) - middle > _CLEAR * spread


def _is_beyond_noise(pattern: Numbers, disk: NDArray[np.bool_]) -> bool:
    """Whether noise cannot have made the mean of so many pixels as bright."""
    noise = float(pattern[~disk].std()) / np.sqrt(np.count_nonzero(disk))
    return float(pattern[disk].mean() - pattern[~disk].mean()) > float(_BEYOND_NOISE * noise)


def _edge(part: Numbers) -> float:
    """Return the threshold at which the area above it depends least on it; of many a middle one."""
    radii = np.array([np.sqrt(np.count_nonzero(part > one) / np.pi) for one in _THRESHOLDS])
    spans = (radii[:-_PLATEAU] - radii[_PLATEAU:]) / np.maximum(radii[:-_PLATEAU], 1.0)
    good = np.flatnonzero(spans <= spans.min() + _LEVEL)
    middles = _THRESHOLDS[good + _PLATEAU // 2]
    return float(middles[np.argmin(np.abs(middles - 0.4))])


def _connected(mask: NDArray[np.bool_], seed: tuple[Any, ...]) -> NDArray[np.bool_]:
    """Return the pixels of a mask that hang together with one of them, by their sides."""
    found = np.zeros_like(mask)
    found[seed] = True
    count = 0
    while count != (now := int(np.count_nonzero(found))):
        count = now
        for _ in range(8):
            grown = found.copy()
            grown[1:] |= found[:-1]
            grown[:-1] |= found[1:]
            grown[:, 1:] |= found[:, :-1]
            grown[:, :-1] |= found[:, 1:]
            found = grown & mask
    return found


def presets(beam: Beam | None, rows: int, columns: int) -> dict[str, Detector]:
    """Return the usual detectors, by name, around the beam's disk; around the middle without one.

    BF is the disk, ABF its outer half. ADF begins a fifth outside of it, so that its blurred edge
    stays out, and ends at three radii, where HAADF begins; both end where the camera does. A
    detector that would lie beyond its edge is left out.
    """
    found = beam or Beam((rows - 1) / 2, (columns - 1) / 2, min(rows, columns) / 8)
    row, column, radius = found.row, found.column, found.radius
    edge = min(row, column, rows - 1 - row, columns - 1 - column) + 0.5
    spans = {
        "BF": (0.0, radius + 0.5),
        "ABF": (radius / 2, radius + 0.5),
        "ADF": (_DARK * radius, min(edge, _HIGH * radius)),
        "HAADF": (_HIGH * radius, edge),
    }
    around = {
        name: Detector(row, column, inner, outer)
        for name, (inner, outer) in spans.items()
        if outer - inner >= _THINNEST
    }
    return {**around, "Whole camera": Detector(row, column, 0.0, float(np.hypot(rows, columns)))}


def _shrunk(pattern: Numbers, times: int) -> Numbers:
    """Return the means of `times` × `times` pixels; what is left at the edges is left out."""
    if times == 1:
        return pattern
    rows, columns = (size // times for size in pattern.shape)
    blocks = pattern[: rows * times, : columns * times].reshape(rows, times, columns, times)
    return np.asarray(blocks.mean(axis=(1, 3)))


def _without_hot_pixels(pattern: Numbers) -> Numbers:
    """Return each pixel's median with its neighbours; 0 where nothing is known."""
    known = np.where(np.isfinite(pattern), pattern, 0.0)
    around = sliding_window_view(np.pad(known, 1, mode="edge"), (3, 3))
    return np.asarray(np.median(around, axis=(2, 3)))


def _tamed(pattern: Numbers, smooth: Numbers) -> Numbers:
    """Return each pixel, no further out than any median of pixels; 0 where nothing is known."""
    return np.nan_to_num(pattern).clip(smooth.min(), smooth.max())
