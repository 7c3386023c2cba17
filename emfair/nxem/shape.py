"""Which NXdata of NXem takes a signal, and which of its axes becomes which.

NXem names the axes of an array from the last dimension backwards: i, j, k, m. What decides:

- An axis in a unit of energy makes a spectrum, and stands last: where a vendor writes it first, the
  array is stored transposed. NXem wants lengths for a spectrum's other axes (NX_LENGTH), and only a
  running number for a stack's: a line scan in pixels is a stack of spectra.
- A spectrum image in pixels, or a series of spectra in seconds, has no such place. Neither has a
  spectrum over wavelength, wave number or Raman shift: ``axis_energy`` takes energies alone
  (NX_ENERGY), and an energy worked out from a wavelength in air is not what was measured. These are
  image_Nd, whose axes take any unit (NX_ANY), so that no axis loses its numbers; an NXdata of
  another name is no part of NXem.
- Frames that are merely counted are a stack; a tilt series in degrees, a film in seconds and a scan
  of diffraction patterns keep their numbers as image_3d and image_4d. Colour is the last axis.
- More than four dimensions (a through-focal series of 4D-STEM scans) are a stack of the pictures
  or spectra in them: the axes before these are made one, in C order, and stand beside it
  (`Shape.merged`).
- Navigators and thumbnails are signals of their own, as their readers deliver them.
- Truth values are numbers, complex ones two parts (`emfair.nxem.pixels`). Texts, records and ragged
  arrays (NumPy objects) have no place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.errors import UnsupportedSignal
from emfair.nxem.merged import merge
from emfair.units import axis_unit, convert
from emfair.vendor.signal import Axis, Signal

_SPATIAL = ("axis_i", "axis_j", "axis_k", "axis_m")
_RGB_ORDER = "RGBA"
COLOUR = "colour channel"
"""The name of the axis of red, green and blue."""


@dataclass(frozen=True)
class NxAxis:
    """An axis as it stands in the container.

    Attributes
    ----------
    name : str
        ``axis_i``, ``axis_energy``, ``indices_image`` …
    long_name : str
        What a plot writes beside it, with its unit.
    unit : str
        As Pint and NeXus spell it; empty for no dimension.
    points : ndarray, shape (size,)
        float64, or int64 for indices.
    """

    name: str
    long_name: str
    unit: str
    points: NDArray[np.float64] | NDArray[np.int64]
    scale: float | None
    offset: float | None


@dataclass(frozen=True)
class Shape:
    """Where a signal's array goes.

    Attributes
    ----------
    kind : str
        ``image_2d``, ``stack_2d``, ``spectrum_1d`` …
    is_spectrum : bool
        Under ``spectrum1`` rather than ``image1``.
    order : tuple of int
        The signal's dimensions in the order in which they are stored.
    axes : tuple of NxAxis
        One for each dimension of the stored array, in its order; colour channels come last.
    is_colour : bool
        Whether the last dimension is red, green, blue (and opacity).
    merged : tuple of NxAxis
        The axes, slowest first, that were made one: the first of `axes`, which counts them.
    """

    kind: str
    is_spectrum: bool
    order: tuple[int, ...]
    axes: tuple[NxAxis, ...]
    is_colour: bool = False
    merged: tuple[NxAxis, ...] = ()

    def arranged(self, data: Any) -> Any:
        """Return a signal's array as it is stored: in `order`, with what is `merged` as one."""
        if self.order != tuple(range(data.ndim)):
            data = data.transpose(self.order)
        return merge(data, len(self.merged))

    @property
    def group(self) -> str:
        """The group that holds the NXdata."""
        return "spectrum1" if self.is_spectrum else "image1"

    @property
    def signal(self) -> str:
        """The name of the field that holds the array (or its real part)."""
        return "intensity" if self.is_spectrum else "real"


def shape_of(signal: Signal) -> Shape:
    """Decide a signal's shape.

    Raises
    ------
    UnsupportedSignal
        It has no elements, or something else instead of numbers.
    """
    _refuse(signal)
    axes = _with_channels(signal)
    energy = [index for index, axis in enumerate(axes) if _measures(axis, "eV")]
    if len(energy) == 1:
        others = [axis for index, axis in enumerate(axes) if index != energy[0]]
        counted = bool(others) and (_is_count(others[0]) or _only_numbers(others))
        if all(_measures(axis, "m") for axis in others[counted:]):
            return _spectrum(axes, energy[0], is_stack=counted)
    return _image(axes, is_colour=signal.data.dtype.names is not None)


def is_rgb(dtype: np.dtype[np.void]) -> bool:
    """Whether `dtype` is a structured colour pixel, like ``[('R','u1'),('G','u1'),('B','u1')]``."""
    return dtype.names is not None and set(dtype.names) <= set(_RGB_ORDER) and "R" in dtype.names


def _refuse(signal: Signal) -> None:
    dtype = signal.data.dtype
    if 0 in signal.data.shape:
        problem = f"has no elements (shape {signal.data.shape})"
    elif dtype.names is not None and not is_rgb(dtype):
        problem = f"holds records ({', '.join(dtype.names)}) instead of numbers"
    elif dtype.names is None and dtype.kind not in "biufc":
        what = _NO_NUMBERS.get(dtype.kind, f"{dtype.name} values")
        problem = f"holds {what} instead of numbers"
    else:
        return
    raise UnsupportedSignal(
        f"signal {signal.index} ({signal.title or 'untitled'}) {problem}.",
        remedy="It is kept in the raw file; NXem has no place for it.",
    )


