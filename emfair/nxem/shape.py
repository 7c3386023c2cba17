"""Which NXdata of NXem takes a signal, and which of its axes becomes which.

NXem names the axes of an array from the last dimension backwards: i, j, k, m. An energy axis makes
a spectrum, and stands last: where a vendor writes it first, the array is stored transposed.
NXem's spectra want lengths for their other axes, its stacks only a running number: a signal that
has neither (a spectrum image without calibration, a series in seconds) is stored as image_Nd, so
that no axis loses its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emfair.errors import UnsupportedSignal
from emfair.units import axis_unit, convert
from emfair.vendor.signal import Axis, Signal

_SPATIAL = ("axis_i", "axis_j", "axis_k", "axis_m")
_RGB_ORDER = "RGBA"


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
    """

    kind: str
    is_spectrum: bool
    order: tuple[int, ...]
    axes: tuple[NxAxis, ...]
    is_colour: bool = False

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
        It has no elements, objects instead of numbers, or more dimensions than NXem has places for.
    """
    _refuse(signal)
    axes = _with_channels(signal)
    energy = [index for index, axis in enumerate(axes) if _measures(axis, "eV")]
    if len(energy) == 1:
        others = [axis for index, axis in enumerate(axes) if index != energy[0]]
        spatial = others[1:] if others and _is_count(others[0]) else others
        if all(_measures(axis, "m") for axis in spatial):
            return _spectrum(signal, axes, energy[0])
    return _image(signal, axes)


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
        problem = f"holds {dtype.name} values instead of numbers"
    else:
        return
    raise UnsupportedSignal(
        f"signal {signal.index} ({signal.title or 'untitled'}) {problem}.",
        remedy="It is kept in the raw file; NXem has no place for it.",
    )


def _with_channels(signal: Signal) -> list[Axis]:
    axes = list(signal.axes)
    names = signal.data.dtype.names
    if names is not None:
        axes.append(Axis(name="colour channel", size=len(names), navigate=False))
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


def _spectrum(signal: Signal, axes: list[Axis], energy: int) -> Shape:
    others = [index for index in range(len(axes)) if index != energy]
    is_stack = bool(others) and _is_count(axes[others[0]])
    rank = len(others) - is_stack
    if rank > 3:
        raise _too_many(signal)
    names = [*(["indices_spectrum"] if is_stack else []), *_spatial(rank), "axis_energy"]
    order = (*others, energy)
    nx_axes = tuple(_nx(axes[index], name) for index, name in zip(order, names, strict=True))
    kind = f"{'stack' if is_stack else 'spectrum'}_{rank}d"
    return Shape(kind, is_spectrum=True, order=order, axes=nx_axes)


def _image(signal: Signal, axes: list[Axis]) -> Shape:
    is_colour = signal.data.dtype.names is not None
    is_series = len(axes) >= 3 and _is_count(axes[0]) and not axes[1].navigate
    is_stack = is_series and not is_colour
    rank = len(axes) - is_stack
    if rank > (3 if is_stack else 4):
        raise _too_many(signal)
    names = [*(["indices_image"] if is_stack else []), *_spatial(rank)]
    nx_axes = tuple(_nx(axis, name) for axis, name in zip(axes, names, strict=True))
    kind = f"{'stack' if is_stack else 'image'}_{rank}d"
    order = tuple(range(signal.data.ndim))
    return Shape(kind, is_spectrum=False, order=order, axes=nx_axes, is_colour=is_colour)


def _spatial(rank: int) -> list[str]:
    """Return NXem's names of `rank` axes, slowest first: ``axis_j, axis_i`` for two."""
    return list(reversed(_SPATIAL[:rank]))


def _is_count(axis: Axis) -> bool:
    """Whether an axis only counts frames or spectra, so that an index says all of it."""
    uncalibrated = axis.values is None and axis.scale == 1.0 and axis.offset == 0.0
    position = axis.name.lower() in ("x", "y", "height", "width")
    return axis.navigate and uncalibrated and axis_unit(axis.unit) == "" and not position


def _too_many(signal: Signal) -> UnsupportedSignal:
    return UnsupportedSignal(
        f"signal {signal.index} ({signal.title or 'untitled'}) has {signal.data.ndim} dimensions.",
        remedy="NXem has places for four (a scan of pictures); it is kept in the raw file.",
    )


def _nx(axis: Axis, name: str) -> NxAxis:
    unit = axis_unit(axis.unit)
    shown = "pixel" if unit == "" else axis.unit  # a unit nobody knows is at least shown
    label = axis.name or name.replace("_", " ")
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
