"""What there is to look at in a container: its array, its axes, and which look fits them.

What does not belong here: reading the array (`reading`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import h5py
import numpy as np

from emfair.errors import BadData
from emfair.lake.random_access import random_access
from emfair.model.documents import AxisNotes, Measurement
from emfair.nxem.shape import COLOUR, NxAxis, Shape
from emfair.nxem.views import is_scan, places, spectral_axis
from emfair.service.looks.chunks import DamagedChunk
from emfair.service.services import Services


class Kind(StrEnum):
    """Which look fits."""

    CURVE = "curve"  # a spectrum, a profile
    PICTURE = "picture"
    STACK = "stack"  # pictures one after the other
    LINES = "lines"  # spectra along a line
    SPECTRA = "spectra"  # a spectrum at each place of a map
    SCAN = "scan"  # a pattern at each place of a map


class Aspect(StrEnum):
    """What of a complex number is shown."""

    AMPLITUDE = "amplitude"
    PHASE = "phase"
    REAL = "real part"
    IMAGINARY = "imaginary part"


@dataclass(frozen=True)
class Subject:
    """An array in a container.

    Attributes
    ----------
    path
        The group that holds it.
    quantity
        What its numbers are.
    """

    path: str
    shape: Shape
    quantity: str
    is_complex: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """The array's shape."""
        return tuple(len(axis.points) for axis in self.shape.axes)

    @property
    def kind(self) -> Kind:
        """Which look fits."""
        rank, spectral = len(self.sizes), self.spectral
        if rank == 1 or (rank == 2 and 1 in self.sizes and not self.shape.is_colour):
            return Kind.CURVE
        if spectral is not None:
            return Kind.LINES if rank == 2 else Kind.SPECTRA
        if is_scan(self.shape):
            return Kind.SCAN
        return Kind.PICTURE if rank == len(self.frame) else Kind.STACK

    @property
    def spectral(self) -> int | None:
        """Which axis spectra run along, if one does."""
        return spectral_axis(self.shape)

    @property
    def frame(self) -> tuple[int, ...]:
        """The axes of a picture: the last two, and that of colours."""
        rank = len(self.sizes)
        return tuple(range(rank))[-(3 if self.shape.is_colour else 2) :]

    @property
    def map(self) -> tuple[int, int]:
        """The two axes of a map: of spectra the places, of a scan its rows and columns."""
        if self.spectral is None:
            return 0, 1
        others = [axis for axis in range(len(self.sizes)) if axis != self.spectral]
        first, second = places(self.shape, others)
        return first, second

    @property
    def leading(self) -> tuple[int, ...]:
        """The axes along which one place is chosen before anything is shown."""
        if self.kind is Kind.STACK:
            shown: tuple[int | None, ...] = self.frame
        elif self.kind is Kind.SPECTRA:
            shown = (*self.map, self.spectral)
        else:
            return ()
        return tuple(axis for axis in range(len(self.sizes)) if axis not in shown)


OF_H5PY = (OSError, KeyError, RuntimeError, ValueError, OverflowError)
"""What h5py raises while it opens a damaged file: a place in it may be any number."""


@contextmanager
def opened(services: Services, key: str) -> Iterator[h5py.File]:
    """Open a container to read parts of it.

    Raises
    ------
    NotFound
        The lake does not hold it.
    BadData
        It is damaged, or a chunk that is read of it.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(random_access(services.lake, key))
        with damage(key):
            file = stack.enter_context(h5py.File(stream, "r"))
        with damage(key, (DamagedChunk,)):
            yield file


@contextmanager
def damage(key: str, signs: tuple[type[Exception], ...] = OF_H5PY) -> Iterator[None]:
    """Raise `BadData` for a sign that a container is damaged: else for what h5py raises."""
    try:
        yield
    except signs as error:
        raise BadData(
            f"cannot be looked into ({error}).",
            subject=key,
            remedy="Verify the experiment's checksums; process it again if one is wrong.",
        ) from error


def subject_of(file: h5py.File, measurement: Measurement) -> Subject:
    """Return what a measurement's container has to show."""
    group = file[measurement.data_path]
    names = [str(name) for name in np.atleast_1d(group.attrs["axes"])]
    axes = tuple(
        _axis(group[name], notes) for name, notes in zip(names, measurement.axes, strict=True)
    )
    colour = bool(axes) and axes[-1].long_name.startswith(COLOUR) and len(axes) > 2
    signal = str(group.attrs["signal"])
    shape = Shape(
        kind=measurement.kind,
        is_spectrum=signal == "intensity",
        order=tuple(range(len(axes))),
        axes=axes,
        is_colour=colour,
        merged=_merged(group.parent.get("merged_axes")),
    )
    quantity = str(group[signal].attrs.get("long_name", ""))
    return Subject(measurement.data_path, shape, quantity, is_complex="imag" in group)


def _merged(group: h5py.Group | None) -> tuple[NxAxis, ...]:
    """Return the axes that were made one (`emfair.nxem.tree`), slowest first."""
    if group is None:
        return ()
    fields = [group[name] for name in sorted(group) if name.startswith("axis_")]
    return tuple(
        NxAxis(
            field.name.rsplit("/", 1)[-1],
            str(field.attrs["long_name"]),
            str(field.attrs.get("units", "")),
            field[()],
            None,
            None,
        )
        for field in fields
    )


def _axis(points: Any, notes: AxisNotes) -> NxAxis:
    return NxAxis(notes.name, notes.long_name, notes.unit, points[()], notes.scale, notes.offset)