_NO_NUMBERS = {
    "O": "objects (a ragged array: lists of different lengths, or texts)",
    **dict.fromkeys("SU", "texts"),
    "V": "bytes without a meaning",
    **dict.fromkeys("mM", "times"),
}
"""What arrays of some kinds of dtype hold."""


def _with_channels(signal: Signal) -> list[Axis]:
    axes = list(signal.axes)
    names = signal.data.dtype.names
    if names is not None:
        axes.append(Axis(name=COLOUR, size=len(names), navigate=False))
    return axes


def _measures(axis: Axis, unit: str) -> bool:
    """Whether an axis is calibrated in something that converts to `unit`."""
    given = axis_unit(axis.unit)
    if not given:
        return False
    try:
        convert(1.0, given, unit)
    except ValueError:
        return False
    return True


def _spectrum(axes: list[Axis], energy: int, *, is_stack: bool) -> Shape:
    others = [index for index in range(len(axes)) if index != energy]
    order = (*others, energy)
    rank = len(others) - is_stack
    if rank > 3:
        return _merged([axes[index] for index in order], order, 1, is_spectrum=True)
    names = [*(["indices_spectrum"] if is_stack else []), *_spatial(rank), "axis_energy"]
    nx_axes = tuple(_nx(axes[index], name) for index, name in zip(order, names, strict=True))
    kind = f"{'stack' if is_stack else 'spectrum'}_{rank}d"
    return Shape(kind, is_spectrum=True, order=order, axes=nx_axes)


def _image(axes: list[Axis], *, is_colour: bool) -> Shape:
    is_series = len(axes) >= 3 and _is_count(axes[0]) and not axes[1].navigate
    is_stack = is_series and not is_colour
    rank = len(axes) - is_stack
    order = tuple(range(len(axes) - is_colour))
    if rank > (3 if is_stack else 4):
        return _merged(axes, order, 2 + is_colour, is_colour=is_colour)
    names = [*(["indices_image"] if is_stack else []), *_spatial(rank)]
    nx_axes = tuple(_nx(axis, name) for axis, name in zip(axes, names, strict=True))
    kind = f"{'stack' if is_stack else 'image'}_{rank}d"
    return Shape(kind, is_spectrum=False, order=order, axes=nx_axes, is_colour=is_colour)


def _merged(
    axes: Sequence[Axis],
    order: tuple[int, ...],
    rank: int,
    *,
    is_spectrum: bool = False,
    is_colour: bool = False,
) -> Shape:
    """Return a stack of what the last `rank` of `axes`, in the stored order, hold."""
    before, kept = axes[:-rank], axes[-rank:]
    names = ["axis_energy"] if is_spectrum else _spatial(rank)
    label = " × ".join(axis.name or f"axis {number}" for number, axis in enumerate(before, 1))
    count = Axis(label, prod(axis.size for axis in before))
    index = "indices_spectrum" if is_spectrum else "indices_image"
    return Shape(
        kind=f"stack_{rank - is_spectrum}d",
        is_spectrum=is_spectrum,
        order=order,
        axes=(_nx(count, index), *map(_nx, kept, names)),
        is_colour=is_colour,
        merged=tuple(_nx(axis, f"axis_{number}") for number, axis in enumerate(before, 1)),
    )


def _spatial(rank: int) -> list[str]:
    """Return NXem's names of `rank` axes, slowest first: ``axis_j, axis_i`` for two."""
    return list(reversed(_SPATIAL[:rank]))


def _is_count(axis: Axis) -> bool:
    """Whether an axis only counts frames or spectra, so that an index says all of it."""
    position = axis.name.lower() in ("x", "y", "height", "width")
    return axis.navigate and _is_index(axis) and not position


def _is_index(axis: Axis) -> bool:
    uncalibrated = axis.values is None and axis.scale == 1.0 and axis.offset == 0.0
    return uncalibrated and axis_unit(axis.unit) == ""


def _only_numbers(axes: Sequence[Axis]) -> bool:
    """Whether there is one axis, of places that are merely numbered: a line scan in pixels."""
    return len(axes) == 1 and axes[0].navigate and _is_index(axes[0])


_NO_NAMES = frozenset({"x", "y", "z", "axis energy"})
"""What DigitalMicrograph's reader calls the axis of a spectrum."""


def _nx(axis: Axis, name: str) -> NxAxis:
    unit = axis_unit(axis.unit)
    shown = "pixel" if unit == "" else axis.unit  # a unit nobody knows is at least shown
    label = axis.name or name.replace("_", " ")
    if name == "axis_energy" and label.lower() in _NO_NAMES and _measures(axis, "eV"):
        label = "Energy"
    if name.startswith("indices_"):
        points: NDArray[np.float64] | NDArray[np.int64] = np.arange(axis.size, dtype=np.int64)
        return NxAxis(name, f"{label} (index)", "", points, 1.0, 0.0)
    uniform = axis.values is None
    return NxAxis(
        name=name,
        long_name=f"{label} ({shown})",
        unit=unit or "",
        points=axis.points(),
        scale=axis.scale if uniform else None,
        offset=axis.offset if uniform else None,
    )
