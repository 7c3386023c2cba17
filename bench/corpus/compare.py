"""How what stands in a container differs from what the reader gives: pixels, axes, units.

Pure. What does not belong here: opening the two (`bench.corpus.check`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.corpus.axes import Given, ReadAxis, by_dimension, read_axis
from emfair.units import axis_unit, convert


@dataclass(frozen=True)
class Read:
    """A signal as the reader gives it: its array, the axes as they are listed, and its name."""

    reader: str
    array: NDArray[Any]
    axes: Sequence[Given]
    title: str = ""


@dataclass(frozen=True)
class StoredAxis:
    """An axis as it stands in a container; `unit` is its attribute, empty if it has none."""

    name: str
    long_name: str
    unit: str
    points: NDArray[Any]


@dataclass(frozen=True)
class Stored:
    """What a container shows by default: the array (of complex numbers), and an axis each."""

    pixels: NDArray[Any]
    axes: Sequence[StoredAxis]
    title: str = ""


def difference(read: Read, stored: Stored) -> str:
    """Return how `stored` differs from `read`; empty if name, every pixel and every axis agree."""
    if read.title and stored.title != read.title:
        return f"called “{stored.title}”, read “{read.title}”"
    return _arrays_differ(read, stored)


def _arrays_differ(read: Read, stored: Stored) -> str:
    expected = plain(read.array)
    if read.axes and len(read.axes) != read.array.ndim:
        return f"the reader gives {len(read.axes)} axes for {read.array.ndim} dimensions"
    if len(stored.axes) != stored.pixels.ndim:
        return f"{len(stored.axes)} axes for {stored.pixels.ndim} dimensions"
    if not holds(stored.pixels.dtype, expected.dtype):
        return f"{stored.pixels.dtype}, read {expected.dtype}"
    ways = orders(expected.shape, stored.pixels.shape)
    if not ways:
        return f"shape {stored.pixels.shape}, read {expected.shape}"
    agreeing = [way for way in ways if same(expected.transpose(way), stored.pixels)]
    if not agreeing:
        return "other pixels"
    axes = _axes_of(read, expected.shape)
    told = [axes_differ([axes[dimension] for dimension in way], stored.axes) for way in agreeing]
    return min(told, key=len)  # of an array that is its own transpose, either order is right


def _axes_of(read: Read, shape: tuple[int, ...]) -> list[ReadAxis]:
    """Return an axis for each dimension of `shape`; none is given for colour channels."""
    given = by_dimension(read.reader, read.axes)
    given += [{}] * (len(shape) - len(given))
    return [read_axis(read.reader, one, size) for one, size in zip(given, shape, strict=True)]


def plain(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array as it should be stored.

    Colour records become a trailing dimension, truth values numbers, and extended precision, which
    no other machine reads, double.
    """
    if array.dtype.names:
        array = np.stack([array[name] for name in array.dtype.names], axis=-1)
    dtype = array.dtype.newbyteorder("=")
    if dtype.kind == "b":
        dtype = np.dtype("u1")
    elif dtype.kind in "fc":
        dtype = min(dtype, np.dtype("c16" if dtype.kind == "c" else "f8"))
    return array.astype(dtype, copy=False)


def orders(expected: tuple[int, ...], stored: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the orders in which the reader's dimensions may stand: as they do, or one moved last.

    Each says which of the reader's dimensions every stored one is.
    """
    rank = len(expected)
    every = [tuple(range(rank))] + [
        (*(one for one in range(rank) if one != last), last) for last in range(rank - 1)
    ]
    return [way for way in every if tuple(expected[one] for one in way) == stored]


def holds(stored: np.dtype[Any], read: np.dtype[Any]) -> bool:
    """Whether numbers of type `read` are of the same kind in `stored`, and no less precise there.

    A lazy reader may not yet know how small they are: JEOL's counts come as uint16, not as uint8.
    """
    return stored.kind == read.kind and stored.itemsize >= read.itemsize


def same(expected: NDArray[Any], stored: NDArray[Any]) -> bool:
    """Whether two arrays hold the same numbers; NaN is NaN."""
    return bool(np.array_equal(expected, stored, equal_nan=expected.dtype.kind in "fc"))


def axes_differ(read: Sequence[ReadAxis], stored: Sequence[StoredAxis]) -> str:
    """Return what is other in `stored`, axis by axis in order; empty if nothing is."""
    return "; ".join(
        f"{ours.name}: {what}"
        for theirs, ours in zip(read, stored, strict=True)
        for what in _axis_differs(theirs, ours)
    )


def _axis_differs(read: ReadAxis, stored: StoredAxis) -> list[str]:
    told = []
    if not fits(read.points, stored.points):
        told.append(f"{_span(stored.points)}, read {_span(read.points)}")
    if not same_unit(read.unit, stored.unit):
        told.append(f"in {stored.unit or 'no unit'}, read {read.unit or 'no unit'}")
    if read.name and not stored.long_name.startswith(f"{read.name} ("):
        told.append(f"called {stored.long_name}, read {read.name}")
    if axis_unit(read.unit) is None and read.unit not in stored.long_name:
        told.append(f"called {stored.long_name}, without {read.unit}, which nobody knows")
    return told


def _span(points: NDArray[Any]) -> str:
    return f"{points[0]:.6g} … {points[-1]:.6g} ({len(points)})"


def fits(read: NDArray[Any], stored: NDArray[Any]) -> bool:
    """Whether the numbers agree, to a billionth of a step, as far as there are pixels.

    A packed FFT's axis is read one too long.
    """
    if len(read) - len(stored) not in (0, 1):
        return False
    steps = np.abs(np.diff(stored))
    near = 1e-9 * float(steps.min()) if steps.size else 0.0
    return bool(np.allclose(read[: len(stored)], stored, rtol=1e-12, atol=near))


def same_unit(read: str, stored: str) -> bool:
    """Whether `stored`, as Pint spells it, is the unit `read`; none if nobody knows that one."""
    expected = axis_unit(read)
    if not expected or not stored:
        return (expected or "") == stored
    try:
        return bool(np.isclose(convert(1.0, stored, expected), 1.0, rtol=1e-12))
    except ValueError:
        return False
